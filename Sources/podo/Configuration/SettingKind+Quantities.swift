internal import Primitives

extension SettingKind where Value == Int {
    static func integer(_ range: ClosedRange<Int>) -> Self {
        SettingKind(
            placeholder: "NUMBER",
            parse: { text throws(SettingValueError) in
                guard let number = DecimalText.parse(text.utf8) else {
                    throw SettingValueError("\"\(text)\" is not a whole number")
                }
                guard range.contains(number) else {
                    throw SettingValueError("\(number) is not within \(range.lowerBound) to \(range.upperBound)")
                }
                return number
            }, format: { "\($0)" })
    }

    /// A number with `B`, `KiB`, `MiB` or `GiB`.
    static func byteSize(_ range: ClosedRange<Int>) -> Self {
        let units = [("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)]
        return SettingKind(
            placeholder: "SIZE",
            parse: { text throws(SettingValueError) in
                guard let size = QuantityText.parse(text, units: units) else {
                    throw SettingValueError("\"\(text)\" is not a size like 512B, 64KiB, 4MiB or 1GiB")
                }
                guard range.contains(size) else {
                    let low = QuantityText.format(range.lowerBound, units: units)
                    let high = QuantityText.format(range.upperBound, units: units)
                    throw SettingValueError("\(text) is not within \(low) to \(high)")
                }
                return size
            }, format: { QuantityText.format($0, units: units) })
    }

    /// A number with `kbit` or `Mbit`, of a second.
    static func bitRate(_ range: ClosedRange<Int>) -> Self {
        let units = [("kbit", 1000), ("Mbit", 1_000_000)]
        return SettingKind(
            placeholder: "RATE",
            parse: { text throws(SettingValueError) in
                guard let rate = QuantityText.parse(text, units: units) else {
                    throw SettingValueError("\"\(text)\" is not a rate like 800kbit or 20Mbit")
                }
                guard range.contains(rate) else {
                    let low = QuantityText.format(range.lowerBound, units: units)
                    let high = QuantityText.format(range.upperBound, units: units)
                    throw SettingValueError("\(text) is not within \(low) to \(high)")
                }
                return rate
            }, format: { QuantityText.format($0, units: units) })
    }
}

extension SettingKind where Value == TimeAmount {
    /// A number with `ms`, `s`, `m` or `h`.
    static func duration(_ range: ClosedRange<TimeAmount>) -> Self {
        let units = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)]
        let format: @Sendable (TimeAmount) -> String = {
            QuantityText.format(Int($0.milliseconds), units: units, zero: "0s")
        }
        return SettingKind(
            placeholder: "TIME",
            parse: { text throws(SettingValueError) in
                guard let milliseconds = QuantityText.parse(text, units: units),
                    milliseconds <= Int(TimeAmount.nanoseconds(.max).milliseconds)
                else {
                    throw SettingValueError("\"\(text)\" is not a time like 500ms, 30s, 5m or 1h")
                }
                let time = TimeAmount.milliseconds(Int64(milliseconds))
                guard range.contains(time) else {
                    throw SettingValueError(
                        "\(text) is not within \(format(range.lowerBound)) to \(format(range.upperBound))")
                }
                return time
            }, format: format)
    }
}

/// Numbers that carry a unit; a number without one is refused, because people guess different units.
enum QuantityText {
    /// The number in the smallest unit; nil when malformed or too large.
    static func parse(_ text: String, units: [(name: String, factor: Int)]) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unitName = text.dropFirst(digits.count)
        guard let unit = units.first(where: { $0.name == unitName }), let number = DecimalText.parse(digits.utf8)
        else { return nil }
        let (value, overflowed) = number.multipliedReportingOverflow(by: unit.factor)
        return overflowed ? nil : value
    }

    /// In the largest unit that leaves a whole number.
    static func format(_ value: Int, units: [(name: String, factor: Int)], zero: String = "0B") -> String {
        guard value != 0, let unit = units.last(where: { value % $0.factor == 0 }) else { return zero }
        return "\(value / unit.factor)\(unit.name)"
    }
}

extension SettingText {
    /// The parts of a comma-separated list, trimmed; none for an empty text.
    static func list(_ text: String) -> [String] {
        guard !self.trimmed(text).isEmpty else { return [] }
        return text.split(separator: ",", omittingEmptySubsequences: false).map { self.trimmed(String($0)) }
    }

    /// Without spaces and tabs at both ends.
    static func trimmed(_ text: String) -> String {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r" }
        let front = text.drop(while: isSpace)
        return String(front.prefix(front.count - front.reversed().prefix(while: isSpace).count))
    }

    static func isHostNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
            return true
        default: return false
        }
    }
}
