/// The head of an E-AC-3 frame (ETSI TS 102 366 annex E): each frame describes itself.
package struct EAC3Header: Equatable, Sendable {
    package var sampleRate: Int
    /// Of this substream; a dependent one may add more.
    package var channelCount: Int
    package var samplesPerFrame: Int
    package var frameByteCount: Int
    /// 0 independent, 1 dependent, 2 converted from AC-3.
    package var streamType: UInt8
    package var substreamID: UInt8
    package var bitstreamID: UInt8
    package var channelMode: UInt8
    package var hasLowFrequency: Bool

    /// Nil where the bytes do not begin with an E-AC-3 frame. They may end before the frame does.
    package init?(_ bytes: borrowing RawSpan) { return nil }

    package var format: AudioFormat { AudioFormat(codec: .eac3, configuration: []) }
}
