internal import Primitives

/// A transaction from its first statement to its end, and the connection that it has for itself meanwhile.
final class TransactionLease: @unchecked Sendable {
    // SAFETY: everything that changes is touched on the pool's loop only, but that `transactionID` and
    // `history` are read by who has been told that the transaction is over: they do not change any more then.

    enum Phase {
        /// No statement yet, and no connection.
        case fresh
        case active
        /// The server has given it up, or its connection has ended. What remains is to roll back.
        case failed(PostgresError)
        case ended
    }

    let pool: PostgresPool
    let options: PostgresTransactionOptions
    /// Who did it, for triggers that write an audit trail.
    let actor: String?
    var phase = Phase.fresh
    var connection: PostgresConnection?
    /// What its first statement waits with for a connection.
    var ticket: UInt64?
    /// Whether a statement is on its way: there is one at a time.
    var isBusy = false
    /// Its number, known with the answer to the first statement that wrote something.
    var transactionID: Int64?
    /// The past of the server that gave the number.
    var history: String?
    /// The server's timeout that is in force.
    var statementTime: TimeAmount

    init(pool: PostgresPool, options: PostgresTransactionOptions, actor: String?) {
        self.pool = pool
        self.options = options
        self.actor = actor
        self.statementTime = pool.limits.statementTime
    }
}
