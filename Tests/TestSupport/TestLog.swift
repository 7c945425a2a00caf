internal import Foundation

/// What happened on other threads, in order; a test waits until what it expects is there.
package final class TestLog<Entry: Sendable>: @unchecked Sendable {
    // SAFETY: `stored` is touched under `condition` only.
    private let condition = NSCondition()
    private var stored: [Entry] = []

    package init() {}

    package func add(_ entry: Entry) {
        self.condition.withLock {
            self.stored.append(entry)
            self.condition.broadcast()
        }
    }

    package var entries: [Entry] { self.condition.withLock { self.stored } }

    /// Waits until `isReady` holds for what was added; false when it does not within ten seconds.
    @discardableResult
    package func wait(until isReady: ([Entry]) -> Bool) -> Bool {
        let end = Date(timeIntervalSinceNow: 10)
        return self.condition.withLock {
            while !isReady(self.stored) {
                guard self.condition.wait(until: end) else { return isReady(self.stored) }
            }
            return true
        }
    }
}
