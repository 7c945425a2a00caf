package import Primitives

/// The bounds of one pool. Full means that a caller is refused, and told so at once.
package struct PoolLimits: Sendable {
    package var connectionCountMax: Int
    /// Kept open when nothing happens.
    package var connectionCountMin = 1
    /// Who comes when so many wait already is refused.
    package var waiterCountMax = 1000
    /// How long a caller waits for a connection.
    package var acquireTime: TimeAmount
    /// The server ends a statement after this long, unless the statement names its own time.
    package var statementTime: TimeAmount

    /// Statements of different callers that may be on their way over one connection.
    package var pipelineDepthMax = 32
    /// Connections over which reads go, while these take them.
    package var readConnectionCount = 2
    /// A connection whose oldest statement has been on its way for longer is slow: nothing is added behind it.
    package var pipelineAgeMax = TimeAmount.milliseconds(20)

    /// Waits between attempts to connect: the first, and the longest. Chance takes up to half of each.
    package var backoffTimeMin = TimeAmount.milliseconds(50)
    package var backoffTimeMax = TimeAmount.seconds(1)
    /// So many failed attempts in a row without any connection left: callers are refused at once until one succeeds.
    package var circuitFailureCount = 3
    /// Attempts at the same time.
    package var connectingCountMax = 2

    /// Idle for longer, and more than the least number are open: closed.
    package var idleTime = TimeAmount.seconds(60)
    /// An idle connection is asked this often whether it is still there.
    package var pingTime = TimeAmount.seconds(10)
    /// Closed when idle after this long, so that nothing grows old with a connection.
    package var lifeTime = TimeAmount.seconds(1800)

    package init(
        connectionCountMax: Int, statementTime: TimeAmount, acquireTime: TimeAmount = .milliseconds(1000)
    ) {
        self.connectionCountMax = connectionCountMax
        self.statementTime = statementTime
        self.acquireTime = acquireTime
    }
}
