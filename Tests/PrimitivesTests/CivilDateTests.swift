import Foundation
import Primitives
import Testing

struct CivilDateTests {
    @Test("Every day of four centuries and more is the calendar's")
    func everyDay() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
        for days in stride(from: 0, to: 180_000, by: 59) {
            let date = CivilDate(daysSince1970: days)
            let expected = calendar.dateComponents(
                [.year, .month, .day], from: Date(timeIntervalSince1970: Double(days) * 86_400))
            #expect(date.year == expected.year && date.month == expected.month && date.day == expected.day)
        }
    }

    @Test(
        "Leap days are where they belong",
        arguments: [
            (0, 1970, 1, 1), (11_016, 2000, 2, 29), (11_017, 2000, 3, 1), (19_782, 2024, 2, 29), (47_540, 2100, 2, 28),
            (47_541, 2100, 3, 1), (2_932_896, 9999, 12, 31),
        ])
    func leapDays(days: Int, year: Int, month: Int, day: Int) {
        let date = CivilDate(daysSince1970: days)
        #expect((date.year, date.month, date.day) == (year, month, day))
    }
}
