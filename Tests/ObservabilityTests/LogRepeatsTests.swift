import Primitives
import Testing

@testable import Observability

struct LogRepeatsTests {
    @Test("An event is known by its text, wherever it is written")
    func names() {
        #expect(LogEventName("same") == LogEventName("same"))
        #expect(LogEventName("same").hashValue == LogEventName("same").hashValue)
        #expect(LogEventName("same") != LogEventName("sam"))
    }

    @Test("A window is over after a second, and when the clock was set back")
    func windows() {
        var repeats = LogRepeats(countMax: 1)
        _ = repeats.closeWindow(at: WallClock(unixMilliseconds: 5000))
        #expect(!repeats.isWindowOver(at: WallClock(unixMilliseconds: 5999)))
        #expect(repeats.isWindowOver(at: WallClock(unixMilliseconds: 6000)))
        #expect(repeats.isWindowOver(at: WallClock(unixMilliseconds: 4999)))
    }

    @Test("Closing a window names what was left out, once")
    func close() {
        var repeats = LogRepeats(countMax: 2)
        let admitted = (0..<5).map { _ in repeats.admit("b") }
        #expect(admitted == [true, true, false, false, false])
        _ = (0..<3).map { _ in repeats.admit("a") }
        _ = repeats.admit("c")
        let suppressed = repeats.closeWindow(at: WallClock(unixMilliseconds: 1))
        #expect(suppressed.map(\.event.description) == ["a", "b"])
        #expect(suppressed.map(\.suppressedCount) == [1, 3])
        #expect(repeats.closeWindow(at: WallClock(unixMilliseconds: 2)).isEmpty)
        let isAdmittedAgain = repeats.admit("b")
        #expect(isAdmittedAgain)
    }
}
