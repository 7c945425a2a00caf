import Primitives
import Testing

struct WallClockTests {
    @Test(
        "Times are written as RFC 3339 has them, in UTC with milliseconds",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (784_111_777_042, "1994-11-06T08:49:37.042Z"),
            (951_868_799_999, "2000-02-29T23:59:59.999Z"), (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
            (-1, "1970-01-01T00:00:00.000Z"), (.min, "1970-01-01T00:00:00.000Z"), (.max, "9999-12-31T23:59:59.999Z"),
        ] as [(Int64, String)])
    func rfc3339(milliseconds: Int64, text: String) {
        #expect(WallClock(unixMilliseconds: milliseconds).rfc3339 == text)
    }

    @Test("The clock runs in this century, and seconds are a thousand milliseconds")
    func now() {
        #expect(WallClock.now.rfc3339.hasPrefix("20"))
        #expect(WallClock(unixMilliseconds: 1999).unixSeconds == 1)
    }
}
