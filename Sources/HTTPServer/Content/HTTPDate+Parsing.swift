internal import Primitives

/// Reading dates of conditional requests.
extension HTTPDate {
    /// Seconds since 1970 of an IMF-fixdate, the one form that is sent today (RFC 9110 §5.6.7); nil for anything
    /// else, and a condition on it then counts as not given. The weekday is not checked.
    package static func unixSeconds(_ text: ArraySlice<UInt8>) -> Int? {
        let bytes = Array(HTTPText.trimmed(text))
        guard bytes.count == 29, bytes[3...4].elementsEqual(", ".utf8), bytes[25...].elementsEqual(" GMT".utf8),
            bytes[7] == 0x20, bytes[11] == 0x20, bytes[16] == 0x20, bytes[19] == 0x3a, bytes[22] == 0x3a,
            let day = DecimalText.parse(bytes[5...6]), let month = Self.month(bytes[8...10]),
            let year = DecimalText.parse(bytes[12...15]), let hour = DecimalText.parse(bytes[17...18]),
            let minute = DecimalText.parse(bytes[20...21]), let second = DecimalText.parse(bytes[23...24]),
            year >= 1970, day >= 1, day <= 31, hour < 24, minute < 60, second <= 60
        else { return nil }
        let days = Self.daysSince1970(year: year, month: month, day: day)
        return days * 86_400 + hour * 3600 + minute * 60 + second
    }

    private static func month(_ name: ArraySlice<UInt8>) -> Int? {
        let names = Array("JanFebMarAprMayJunJulAugSepOctNovDec".utf8)
        for month in 0..<12 where names[(month * 3)..<(month * 3 + 3)].elementsEqual(name) { return month + 1 }
        return nil
    }

    /// The inverse of `CivilDate`.
    private static func daysSince1970(year: Int, month: Int, day: Int) -> Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = shiftedYear / 400
        let yearOfEra = shiftedYear % 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
