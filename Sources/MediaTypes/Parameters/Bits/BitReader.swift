/// Reads numbers of any width from bytes, the highest bit first, as every codec's headers are written.
///
/// Throws at the end of the bytes and stays there; it never traps. Each read costs a step per byte at most, and no
/// read moves back, so that a parser's work is bounded by the bytes that it was given.
package struct BitReader {
    /// The bytes ended within what was to be read.
    package struct End: Error {}

    private let bytes: [UInt8]
    private var position = 0

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    package var bitCountLeft: Int { self.bytes.count &* 8 &- self.position }

    /// `count` is ours: 0 to 32.
    package mutating func bits(_ count: Int) throws(End) -> UInt32 {
        precondition(count >= 0 && count <= 32, "a number has at most 32 bits")
        guard count <= self.bitCountLeft else { return try self.end() }
        var value: UInt64 = 0
        var missing = count
        while missing > 0 {
            let offset = self.position & 7
            let taken = min(8 &- offset, missing)
            let shifted = self.bytes[self.position >> 3] << UInt8(truncatingIfNeeded: offset)
            value = value << UInt64(taken) | UInt64(shifted >> UInt8(truncatingIfNeeded: 8 &- taken))
            self.position &+= taken
            missing &-= taken
        }
        return UInt32(truncatingIfNeeded: value)
    }

    package mutating func flag() throws(End) -> Bool { try self.bits(1) == 1 }

    package mutating func byte() throws(End) -> UInt8 { UInt8(truncatingIfNeeded: try self.bits(8)) }

    /// Skips bits; a negative count or one beyond the end is the end.
    package mutating func skip(_ count: Int) throws(End) {
        guard count >= 0, count <= self.bitCountLeft else {
            _ = try self.end()
            return
        }
        self.position &+= count
    }

    /// The rest of a byte that was begun.
    package mutating func skipToByte() { self.position = (self.position &+ 7) & ~7 }

    /// ue(v) of H.264 §9.1 and HEVC §9.2. More than 32 leading zeros are the end: nothing has such numbers.
    package mutating func unsignedExponential() throws(End) -> UInt32 {
        var zeroCount = 0
        while try !self.flag() {
            zeroCount &+= 1
            guard zeroCount <= 32 else { return try self.end() }
        }
        let value = (UInt64(1) << UInt64(zeroCount)) &- 1 &+ UInt64(try self.bits(zeroCount))
        guard let value = UInt32(exactly: value) else { return try self.end() }
        return value
    }

    /// se(v): 0, 1, -1, 2, -2 and so on.
    package mutating func signedExponential() throws(End) -> Int64 {
        let value = Int64(try self.unsignedExponential())
        return value & 1 == 1 ? (value &+ 1) / 2 : -(value / 2)
    }

    private mutating func end() throws(End) -> UInt32 {
        self.position = self.bytes.count &* 8
        throw End()
    }
}
