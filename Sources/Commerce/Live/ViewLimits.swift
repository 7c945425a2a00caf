package import Primitives

/// The bounds of what managers can watch as it happens.
package struct ViewLimits: Sendable {
    /// Those who watch one feed on one loop. More are sent away.
    package var followerCountMax = 50
    /// How long one may watch until he has to show anew that he may: a browser comes back by itself, with the last
    /// event it has seen, and whoever is a manager no more does not.
    package var watchTimeMax = TimeAmount.seconds(600)
    /// Events that a feed remembers, for those who come back.
    package var rememberedCountMax = 500
    /// One that is longer is not told, but that something was missed.
    package var eventByteCountMax = 16 * 1024
    /// Requests that each loop remembers: the newest.
    package var requestCountOfLoopMax = 2000
    /// Between two looks at what was asked, for those who watch it.
    package var requestTime = TimeAmount.milliseconds(500)
    /// Requests that one look tells of. Of more it is told that some were missed.
    package var requestCountOfLookMax = 200

    package init() {}
}
