internal import Primitives

/// The header before each AAC frame in an ADTS stream (ISO/IEC 13818-7 §6.2), which some publishers send by mistake.
package struct ADTSHeader: Equatable, Sendable {
    package private(set) var objectType: UInt8
    package private(set) var rateIndex: UInt8
    package private(set) var channelConfiguration: UInt8
    /// 7, or 9 with a checksum.
    package private(set) var headerByteCount: Int
    /// Of the frame with its header.
    package private(set) var frameByteCount: Int

    /// Nil where the bytes do not begin with a header that makes sense. They may end before the frame does.
    package init?(_ bytes: borrowing RawSpan) {
        guard let sync = bytes.bigEndianUInt16(at: 0), sync & 0xfff6 == 0xfff0, let kind = bytes.byte(at: 2),
            let lengths = bytes.bigEndianUInt32(at: 3)
        else { return nil }
        self.objectType = kind >> 6 &+ 1
        self.rateIndex = kind >> 2 & 0x0f
        self.channelConfiguration = (kind & 1) << 2 | UInt8(lengths >> 30)
        self.headerByteCount = sync & 1 == 1 ? 7 : 9
        self.frameByteCount = Int(lengths >> 13 & 0x1fff)
        guard Int(self.rateIndex) < AudioSpecificConfiguration.sampleRates.count,
            self.frameByteCount >= self.headerByteCount
        else { return nil }
    }

    /// What the frames need when their headers are taken away.
    package var configuration: AudioSpecificConfiguration? {
        let head = UInt16(self.objectType) << 11 | UInt16(self.rateIndex) << 7 | UInt16(self.channelConfiguration) << 3
        var record: [UInt8] = []
        record.appendBigEndian(head)
        return unsafe AudioSpecificConfiguration(record.span.bytes)
    }
}
