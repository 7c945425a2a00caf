import Testing

@testable import MediaTypes

@Suite("Bit reader")
struct BitReaderTests {
    @Test("reads numbers of any width across bytes")
    func reads() throws {
        var reader = BitReader([0b1010_0101, 0xff, 0x00, 0x12, 0x34, 0x56, 0x78])
        #expect(try reader.bits(1) == 1)
        #expect(try reader.bits(3) == 0b010)
        #expect(try reader.bits(12) == 0x5ff)
        #expect(try reader.bits(0) == 0)
        #expect(try reader.bits(7) == 0)
        reader.skipToByte()
        #expect(try reader.bits(32) == 0x1234_5678)
        #expect(reader.bitCountLeft == 0)
    }

    @Test(
        "reads numbers of Golomb's codes",
        arguments: [
            ([0b1000_0000], 0, 0), ([0b0100_0000], 1, 1), ([0b0110_0000], 2, -1), ([0b0010_0000], 3, 2),
            ([0b0001_0010], 8, -4), ([0, 0, 0, 0, 0x80, 0, 0, 0, 0], 4_294_967_295, 2_147_483_648),
        ] as [([UInt8], UInt32, Int64)])
    func exponential(bytes: [UInt8], unsigned: UInt32, signed: Int64) throws {
        var reader = BitReader(bytes)
        #expect(try reader.unsignedExponential() == unsigned)
        reader = BitReader(bytes)
        #expect(try reader.signedExponential() == signed)
    }

    @Test("throws at the end and stays there")
    func ends() {
        var reader = BitReader([0xff])
        #expect(throws: BitReader.End.self) { try reader.bits(9) }
        #expect(throws: BitReader.End.self) { try reader.bits(1) }
        for bytes: [UInt8] in [[], [0], [0, 0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0x80, 0, 0, 0, 0x80], [0x01]] {
            reader = BitReader(bytes)
            #expect(throws: BitReader.End.self) { try reader.unsignedExponential() }
        }
        reader = BitReader([0xff])
        #expect(throws: BitReader.End.self) { try reader.skip(-1) }
        reader = BitReader([0xff])
        #expect(throws: BitReader.End.self) { try reader.skip(.max) }
    }
}
