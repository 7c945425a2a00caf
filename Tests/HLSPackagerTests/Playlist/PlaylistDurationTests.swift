import Testing

@testable import HLSPackager

@Suite("Durations in playlists")
struct PlaylistDurationTests {
    @Test(
        "are exact, with three digits at least",
        arguments: [
            (0, "0.000"), (1, "0.000000001"), (500_000_000, "0.500"), (500_500_000, "0.5005"),
            (333_333_333, "0.333333333"), (2_000_000_000, "2.000"), (1_999_999_999, "1.999999999"),
            (12_000_010_000, "12.00001"), (-1, "0.000"), (.min, "0.000"), (.max, "9223372036.854775807"),
        ] as [(Int64, String)])
    func printed(_ nanoseconds: Int64, _ text: String) {
        var bytes: [UInt8] = []
        PlaylistDuration.append(nanoseconds, to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == text)
    }
}
