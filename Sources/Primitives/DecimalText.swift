/// Numbers as ASCII digits, both ways, without Foundation and without a trap on hostile input.
package enum DecimalText {
    /// Appends the digits, with a minus sign below zero. Allocates nothing but what `bytes` needs to grow.
    package static func append(_ value: Int, to bytes: inout [UInt8]) {
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        self.append(UInt64(value.magnitude), to: &bytes)
    }

    /// Appends the digits.
    package static func append(_ value: UInt64, to bytes: inout [UInt8]) {
        var digits = InlineArray<20, UInt8>(repeating: UInt8(ascii: "0"))
        var rest = value
        var first = digits.count
        repeat {
            first -= 1
            digits[first] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        } while rest > 0
        for index in first..<digits.count { bytes.append(digits[index]) }
    }

    /// The value of a run of digits and nothing else; nil when empty, not all digits, or beyond `Int.max`.
    package static func parse(_ digits: some Sequence<UInt8>) -> Int? {
        var value = 0
        var any = false
        for digit in digits {
            guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
            let (scaled, overflowed) = value.multipliedReportingOverflow(by: 10)
            let (sum, carried) = scaled.addingReportingOverflow(Int(digit &- UInt8(ascii: "0")))
            if overflowed || carried { return nil }
            value = sum
            any = true
        }
        return any ? value : nil
    }
}
