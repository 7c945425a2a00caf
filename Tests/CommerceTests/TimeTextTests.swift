import Commerce
import Primitives
import Testing

@Suite("Times of the API")
struct TimeTextTests {
    @Test(
        "times are read with offsets and fractions",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2026-12-24T19:00:00+09:00", 1_798_106_400_000),
            ("2026-12-24T10:00:00.25Z", 1_798_106_400_250), ("2026-12-24t10:00:00.123456789z", 1_798_106_400_123),
            ("2024-02-29T23:59:59-00:30", 1_709_252_999_000), ("2000-03-01T00:00:00Z", 951_868_800_000),
            ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
        ] as [(String, Int64)])
    func times(text: String, milliseconds: Int64) {
        #expect(TimeText.parse(text)?.unixMilliseconds == milliseconds)
    }

    @Test("every day of four centuries is read as it is written")
    func everyDay() {
        for day in stride(from: 0 as Int64, to: 146_097, by: 7) {
            let time = WallClock(unixMilliseconds: day * 86_400_000 + 12_345_678)
            #expect(TimeText.parse(time.rfc3339) == time)
        }
    }

    @Test(
        "what is no time is refused",
        arguments: [
            "", "2026-12-24", "2026-12-24T19:00:00", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z",
            "2026-12-24T24:00:00Z", "2026-12-24T19:60:00Z", "2026-12-24T19:00:00+9:00", "2026-12-24T19:00:00+24:00",
            "2026-12-24T19:00:00.Z", "1969-12-31T23:59:59Z", "1970-01-01T00:00:00+01:00", "2026-12-24T19:00:00Zx",
            "2026-12-24T19:00:00.1234567890Z", "+026-12-24T19:00:00Z", "2026-12-24T19:00:00Z2026-12-24T19:00:00Z",
        ])
    func noTimes(text: String) { #expect(TimeText.parse(text) == nil) }
}
