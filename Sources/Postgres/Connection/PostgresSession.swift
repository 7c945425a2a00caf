internal import CLibPQ

/// A session on its way from the thread that opened it to the loop that uses it.
final class PostgresSession: @unchecked Sendable {
    // SAFETY: handed over once; only one thread has it at a time.
    private(set) var raw: OpaquePointer?
    /// What tells the server's past from that of another one; nil where it does not say.
    var history: String?

    init(_ raw: OpaquePointer) { self.raw = raw }

    deinit { if let raw = self.raw { PQfinish(raw) } }

    func take() -> OpaquePointer {
        guard let raw = self.raw.take() else { preconditionFailure("a session is taken once") }
        return raw
    }
}
