import Testing

@testable import MediaTypes

@Suite("NAL units")
struct NALTests {
    @Test(
        "lose their emulation prevention, and nothing else",
        arguments: [
            ([0, 0, 3, 1], [0, 0, 1]), ([0, 0, 3], [0, 0]), ([0, 0, 3, 0, 0, 3, 1], [0, 0, 0, 0, 1]),
            ([0, 3, 0, 0, 0, 3], [0, 3, 0, 0, 0]), ([0, 0, 3, 3], [0, 0, 3]), ([], []),
        ] as [([UInt8], [UInt8])])
    func emulationPrevention(written: [UInt8], meant: [UInt8]) {
        #expect(self.payload(written, from: 0, byteCountMax: 100) == meant)
        #expect(self.payload(written, from: 100, byteCountMax: 100) == [])
        #expect(self.payload(written, from: 0, byteCountMax: 1).count <= 1)
    }

    @Test("tell where decoding can begin")
    func types() {
        #expect(H264NAL.isIDR(H264NAL.type(of: 0x65)) && !H264NAL.isIDR(H264NAL.type(of: 0x41)))
        #expect(!H264NAL.isReference(0x01) && H264NAL.isReference(0x41))
        #expect((0...63).filter(HEVCNAL.isRandomAccess) == Array(16...23))
        #expect(HEVCNAL.type(of: 0x42) == HEVCNAL.sequenceSet && HEVCNAL.type(of: 0x26) == 19)
        #expect((0...31).filter { !HEVCNAL.isReference($0) } == [0, 2, 4, 6, 8, 10, 12, 14])
    }

    @Test(
        "hold a recovery point, alone or after other messages",
        arguments: [
            ("06 06 01 84 80", true), ("06 01 02 00 00 06 01 84 80", true), ("06 05 ff 02", false), ("06 06", false),
            ("06 ff 06 01 84 80", false), ("06 04 00 00 03 00 06 01 84 80", true), ("06 05 01 06 80", false),
            ("06", false),
            ("", false),
        ])
    func recoveryPoint(hex: String, has: Bool) {
        let unit = ConfigurationFixture.hex(hex)
        #expect(H264NAL.hasRecoveryPoint(unit) == has)
        #expect(HEVCNAL.hasRecoveryPoint(([0x4e, 1] + unit.dropFirst())) == has)
    }

    private func payload(_ unit: [UInt8], from offset: Int, byteCountMax: Int) -> [UInt8] {
        RawByteSequence.bytes(unit.span.bytes, from: offset, byteCountMax: byteCountMax)
    }
}
