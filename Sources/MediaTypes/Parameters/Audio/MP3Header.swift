/// The head of an MPEG-1, 2 or 2.5 layer III frame (ISO/IEC 11172-3 §2.4.1.3): each frame describes itself.
package struct MP3Header: Equatable, Sendable {
    package var sampleRate: Int
    package var channelCount: Int
    /// 1152 in MPEG-1, 576 in the others.
    package var samplesPerFrame: Int
    package var frameByteCount: Int
    package var bitRate: Int

    /// Nil where the bytes do not begin with such a frame, or with one of free format. They may end before it does.
    package init?(_ bytes: borrowing RawSpan) { return nil }

    package var format: AudioFormat { AudioFormat(codec: .mp3, configuration: []) }
}
