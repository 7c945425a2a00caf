package import Primitives

/// The gate of one loop: what it believes, what it knows of sessions, and the tokens that it has seen. A value without
/// a clock and without I/O; of all loops the same, because all are told the same.
package struct GateState {
    private let limits: PlaybackLimits
    private let meters: PlaybackMeters
    private var keys: PlaybackKeys
    private(set) var table: PlaybackTable
    private var seen: SeenPlaybackTokens

    package init(keys: PlaybackKeys, meters: PlaybackMeters, limits: PlaybackLimits) {
        self.limits = limits
        self.meters = meters
        self.keys = keys
        self.table = PlaybackTable(countMax: limits.holderCountMax)
        self.seen = SeenPlaybackTokens(countMax: limits.verifiedCountMax)
    }

    package var holderCount: Int { self.table.count }

    // MARK: Asking

    /// What a token opens. One that was seen costs a comparison; one that was not, its code first and then all that is
    /// known of it, so that no refusal comes sooner than another.
    ///
    /// - Parameter wall: Seconds since 1970; asked for a token that was not seen.
    package mutating func admit(
        _ text: PlaybackTokenText, _ demand: PlaybackDemand, now: MonotonicTime, wall: () -> Int64
    ) -> PlaybackVerdict {
        let index: Int
        if let known = self.seen.find(text) {
            index = known
            if self.seen[index].version != self.table.version { self.lookAgain(index) }
        } else {
            switch self.verify(text, now: now, wall: wall()) {
            case .refused(let refusal): return .refused(refusal)
            case .verified(let place): index = place
            }
        }
        if let refusal = self.seen[index].refusal { return .refused(refusal) }
        guard now < self.seen[index].endsAt else { return .refused(.tokenExpired) }
        switch demand {
        case .playlist: self.seen[index].meter.askedForPlaylist(now: now)
        case .media(let time):
            guard self.seen[index].meter.take(time, now: now, limits: self.limits) else {
                return .refused(.tooFast)
            }
        case .other, .again: break
        }
        return .admitted(stream: self.seen[index].stream)
    }

    /// The token of a session that was too fast for the first time; nil for all others.
    func newlyTooFast(_ text: PlaybackTokenText) -> PlaybackToken? {
        guard let index = self.seen.find(text), self.seen[index].meter.isFirstComplaint() else { return nil }
        return self.seen[index].token
    }

    private enum Verification {
        case refused(PlaybackRefusal)
        case verified(Int)
    }

    private mutating func verify(_ text: PlaybackTokenText, now: MonotonicTime, wall: Int64) -> Verification {
        let reading = self.keys.read(text)
        let token = reading.token
        let refusal = self.table.refusal(of: token.session, holder: token.holder, isRecent: reading.isRecent)
        let rest = token.expiresAt &+ self.limits.clockToleranceSeconds &- wall
        guard reading.isRight else { return .refused(.tokenInvalid) }
        if refusal == nil, rest <= 0 { return .refused(.tokenExpired) }
        return .verified(
            self.seen.insert(
                SeenPlaybackTokens.Entry(
                    text: text, token: token, stream: Self.stream(of: token.schedule),
                    isRecent: reading.isRecent, meter: self.meters.meter(of: token), endsAt: now + .seconds(rest),
                    version: self.table.version, refusal: refusal)))
    }

    private mutating func lookAgain(_ index: Int) {
        let token = self.seen[index].token
        self.seen[index].refusal = self.table.refusal(
            of: token.session, holder: token.holder, isRecent: self.seen[index].isRecent)
        self.seen[index].version = self.table.version
    }

    /// What the stream of a performance is called.
    package static func stream(of schedule: Int64) -> String { "schedule-\(schedule)" }

    // MARK: Telling

    /// Whether sessions may have ended by it.
    package mutating func apply(_ holdings: some Sequence<PlaybackHolding>) -> Bool {
        var hasEnded = false
        for holding in holdings where self.table.apply(holding) { hasEnded = true }
        return hasEnded
    }

    package mutating func forget(wall: Int64) {
        self.table.forget(
            endedBefore: wall - self.limits.clockToleranceSeconds, countMax: self.limits.forgottenCountMax)
    }

    /// What was believed under keys that have gone is looked at anew.
    package mutating func replaceKeys(_ keys: PlaybackKeys) {
        self.keys = keys
        self.seen.removeAll()
    }
}
