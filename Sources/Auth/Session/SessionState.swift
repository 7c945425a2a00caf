internal import Primitives

/// One signing in, as the database has it, and what an offered refresh token means for it: a value without I/O.
///
/// A token is used once; the answer holds the next one. Whoever comes with one that was used before is either a thief
/// or has been robbed, and nobody can tell which: the session ends (RFC 9700 §4.14.2).
///
/// Two things look the same and are harmless: the answer was lost on the way and the client asks again, or pages side
/// by side, which share one token, refresh at the same moment. So the token before the last is taken again, and only
/// leads to the very token that was given out already, when it comes within `repeatTime` and from the network that used
/// it the first time. It does not help a thief. Elsewhere he is refused and ends the session. On the same network, and
/// right behind the owner, he gets the token that the owner has and not one of his own: whoever of the two uses that
/// one more than `repeatTime` after the other ends the session. Beyond `repeatCountMax` nothing is given out, and
/// nothing ends: so many at once say no more of a thief than two do.
struct SessionState: Equatable, Sendable {
    enum Verdict: Equatable, Sendable {
        /// The last token: the next one is given out.
        case rotate
        /// The one before, again: the last one is given out again.
        case repeatLast
        /// The same, too often. Nothing changes.
        case tooOften
        /// An old one, or none that ever was: the session ends.
        case reuse
        /// The session is over. Nothing changes.
        case over
    }

    var generation: Int32
    var tokenHash: [UInt8]
    var previousHash: [UInt8]?
    var rotatedAt: WallClock
    /// The network that the last rotation was for, as `AddressMark` has it.
    var rotatedFor: [UInt8]?
    /// How often the token before the last was taken again.
    var repeatCount: Int32
    var expiresAt: WallClock
    var isRevoked: Bool

    /// `now` is the database's clock.
    func judge(hash: [UInt8], network: [UInt8], now: WallClock, limits: SessionLimits) -> Verdict {
        guard !self.isRevoked, now < self.expiresAt else { return .over }
        if ConstantTime.isEqual(hash, self.tokenHash) { return .rotate }
        guard let previousHash = self.previousHash, ConstantTime.isEqual(hash, previousHash),
            let rotatedFor = self.rotatedFor, ConstantTime.isEqual(rotatedFor, network),
            Self.time(from: self.rotatedAt, to: now) <= limits.repeatTime
        else { return .reuse }
        return self.repeatCount < limits.repeatCountMax ? .repeatLast : .tooOften
    }

    private static func time(from start: WallClock, to end: WallClock) -> TimeAmount {
        .milliseconds(end.unixMilliseconds &- start.unixMilliseconds)
    }
}
