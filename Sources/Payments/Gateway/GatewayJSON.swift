internal import Commerce
internal import HTTPServer
internal import Primitives

/// One JSON object that a company has sent, read as hostile: bounded, and whatever is not of the expected kind is not
/// there.
struct GatewayJSON: Sendable {
    /// Elements of one list; more are not read.
    static let listCountMax = 5000
    /// Of a text that is kept.
    static let textByteCountMax = 200

    private static func limits(_ byteCountMax: Int) -> JSONLimits {
        var limits = JSONLimits()
        limits.byteCountMax = byteCountMax
        limits.depthMax = 24
        limits.valueCountMax = 200_000
        return limits
    }

    let members: [JSONName: JSONValue]

    init?(_ bytes: [UInt8], byteCountMax: Int) {
        guard case .object(let members)? = Self.parse(bytes, byteCountMax: byteCountMax) else { return nil }
        self.members = members
    }

    init?(_ value: JSONValue?) {
        guard case .object(let members)? = value else { return nil }
        self.members = members
    }

    /// The objects of an array.
    static func list(_ bytes: [UInt8], byteCountMax: Int) -> [GatewayJSON?]? {
        guard case .array(let elements)? = self.parse(bytes, byteCountMax: byteCountMax) else { return nil }
        return elements.prefix(self.listCountMax).map { GatewayJSON($0) }
    }

    private static func parse(_ bytes: [UInt8], byteCountMax: Int) -> JSONValue? {
        // The place of the error would be of use to the company only.
        try? JSONParser.parse(bytes, limits: self.limits(byteCountMax))
    }

    subscript(_ name: String) -> JSONValue? { self.members[JSONName(name)] }

    func object(_ name: String) -> GatewayJSON? { GatewayJSON(self[name]) }

    /// Not empty, not too long, and without controls.
    func string(_ name: String, lengthMax: Int = GatewayJSON.textByteCountMax) -> String? {
        guard case .string(let text)? = self[name], (1...lengthMax).contains(text.utf8.count),
            text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f })
        else { return nil }
        return text
    }

    func integer(_ name: String) -> Int64? {
        guard case .integer(let number)? = self[name] else { return nil }
        return number
    }

    func boolean(_ name: String) -> Bool? {
        guard case .boolean(let flag)? = self[name] else { return nil }
        return flag
    }

    /// Nil where there is no array; what is no object in it is nil.
    func objects(_ name: String) -> [GatewayJSON?]? {
        guard case .array(let elements)? = self[name] else { return nil }
        return elements.prefix(Self.listCountMax).map { GatewayJSON($0) }
    }
}

/// Amounts as companies write them.
enum GatewayAmount {
    /// Whole, in the smallest unit: Stripe. Never below zero, never more than anything costs.
    static func minor(_ value: JSONValue?) -> Int64? {
        guard case .integer(let number)? = value, (0...Money.amountMax).contains(number) else { return nil }
        return number
    }

    /// In the unit that people count in, with decimal places where it has them: Toss. What is finer than the smallest
    /// unit is no amount.
    static func major(_ value: JSONValue?, _ currency: Currency) -> Int64? {
        let factor = Self.factor(currency)
        switch value {
        case .integer(let number)?:
            let (amount, overflowed) = number.multipliedReportingOverflow(by: factor)
            return !overflowed && (0...Money.amountMax).contains(amount) ? amount : nil
        case .number(let number)?:
            let scaled = (number * Double(factor)).rounded()
            guard scaled >= 0, scaled <= Double(Money.amountMax), let amount = Int64(exactly: scaled) else {
                return nil
            }
            // The nearest number to `amount`, written out, must be the one that was sent.
            return Double(amount) / Double(factor) == number ? amount : nil
        default: return nil
        }
    }

    static func writeMajor(_ money: Money, to writer: inout JSONWriter) {
        let factor = Self.factor(money.currency)
        if factor == 1 { return writer.integer(money.amount) }
        writer.number(Double(money.amount) / Double(factor))
    }

    static func factor(_ currency: Currency) -> Int64 {
        switch currency.exponent {
        case 0: 1
        case 2: 100
        default: 1000
        }
    }
}

/// Times as companies write them.
enum GatewayTime {
    /// Seconds since 1970, as far as a clock of ours can go.
    static func unix(_ seconds: Int64?) -> WallClock? {
        guard let seconds, (0...253_402_300_799).contains(seconds) else { return nil }
        return WallClock(unixMilliseconds: seconds * 1000)
    }

    /// `2022-01-01T00:00:00[.123456](Z|+09:00)`, years 1970 to 9999; without a zone it is Korea's, as Toss means it.
    static func rfc3339(_ text: String?) -> WallClock? {
        guard let text, text.utf8.count <= 40 else { return nil }
        let bytes = Array(text.utf8)
        func number(_ range: Range<Int>) -> Int? {
            range.upperBound <= bytes.count ? DecimalText.parse(bytes[range]) : nil
        }
        func has(_ index: Int, _ character: Unicode.Scalar) -> Bool {
            index < bytes.count && bytes[index] == UInt8(ascii: character)
        }
        guard has(4, "-"), has(7, "-"), has(10, "T"), has(13, ":"), has(16, ":") else { return nil }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), let hour = number(11..<13),
            let minute = number(14..<16), let second = number(17..<19)
        else { return nil }
        guard (1970...9999).contains(year), (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60,
            second < 61
        else { return nil }
        var index = 19
        var millisecond = 0
        if has(index, ".") {
            let digits = bytes[(index + 1)...].prefix { (0x30...0x39).contains($0) }
            guard !digits.isEmpty, let value = DecimalText.parse((Array(digits) + [0x30, 0x30]).prefix(3)) else {
                return nil
            }
            millisecond = value
            index += 1 + digits.count
        }
        guard let offset = self.offset(bytes[index...]) else { return nil }
        let days = self.days(year, month, day)
        let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset
        return WallClock(unixMilliseconds: Int64(seconds * 1000 + millisecond))
    }

    /// In Korea's time, as Toss writes it: `2022-01-01T09:00:00+09:00`.
    static func korean(_ time: WallClock) -> String {
        let shifted = WallClock(unixMilliseconds: time.unixMilliseconds &+ Self.koreaOffset * 1000)
        return String(shifted.rfc3339.prefix(19)) + "+09:00"
    }

    private static let koreaOffset: Int64 = 9 * 3600

    /// Seconds east of Greenwich.
    private static func offset(_ bytes: ArraySlice<UInt8>) -> Int? {
        if bytes.isEmpty { return Int(self.koreaOffset) }
        if bytes.elementsEqual([UInt8(ascii: "Z")]) { return 0 }
        let zone = Array(bytes)
        guard zone.count == 6, zone[3] == UInt8(ascii: ":"),
            zone[0] == UInt8(ascii: "+") || zone[0] == UInt8(ascii: "-"),
            let hours = DecimalText.parse(zone[1..<3]), let minutes = DecimalText.parse(zone[4..<6]), hours < 24,
            minutes < 60
        else { return nil }
        let seconds = hours * 3600 + minutes * 60
        return zone[0] == UInt8(ascii: "-") ? -seconds : seconds
    }

    /// Days since 1970, by the same eras as `CivilDate`.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
