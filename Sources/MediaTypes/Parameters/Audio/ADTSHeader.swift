/// The header before each AAC frame in an ADTS stream (ISO/IEC 13818-7 §6.2), which some publishers send by mistake.
package struct ADTSHeader: Equatable, Sendable {
    package var objectType: UInt8
    package var rateIndex: UInt8
    package var channelConfiguration: UInt8
    /// 7, or 9 with a checksum.
    package var headerByteCount: Int
    /// Of the frame with its header.
    package var frameByteCount: Int

    /// Nil where the bytes do not begin with a header that makes sense. They may end before the frame does.
    package init?(_ bytes: borrowing RawSpan) { return nil }

    /// What the frames need when their headers are taken away.
    package var configuration: AudioSpecificConfiguration? { nil }
}
