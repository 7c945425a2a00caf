internal import Primitives

/// Keeps one event that happens too often from filling the log: each event name may have so many lines a second.
///
/// All names share one window, so what was left out is known by name when the next window opens; the table holds only
/// names that the program writes as literals, and forgets them with every window.
struct LogRepeats: Sendable {
    private let countMax: Int
    private var windowStart = WallClock(unixMilliseconds: 0)
    private var counts: [LogEventName: Int] = [:]

    init(countMax: Int) { self.countMax = countMax }

    /// Whether a line of that event may be written now.
    mutating func admit(_ event: StaticString) -> Bool {
        let count = self.counts[LogEventName(event), default: 0] &+ 1
        self.counts[LogEventName(event)] = count
        return count <= self.countMax
    }

    /// True when a second has passed, or the clock was set back: time to `closeWindow`.
    func isWindowOver(at now: WallClock) -> Bool {
        let age = now.unixMilliseconds &- self.windowStart.unixMilliseconds
        return age < 0 || age >= 1000
    }

    /// Opens a new window and returns the events of the old one that had lines left out, with how many.
    mutating func closeWindow(at now: WallClock) -> [(event: StaticString, suppressedCount: Int)] {
        let suppressed = self.counts.filter { $0.value > self.countMax }
        self.counts.removeAll(keepingCapacity: true)
        self.windowStart = now
        return suppressed.map { (event: $0.key.text, suppressedCount: $0.value - self.countMax) }
            .sorted { $0.event.description < $1.event.description }
    }
}
