/// The general profile, tier and level of an HEVC stream (HEVC §7.3.3), as parameter sets and hvcC both say it.
package struct HEVCProfile: Equatable, Sendable {
    package var space: UInt8 = 0
    package var isHighTier = false
    package var number: UInt8 = 0
    /// Flag j in bit 31 - j.
    package var compatibilityFlags: UInt32 = 0
    /// 48 bits, the first in bit 47.
    package var constraintFlags: UInt64 = 0
    /// Thirty times the level's number.
    package var level: UInt8 = 0

    package init() {}

    init(_ reader: inout BitReader) throws(BitReader.End) {
        self.space = UInt8(try reader.bits(2))
        self.isHighTier = try reader.flag()
        self.number = UInt8(try reader.bits(5))
        self.compatibilityFlags = try reader.bits(32)
        self.constraintFlags = UInt64(try reader.bits(16)) << 32 | UInt64(try reader.bits(32))
        self.level = try reader.byte()
    }

    /// The same twelve bytes in parameter sets and in hvcC.
    func append(to bytes: inout [UInt8]) {
        bytes.append(self.space << 6 | (self.isHighTier ? 0x20 : 0) | self.number & 0x1f)
        bytes.appendBigEndian(self.compatibilityFlags)
        bytes.appendBigEndian(UInt16(truncatingIfNeeded: self.constraintFlags >> 32))
        bytes.appendBigEndian(UInt32(truncatingIfNeeded: self.constraintFlags))
        bytes.append(self.level)
    }

    /// As ISO/IEC 14496-15 annex E writes it: `1.6.L93.B0`.
    var codecString: String {
        let spaces = ["", "A", "B", "C"]
        var reversed: UInt32 = 0
        for bit in 0..<32 where self.compatibilityFlags & (1 << UInt32(bit)) != 0 { reversed |= 1 << UInt32(31 &- bit) }
        var text = spaces[Int(self.space & 3)] + String(self.number) + "." + String(reversed, radix: 16, uppercase: true)
        text += (self.isHighTier ? ".H" : ".L") + String(self.level)
        var constraints = (0..<6).map { UInt8(truncatingIfNeeded: self.constraintFlags >> UInt64(40 &- 8 &* $0)) }
        while constraints.last == 0 { constraints.removeLast() }
        for byte in constraints { text += "." + String(byte, radix: 16, uppercase: true) }
        return text
    }
}
