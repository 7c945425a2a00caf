internal import Primitives

/// One signing in, as the database has it, and what an offered refresh token means for it: a value without I/O.
///
/// A token is used once; the answer holds the next one. Whoever comes with one that was used before is either a thief
/// or has been robbed, and nobody can tell which: the session ends (RFC 9700 §4.14.2).
///
/// One thing looks the same and is harmless: the answer was lost on the way, and the client asks again. So the token
/// before the last is taken once more, and only leads to the very token that was given out already, when all of this
/// holds: it comes within `repeatTime`, from the network that used it the first time, and nothing was repeated in this
/// session for `repeatPauseTime`. It does not help a thief. Elsewhere he is refused and ends the session. On the same
/// network, and right behind the owner, he gets the token that the owner has and not one of his own: the second of the
/// two to use that one ends the session.
struct SessionState: Equatable, Sendable {
    enum Verdict: Equatable, Sendable {
        /// The last token: the next one is given out.
        case rotate
        /// The one before, once more: the last one is given out again.
        case repeatLast
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
    /// When a token was last taken once more.
    var repeatedAt: WallClock?
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
        if let repeatedAt, Self.time(from: repeatedAt, to: now) < limits.repeatPauseTime { return .reuse }
        return .repeatLast
    }

    private static func time(from start: WallClock, to end: WallClock) -> TimeAmount {
        .milliseconds(end.unixMilliseconds &- start.unixMilliseconds)
    }
}
