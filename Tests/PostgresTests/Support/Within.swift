import Primitives
import TestSupport

/// Runs `body`, which waits for ever when what it is about is broken: fails after some seconds then, and says so.
func within<Value: Sendable>(
    _ time: TimeAmount, _ what: String, _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    let outcome = TestLog<Result<Value, any Error>>()
    let task = Task {
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
        try await Task.sleep(for: .milliseconds(5))
    }
    return try outcome.entries[0].get()
}

struct Overdue: Error, CustomStringConvertible {
    let what: String

    var description: String { "waited for in vain: \(self.what)" }
}
