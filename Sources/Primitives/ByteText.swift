/// ASCII text appended to bytes without making a `String` first.
extension [UInt8] {
    package mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { unsafe self.append(contentsOf: $0) }
    }

    package mutating func append(decimal value: Int) { DecimalText.append(value, to: &self) }

    /// Without leading zeros; `value` is not negative.
    package mutating func append(hexadecimal value: Int) {
        self.append(contentsOf: String(value, radix: 16).utf8)
    }
}
