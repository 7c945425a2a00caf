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

    /// Waits until `isReady` holds for what was added; false when it does not within twenty seconds.
    @discardableResult
    package func wait(until isReady: ([Entry]) -> Bool) -> Bool {
        let end = Date(timeIntervalSinceNow: 20)
        return self.condition.withLock {
            while !isReady(self.stored) {
                guard self.condition.wait(until: end) else { return isReady(self.stored) }
            }
            return true
        }
    }

    /// The same for asynchronous tests: the threads that these share, as few as the machine has cores, are for what is
    /// waited for.
    @discardableResult
    package func waits(until isReady: @escaping @Sendable ([Entry]) -> Bool) async -> Bool {
        await withUnsafeContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: self.wait(until: isReady)) }
        }
    }
}
