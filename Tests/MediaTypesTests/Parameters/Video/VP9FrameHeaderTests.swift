import MediaTypes
import Testing

@Suite("VP9 frame headers")
struct VP9FrameHeaderTests {
    /// From a file of 160 by 90 points.
    private static let key: [UInt8] = [0x82, 0x49, 0x83, 0x42, 0x00, 0x09, 0xf0, 0x05, 0x96, 0x00]

    @Test("of key frames tell the size, in every profile")
    func sizes() {
        #expect(Self.size(Self.key) == [160, 90])
        // Profile 2 has a bit for ten or twelve bits; profile 1 has subsampling and a reserved bit.
        let profile2 = Self.bits("10 0 1 0 0 1 0 010010011000001101000010 0 001 0 0000000010011111 0000000001011001 0")
        let profile1 = Self.bits(
            "10 1 0 0 0 1 0 010010011000001101000010 001 0 000 0000000010011111 0000000001011001 0")
        #expect(Self.size(profile2) == [160, 90])
        #expect(Self.size(profile1) == [160, 90])
        #expect(
            Self.size(Self.bits("10 0 0 0 0 1 0 010010011000001101000010 001 0 1111111111111111 0000000000000000"))
                == nil)
    }

    @Test("cut off, of other frames, or of something else tell nothing")
    func others() {
        for count in 0..<9 { #expect(Self.size(Array(Self.key.prefix(count))) == nil) }
        #expect(Self.size([0x86, 0x00, 0x40, 0x92, 0x73, 0xf1, 0x78, 0, 0, 0]) == nil)
        #expect(Self.size([0x02] + Self.key.dropFirst()) == nil)
        #expect(Self.size([0x82, 0x49, 0x83, 0x43] + Self.key.dropFirst(4)) == nil)
    }

    private static func size(_ bytes: [UInt8]) -> [Int]? {
        VP9FrameHeader(bytes.span.bytes).map { [$0.width, $0.height] }
    }

    private static func bits(_ text: String) -> [UInt8] {
        var digits = text.filter { $0 != " " }
        while digits.count % 8 != 0 { digits += "0" }
        return stride(from: 0, to: digits.count, by: 8).compactMap { start in
            UInt8(digits.dropFirst(start).prefix(8), radix: 2)
        }
    }
}
