internal import Primitives

/// How a request ended.
enum RequestOutcome: Sendable {
    /// Acknowledged by the server, behind a synchronisation point.
    case done(PostgresRows)
    /// Nothing of it remains in the database.
    case failed(PostgresError)
    /// Sent, and the connection ended before the answer: it may have happened or not. True when time was over.
    case lost(afterDeadline: Bool)
}

/// One unit that a caller waits for: a statement with what belongs around it.
final class PostgresRequest: @unchecked Sendable {
    // SAFETY: made by the caller, then handed to the pool's loop, which alone touches it from there on.

    /// What the unit is for.
    enum Kind {
        case autocommit
        /// A statement of a transaction, its first one perhaps.
        case inTransaction(TransactionLease)
        /// Ends a transaction.
        case commit(TransactionLease), rollback(TransactionLease)
        /// Asks whether the server is there.
        case ping
    }

    let kind: Kind
    let statement: PostgresStatement
    let parameters: PostgresParameters
    private var continuation: UnsafeContinuation<RequestOutcome, Never>?
    var submittedTime = MonotonicTime(nanoseconds: 0)
    /// How long its connection may take for it alone.
    var time = TimeAmount.seconds(0)
    /// When the connection is given up for it.
    var deadline = MonotonicTime(nanoseconds: .max)

    // What has been answered, until the synchronisation point settles it.
    var rows = PostgresRows.none
    var failure: PostgresError?
    /// It failed because of what its session remembered of a statement, and has forgotten now.
    var isStale = false
    private(set) var isRepeated = false

    /// It is sent once more, as if it never was.
    func beginAgain() {
        self.rows = .none
        self.failure = nil
        self.isStale = false
        self.isRepeated = true
    }

    init(
        _ kind: Kind, _ statement: PostgresStatement, _ parameters: PostgresParameters = PostgresParameters(),
        continuation: UnsafeContinuation<RequestOutcome, Never>? = nil
    ) {
        self.kind = kind
        self.statement = statement
        self.parameters = parameters
        self.continuation = continuation
    }

    /// Tells the caller. It is taken out, so it happens once; every path of the pool ends with it. A checked
    /// continuation would cost an allocation for each statement.
    func finish(_ outcome: RequestOutcome) {
        self.continuation.take()?.resume(returning: outcome)
    }
}
