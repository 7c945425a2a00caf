internal import Primitives

/// The head of a VP9 keyframe (VP9 §6.2): what the record says as well, and the size, which only it tells.
package struct VP9FrameHeader: Equatable, Sendable {
    package private(set) var profile: UInt8
    package private(set) var bitDepth: UInt8 = 8
    /// As vpcC says it: 1 is 4:2:0, 2 4:2:2, 3 4:4:4.
    package private(set) var chromaSubsampling: UInt8 = 1
    package private(set) var isFullRange = false
    /// A code point of H.273.
    package private(set) var matrix: UInt8 = 2
    /// Of the picture as it is shown; 0 where it is beyond belief.
    package private(set) var width = 0
    package private(set) var height = 0

    /// Nil where the bytes do not begin with a keyframe, or end within its head.
    package init?(_ frame: borrowing RawSpan) {
        var reader = BitReader(frame.copy(count: Self.byteCountMax))
        do { try self.init(&reader) } catch { return nil }
    }

    /// Real heads have up to 19 bytes.
    private static let byteCountMax = 24
    /// What color_space stands for.
    private static let matrices: [UInt8] = [2, 5, 1, 6, 7, 9, 2, 0]
    private static let rgb = 7

    private init(_ reader: inout BitReader) throws(BitReader.End) {
        guard try reader.bits(2) == 2 else { throw BitReader.End() }
        let (lowBit, highBit) = (try reader.bits(1), try reader.bits(1))
        self.profile = UInt8(highBit << 1 | lowBit)
        if self.profile == 3 { try reader.skip(1) }
        // A frame that is shown again has no head, other frames none of these.
        guard try !reader.flag(), try !reader.flag() else { throw BitReader.End() }
        try reader.skip(2)
        guard try reader.bits(24) == 0x49_83_42 else { throw BitReader.End() }
        try self.readColor(&reader)
        var (width, height) = (try reader.bits(16), try reader.bits(16))
        if try reader.flag() { (width, height) = (try reader.bits(16), try reader.bits(16)) }
        let size = PictureSize(
            codedWidth: UInt64(width) &+ 1, codedHeight: UInt64(height) &+ 1, croppedWidth: 0, croppedHeight: 0)
        self.width = size?.width ?? 0
        self.height = size?.height ?? 0
    }

    private mutating func readColor(_ reader: inout BitReader) throws(BitReader.End) {
        if self.profile >= 2 { self.bitDepth = try reader.flag() ? 12 : 10 }
        let hasOtherSampling = self.profile & 1 == 1
        let space = Int(try reader.bits(3))
        self.matrix = Self.matrices[space]
        guard space != Self.rgb else {
            guard hasOtherSampling else { throw BitReader.End() }
            self.isFullRange = true
            self.chromaSubsampling = 3
            return try reader.skip(1)
        }
        self.isFullRange = try reader.flag()
        guard hasOtherSampling else { return }
        let isSubsampledHorizontally = try reader.flag()
        try reader.skip(2)
        self.chromaSubsampling = isSubsampledHorizontally ? 2 : 3
    }
}
