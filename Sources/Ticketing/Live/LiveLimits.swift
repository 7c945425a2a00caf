package import Primitives

/// How long shows wait for what, and every bound on what is held of them.
package struct LiveLimits: Sendable {
    /// So long before the doors open a stream key opens its stream already, for rehearsals that nobody sees.
    package var rehearsalTime = TimeAmount.seconds(24 * 3600)
    /// So long after a show was to end its stream key opens the stream still, and its tickets let people watch: shows
    /// run late.
    package var overtime = TimeAmount.seconds(3 * 3600)
    /// A show that was to have ended, and that nobody has published for so long, is over.
    package var publisherGraceTime = TimeAmount.seconds(120)

    /// How often a process says which publishers it has, and looks for shows of processes that do not.
    package var hearingTime = TimeAmount.seconds(5)
    /// A show whose publisher no process has told of for so long is interrupted.
    package var silenceTime = TimeAmount.seconds(20)
    /// After a failure of the database, before it is tried again.
    package var retryTime = TimeAmount.seconds(1)
    /// Shows looked at in one round; the next round has the others.
    package var dueCountMax = 500

    /// Shows in memory, those of which somebody has asked too. When there are more, those go that have not begun or
    /// have nothing left to see; when that is not enough, no more are kept, and of these it is said that they have not
    /// begun.
    package var showCountMax = 100_000
    /// Shows that are read from the database together.
    package var readCountMax = 1000
    /// A show that is over and has no recording is told from one that has not begun for so long: longer than any token
    /// that was given out when it still had one, which is good for two weeks after that.
    package var endedDayCount = 106

    /// Those who follow shows on one loop.
    package var followerCountMax = 50_000

    package init() {}
}

extension WallClock {
    /// Later by this, or earlier.
    func adding(_ time: TimeAmount) -> WallClock {
        WallClock(unixMilliseconds: self.unixMilliseconds &+ time.milliseconds)
    }
}
