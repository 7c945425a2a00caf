import Primitives
import Reactor
import TestSupport

/// Runs `body`, which waits for ever when what it is about is broken: fails after some seconds then, and says so. On a
/// loop: other tests may hold the threads of the default executor for long.
func within<Value: Sendable>(
    _ time: TimeAmount, _ what: String, on live: LiveDatabase, _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    let outcome = TestLog<Result<Value, any Error>>()
    let task = Task(executorPreference: live.group.loops[0]) {
        do {
            outcome.add(.success(try await body()))
        } catch {
            outcome.add(.failure(error))
        }
    }
    let end = MonotonicTime.now + time
    while outcome.entries.isEmpty {
        guard MonotonicTime.now < end else {
            task.cancel()
            throw Overdue(what: what)
        }
        await live.rest(.milliseconds(5))
    }
    return try outcome.entries[0].get()
}

struct Overdue: Error, CustomStringConvertible {
    let what: String

    var description: String { "waited for in vain: \(self.what)" }
}
