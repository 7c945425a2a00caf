package import HTTPServer
package import Primitives

/// Reads a time as the API takes it: RFC 3339, with `Z` or an offset, to the millisecond. Years 1970 to 9999.
package enum TimeText {
    package static func parse(_ text: String) -> WallClock? {
        let bytes = Array(text.utf8)
        // `2026-01-31T23:59:59Z` is the shortest.
        guard bytes.count >= 20, bytes.count <= 40 else { return nil }
        let punctuation: [(Int, [UInt8])] = [
            (4, [UInt8(ascii: "-")]), (7, [UInt8(ascii: "-")]), (10, Array("Tt ".utf8)), (13, [UInt8(ascii: ":")]),
            (16, [UInt8(ascii: ":")]),
        ]
        guard punctuation.allSatisfy({ $1.contains(bytes[$0]) }),
            let year = Self.number(bytes[0..<4]), let month = Self.number(bytes[5..<7]),
            let day = Self.number(bytes[8..<10]), let hour = Self.number(bytes[11..<13]),
            let minute = Self.number(bytes[14..<16]), let second = Self.number(bytes[17..<19]),
            year >= 1970, (1...12).contains(month), (1...Self.dayCount(of: month, year)).contains(day),
            hour <= 23, minute <= 59, second <= 59
        else { return nil }
        var rest = bytes[19...]
        guard let millisecond = Self.takeFraction(&rest), let offset = Self.offsetMinutes(rest) else { return nil }
        let seconds =
            Self.daysSince1970(year, month, day) * 86_400 + hour * 3600 + (minute - offset) * 60 + second
        let time = WallClock(unixMilliseconds: Int64(seconds * 1000 + millisecond))
        return (0...253_402_300_799_999).contains(time.unixMilliseconds) ? time : nil
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? { DecimalText.parse(digits) }

    /// Takes `.25` off the front; what is finer than a millisecond is cut off.
    private static func takeFraction(_ rest: inout ArraySlice<UInt8>) -> Int? {
        guard rest.first == UInt8(ascii: ".") else { return 0 }
        let digits = rest.dropFirst().prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard !digits.isEmpty, digits.count <= 9 else { return nil }
        rest = rest.dropFirst(1 + digits.count)
        return Self.number((Array(digits) + Array("00".utf8)).prefix(3))
    }

    private static func offsetMinutes(_ text: ArraySlice<UInt8>) -> Int? {
        let bytes = Array(text)
        if bytes == [UInt8(ascii: "Z")] || bytes == [UInt8(ascii: "z")] { return 0 }
        guard bytes.count == 6, bytes[3] == UInt8(ascii: ":"), let hours = Self.number(bytes[1..<3]),
            let minutes = Self.number(bytes[4..<6]), hours <= 23, minutes <= 59
        else { return nil }
        switch bytes[0] {
        case UInt8(ascii: "+"): return hours * 60 + minutes
        case UInt8(ascii: "-"): return -(hours * 60 + minutes)
        default: return nil
        }
    }

    private static func dayCount(of month: Int, _ year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// The inverse of `CivilDate`, by the same eras of 400 years.
    private static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let yearOfEra = shiftedYear % 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return shiftedYear / 400 * 146_097 + dayOfEra - 719_468
    }
}

extension JSONObjectReader {
    /// A field that holds a time.
    package func time(_ name: String, isRequired: Bool = true, about: StaticString = "") -> WallClock? {
        guard let text = self.string(name, lengthMax: 40, format: "date-time", isRequired: isRequired, about: about)
        else { return nil }
        if let time = TimeText.parse(text) { return time }
        self.fail(name, "not-a-time", "a time like 2026-12-24T19:00:00+09:00")
        return nil
    }
}
