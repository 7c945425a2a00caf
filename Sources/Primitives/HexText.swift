/// Numbers as lower-case hexadecimal digits, both ways.
package enum HexText {
    /// The last `digitCount` digits, leading zeros included.
    package static func append(_ value: UInt64, digitCount: Int = 16, to bytes: inout [UInt8]) {
        precondition(digitCount > 0 && digitCount <= 16, "64 bits have 16 digits")
        for place in (0..<digitCount).reversed() {
            let digit = UInt8(truncatingIfNeeded: value >> UInt64(4 * place)) & 0xF
            bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + (digit - 10))
        }
    }

    /// The value of 1 to 16 digits and nothing else. Upper case is refused, as the formats that Podo reads demand.
    package static func parse(_ digits: some Collection<UInt8>) -> UInt64? {
        guard !digits.isEmpty, digits.count <= 16 else { return nil }
        var value: UInt64 = 0
        for digit in digits {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt64(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt64(digit - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return value
    }
}
