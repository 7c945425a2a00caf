package import Primitives

/// Every bound on what the private PostgreSQL may take of time and memory.
package struct ClusterLimits: Sendable {
    /// Connections that the server takes, of Podo and of tools.
    package var connectionCount = 100

    /// What making a new database may take; then it is given up and begun anew by the next start.
    package var initialisationTime = TimeAmount.seconds(120)
    /// What a start may take, recovery after a crash included. A server that needs longer is ended and tried again.
    package var startTime = TimeAmount.seconds(600)
    /// How long a server that was told to end may take to disconnect everybody and write what there is; then it is
    /// told to end at once.
    package var fastStopTime = TimeAmount.seconds(20)
    /// How long it may take to end at once; then it is killed. The next start recovers.
    package var immediateStopTime = TimeAmount.seconds(7)
    /// How long a server that was killed may be waited for: one that hangs in the kernel keeps nobody from ending.
    package var killTime = TimeAmount.seconds(5)
    /// How long processes that an earlier Podo has left may take to end, and again after they were killed.
    package var leftoverTime = TimeAmount.seconds(5)
    /// How long a server that has ended by itself is left alone; every further time twice as long.
    package var restartTime = TimeAmount.milliseconds(250)
    package var restartTimeMax = TimeAmount.seconds(15)
    /// So many of its failures still count when a server has taken connections again: one that is killed again and
    /// again is started again after 2 s each time, and is away for less than the 10 s that are promised.
    package var readyFailureCountMax = 3
    /// A server that ran this long has recovered: its next restart is quick again.
    package var steadyTime = TimeAmount.seconds(60)
    /// What is kept of a line of the server's log.
    package var logLineByteCountMax = 2048
    /// What is kept of what a program like initdb says.
    package var outputByteCountMax = 16 * 1024

    package init() {}

    /// From being told to end to the end, at most.
    package var stopTime: TimeAmount {
        .nanoseconds(self.fastStopTime.nanoseconds + self.immediateStopTime.nanoseconds + self.killTime.nanoseconds)
    }
}
