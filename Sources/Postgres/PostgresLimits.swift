package import Primitives

/// Every bound on what a database, or the way to it, can make Podo hold or wait for.
package struct PostgresLimits: Sendable {
    /// Connections of one loop for interactive work.
    package var interactive = PoolLimits(connectionCountMax: 2, statementTime: .seconds(2))
    /// Connections of the whole process.
    package var bulk = PoolLimits(connectionCountMax: 1, statementTime: .seconds(5), acquireTime: .seconds(3))
    package var background = PoolLimits(connectionCountMax: 1, statementTime: .seconds(30), acquireTime: .seconds(10))
    package var long = PoolLimits(connectionCountMax: 1, statementTime: .seconds(600), acquireTime: .seconds(60))
    package var reports = PoolLimits(connectionCountMax: 1, statementTime: .seconds(20), acquireTime: .seconds(25))

    /// From a name to an authenticated session, for each host of the connection string.
    package var connectTime = TimeAmount.seconds(3)
    /// What was sent and not acknowledged for this long: the peer is gone.
    package var unacknowledgedTime = TimeAmount.seconds(4)
    /// How long after its server-side timeout a statement's answer may come; then the connection is closed.
    package var answerGraceTime = TimeAmount.milliseconds(1500)
    /// How long a lock is waited for: longer than the second after which the server looks for deadlocks.
    package var lockTime = TimeAmount.milliseconds(1500)
    /// How long a transaction may do nothing; then the server ends it.
    package var idleInTransactionTime = TimeAmount.seconds(5)
    /// How soon the server notices that a client has gone in the middle of a statement.
    package var goneCheckTime = TimeAmount.seconds(1)

    /// How often a read is asked when its answer is lost with the connection.
    package var readAttemptCountMax = 2
    /// How often a transaction is begun when others stand in its way.
    package var transactionAttemptCountMax = 3
    /// The first of these waits before a transaction is begun again; it doubles, and chance takes up to half of it.
    package var conflictWaitTime = TimeAmount.milliseconds(10)
    /// How long the outcome of a commit whose answer was lost is asked for.
    package var resolveTime = TimeAmount.seconds(10)

    /// Messages that wait for a listener; one that has more loses them and is told to resynchronize.
    package var notificationCountMax = 1024
    /// COPY statements at the same time, each with a connection of its own.
    package var copyCountMax = 1
    /// Rows of a COPY are handed on when there are so many bytes of them, or no more have come.
    package var copyChunkByteCount = 64 * 1024
    /// A COPY in which nothing moves for this long is given up.
    package var copyStallTime = TimeAmount.seconds(30)

    /// All parameters of a statement together.
    package var parameterByteCountMax = 16 * 1024 * 1024
    /// One result, with what libpq keeps beside the values.
    package var resultByteCountMax = 64 * 1024 * 1024
    /// Statement names with a histogram of their own; those that come later share one.
    package var statementLabelCountMax = 512

    package init() {}

    /// Connections of all pools, of COPY, and the one to listen.
    package func connectionCountMax(loopCount: Int) -> Int {
        PostgresPurpose.allCases.reduce(self.copyCountMax + 1) {
            $0 + self.pool($1).connectionCountMax * ($1 == .interactive ? loopCount : 1)
        }
    }

    package func pool(_ purpose: PostgresPurpose) -> PoolLimits {
        switch purpose {
        case .interactive: self.interactive
        case .bulk: self.bulk
        case .background: self.background
        case .long: self.long
        case .reports: self.reports
        }
    }
}
