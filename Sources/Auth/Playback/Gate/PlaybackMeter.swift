internal import Primitives
internal import Synchronization

/// How much one session watches, counted by all loops at once without a lock: media in a bucket that leaks at twice the
/// speed of life, and when it last asked for a playlist, which is what keeps its lease.
final class PlaybackMeter: Sendable {
    let holder: Int64
    let schedule: Int64
    /// When everything that was given would have been watched, on the monotonic clock, at the highest speed.
    private let watchedAt = Atomic<Int64>(.min)
    private let playlistAt = Atomic<Int64>(.min)
    /// Media in nanoseconds that were counted when a cache asked, and that it may still have to fetch.
    private let unfetched = Atomic<Int64>(0)
    private let isKnownAsFast = Atomic(false)
    /// The block of networks that asked for a playlist last: mostly the same that asks now.
    private let network = Atomic<UInt64>(0)
    private let networks = Mutex(PlaybackNetworks())
    private let isShared = Atomic(false)
    private let isKnownAsShared = Atomic(false)

    init(holder: Int64, schedule: Int64) {
        self.holder = holder
        self.schedule = schedule
    }

    /// Counts media of this length. False, and not counted, when that is more than anybody watches.
    func take(_ media: TimeAmount, now: MonotonicTime, limits: PlaybackLimits) -> Bool {
        let cost = media.nanoseconds / limits.speed
        let ahead = limits.burstTime.nanoseconds / limits.speed
        var known = self.watchedAt.load(ordering: .relaxed)
        while true {
            let next = max(known, now.nanoseconds) &+ cost
            guard next &- now.nanoseconds <= ahead else { return false }
            let (exchanged, original) = self.watchedAt.weakCompareExchange(
                expected: known, desired: next, ordering: .relaxed)
            if exchanged { return true }
            known = original
        }
    }

    /// Counts media that a cache gives out. It may have to fetch them first, and is not counted again then.
    func check(_ media: TimeAmount, now: MonotonicTime, limits: PlaybackLimits) -> Bool {
        guard self.take(media, now: now, limits: limits) else { return false }
        var known = self.unfetched.load(ordering: .relaxed)
        while true {
            let (exchanged, original) = self.unfetched.weakCompareExchange(
                expected: known, desired: min(known + media.nanoseconds, limits.unfetchedTime.nanoseconds),
                ordering: .relaxed)
            if exchanged { return true }
            known = original
        }
    }

    /// The same for what a cache fetches: counted if it has not asked.
    func fetch(_ media: TimeAmount, now: MonotonicTime, limits: PlaybackLimits) -> Bool {
        var known = self.unfetched.load(ordering: .relaxed)
        while known >= media.nanoseconds {
            let (exchanged, original) = self.unfetched.weakCompareExchange(
                expected: known, desired: known - media.nanoseconds, ordering: .relaxed)
            if exchanged { return true }
            known = original
        }
        return self.take(media, now: now, limits: limits)
    }

    /// Whether it was too fast for the first time.
    func isFirstComplaint() -> Bool { !self.isKnownAsFast.exchange(true, ordering: .relaxed) }

    func askedForPlaylist(now: MonotonicTime) { self.playlistAt.store(now.nanoseconds, ordering: .relaxed) }

    /// Whether it was watched from more places than one person is at.
    var wasShared: Bool { self.isShared.load(ordering: .relaxed) }

    /// Whether that is said for the first time.
    func isFirstSharing() -> Bool { self.wasShared && !self.isKnownAsShared.exchange(true, ordering: .relaxed) }

    func asked(from network: UInt64, now: MonotonicTime, limits: PlaybackLimits) {
        guard limits.networkCountMax > 0, self.network.exchange(network, ordering: .relaxed) != network else { return }
        let isOne = self.networks.withLock { $0.note(network, now: now, limits: limits) }
        if !isOne { self.isShared.store(true, ordering: .relaxed) }
    }

    /// Whether its lease runs.
    func isWatching(now: MonotonicTime, lease: TimeAmount) -> Bool {
        let at = self.playlistAt.load(ordering: .relaxed)
        return at != .min && now.nanoseconds &- at < lease.nanoseconds
    }
}
