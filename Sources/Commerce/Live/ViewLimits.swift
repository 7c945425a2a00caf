package import Primitives

/// The bounds of what managers can watch as it happens.
package struct ViewLimits: Sendable {
    /// Those who watch one feed on one loop. More are sent away.
    package var followerCountMax = 50
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
