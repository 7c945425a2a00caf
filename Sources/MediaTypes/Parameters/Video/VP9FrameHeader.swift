/// The head of a VP9 key frame (VP9 bitstream §6.2), for the size that its configuration record does not have.
package struct VP9FrameHeader: Equatable, Sendable {
    package private(set) var width = 0
    package private(set) var height = 0

    /// Nil where the bytes do not begin with a key frame, or its size is not believed.
    package init?(_ frame: borrowing RawSpan) {
        var reader = BitReader(frame.copy(from: 0, count: Self.byteCountMax))
        do { try self.read(&reader) } catch { return nil }
    }

    private mutating func read(_ reader: inout BitReader) throws(BitReader.End) {
        guard try reader.bits(2) == 2 else { throw BitReader.End() }
        let profile = try reader.bits(1) | reader.bits(1) << 1
        if profile == 3 { try reader.skip(1) }
        let showsExisting = try reader.flag()
        let isKeyFrame = try !reader.flag()
        try reader.skip(2)
        guard !showsExisting, isKeyFrame, try reader.bits(24) == Self.syncCode else { throw BitReader.End() }
        if profile >= 2 { try reader.skip(1) }
        let isRGB = try reader.bits(3) == 7
        let hasSubsampling = profile & 1 == 1
        // Range, then subsampling and a reserved bit; or the reserved bit alone.
        try reader.skip(isRGB ? (hasSubsampling ? 1 : 0) : (hasSubsampling ? 4 : 1))
        let (width, height) = (try reader.bits(16) &+ 1, try reader.bits(16) &+ 1)
        let size = PictureSize(
            codedWidth: UInt64(width), codedHeight: UInt64(height), croppedWidth: 0, croppedHeight: 0)
        guard let size else { throw BitReader.End() }
        (self.width, self.height) = (size.width, size.height)
    }

    private static let byteCountMax = 16
    private static let syncCode: UInt32 = 0x49_8342
}
