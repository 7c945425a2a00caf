import MediaTypes
import Testing

@Suite("Media time")
struct MediaTimeTests {
    @Test("saturates instead of overflowing")
    func saturates() {
        #expect(MediaTime(milliseconds: .max).nanoseconds == .max)
        #expect(MediaTime(milliseconds: .min).nanoseconds == .min)
        #expect(MediaTime(milliseconds: -7).nanoseconds == -7_000_000)
    }
}
