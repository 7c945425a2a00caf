package import Primitives

/// The gate of one loop: what it believes, what it knows of sessions, and the tokens that it has seen. Without a clock
/// and without I/O; of all loops the same, because all are told the same. It is not copied: what it has seen is shared.
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
    /// - Parameters:
    ///   - network: Where a playlist is asked for from; nil where that is not known.
    ///   - wall: Seconds since 1970; asked for a token that was not seen.
    package mutating func admit(
        _ text: PlaybackTokenText, _ demand: PlaybackDemand, from network: UInt64? = nil, now: MonotonicTime,
        wall: () -> Int64
    ) -> PlaybackVerdict {
        let seen: SeenPlaybackToken
        if let known = self.seen.find(text) {
            seen = known
            if seen.version != self.table.version { self.lookAgain(seen) }
        } else {
            switch self.verify(text, now: now, wall: wall()) {
            case .refused(let refusal): return .refused(refusal)
            case .verified(let token): seen = token
            }
        }
        if let refusal = seen.refusal { return .refused(seen.reason(refusal)) }
        guard now < seen.endsAt else { return .refused(.tokenExpired) }
        if case .playlist = demand, let network { seen.meter.asked(from: network, now: now, limits: self.limits) }
        // Before anything is counted of it: whoever is refused does not watch.
        if seen.meter.wasShared { return .refused(.sessionShared) }
        switch demand {
        case .playlist: seen.meter.askedForPlaylist(now: now)
        case .media(let time):
            guard seen.meter.take(time, now: now, limits: self.limits) else { return .refused(.tooFast) }
        case .checked(let time):
            guard seen.meter.check(time, now: now, limits: self.limits) else { return .refused(.tooFast) }
        case .fetched(let time):
            guard seen.meter.fetch(time, now: now, limits: self.limits) else { return .refused(.tooFast) }
        case .other, .again: break
        }
        return .admitted(stream: seen.stream, seen.grant)
    }

    /// Whose a token is that was let in.
    func holder(_ text: PlaybackTokenText) -> Int64? { self.seen.find(text)?.token.holder }

    /// The token of a session that was too fast for the first time; nil for all others.
    func newlyTooFast(_ text: PlaybackTokenText) -> PlaybackToken? {
        guard let seen = self.seen.find(text), seen.meter.isFirstComplaint() else { return nil }
        return seen.token
    }

    /// The token of a session that was found to be shared for the first time; nil for all others. It is to be ended.
    func newlyShared(_ text: PlaybackTokenText) -> PlaybackToken? {
        guard let seen = self.seen.find(text), seen.meter.isFirstSharing() else { return nil }
        let session = PlaybackMeters.Key(holder: seen.token.holder, session: seen.token.session)
        self.meters.share(session, countMax: self.limits.sharedCountMax)
        return seen.token
    }

    private enum Verification {
        case refused(PlaybackRefusal)
        case verified(SeenPlaybackToken)
    }

    private mutating func verify(_ text: PlaybackTokenText, now: MonotonicTime, wall: Int64) -> Verification {
        let reading = self.keys.read(text)
        let token = reading.token
        let refusal = self.table.refusal(of: token.session, holder: token.holder, isRecent: reading.isRecent)
        let rest = token.expiresAt &+ self.limits.clockToleranceSeconds &- wall
        guard reading.isRight else { return .refused(.tokenInvalid) }
        if let refusal { return .refused(refusal) }
        guard rest > 0 else { return .refused(.tokenExpired) }
        let seen = SeenPlaybackToken(
            text, reading, meter: self.meters.meter(of: token), endsAt: now + .seconds(rest))
        self.lookAgain(seen)
        self.seen.insert(seen)
        return .verified(seen)
    }

    private func lookAgain(_ seen: SeenPlaybackToken) {
        let (session, holder) = (seen.token.session, seen.token.holder)
        seen.refusal = self.table.refusal(of: session, holder: holder, isRecent: seen.isRecent)
        seen.grant = self.table.grant(of: holder)
        seen.version = self.table.version
    }

    /// What the stream of a performance is called.
    package static func stream(of schedule: Int64) -> String { "schedule-\(schedule)" }

    // MARK: Telling

    /// Those of whose sessions some may have ended by it.
    package mutating func apply(_ holdings: some Sequence<PlaybackHolding>) -> [Int64] {
        var ended: [Int64] = []
        for holding in holdings where self.table.apply(holding) { ended.append(holding.holder) }
        return ended
    }

    package mutating func forget(wall: Int64) {
        let time = self.limits.lateSeconds + self.limits.clockToleranceSeconds
        self.table.forget(endedBefore: wall - time, countMax: self.limits.forgottenCountMax)
    }

    /// What was believed under keys that have gone is looked at anew.
    package mutating func replaceKeys(_ keys: PlaybackKeys) {
        self.keys = keys
        self.seen.removeAll()
    }
}
