/// Numbers as ASCII digits, both ways, without Foundation and without a trap on hostile input.
package enum DecimalText {
    package static func append(_ value: Int, to bytes: inout [UInt8]) {
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        var rest = value.magnitude
        let start = bytes.count
        repeat {
            bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        bytes[start...].reverse()
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
