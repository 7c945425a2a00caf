/// The head of an AC-3 frame (ETSI TS 102 366 §4.4): each frame describes itself.
package struct AC3Header: Equatable, Sendable {
    package var sampleRate: Int
    package var channelCount: Int
    package var frameByteCount: Int
    package var bitstreamID: UInt8
    package var bitstreamMode: UInt8
    package var channelMode: UInt8
    package var hasLowFrequency: Bool
    /// As dac3 has it: half of frmsizecod.
    package var bitRateCode: UInt8

    /// Six blocks of 256.
    package static let samplesPerFrame = 1536

    /// Nil where the bytes do not begin with an AC-3 frame. They may end before the frame does.
    package init?(_ bytes: borrowing RawSpan) { return nil }

    package var format: AudioFormat { AudioFormat(codec: .ac3, configuration: []) }
}
