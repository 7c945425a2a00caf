package import Primitives
internal import Synchronization

/// The meters of all sessions that were seen lately, one for each, for all loops. Asked for when a loop sees a token
/// for the first time, and by whoever counts viewers; never for a request of a token that is known.
package final class PlaybackMeters: Sendable {
    private struct Seen {
        let meter: PlaybackMeter
        var isWatching = false
    }

    /// What has changed since the last count.
    package struct Count: Sendable {
        /// Tickets with a session that watches, by schedule. Previews are not counted.
        package var viewers: [Int64: Int] = [:]
        /// Sessions whose lease began, and those whose lease has run out.
        package var began: [Key] = []
        package var ended: [Key] = []
    }

    /// A session: two tickets may have one of the same name.
    package struct Key: Hashable, Sendable {
        package let holder: Int64
        package let session: PlaybackSessionID

        package init(holder: Int64, session: PlaybackSessionID) {
            self.holder = holder
            self.session = session
        }
    }

    /// Some of the meters, so that loops which see new tokens do not wait until all are counted.
    private final class Shard: Sendable {
        let seen = Mutex<[Key: Seen]>([:])
    }

    private static let shardCount = 64
    private let shards = (0..<PlaybackMeters.shardCount).map { _ in Shard() }

    private let shared = Mutex<Set<Key>>([])

    package init() {}

    /// By random bits of the session, which only we make.
    private func shard(of key: Key) -> Shard { self.shards[Int((key.session.value >> 32) % UInt64(Self.shardCount))] }

    func meter(of token: PlaybackToken) -> PlaybackMeter {
        let key = Key(holder: token.holder, session: token.session)
        return self.shard(of: key).seen.withLock { seen in
            if let known = seen[key] { return known.meter }
            let meter = PlaybackMeter(holder: token.holder, schedule: token.schedule)
            seen[key] = Seen(meter: meter)
            return meter
        }
    }

    package func isWatching(_ session: Key, now: MonotonicTime, lease: TimeAmount) -> Bool {
        self.shard(of: session).seen.withLock { $0[session]?.meter.isWatching(now: now, lease: lease) ?? false }
    }

    /// Who watches now. Forgets meters that no loop has any more.
    package func count(now: MonotonicTime, lease: TimeAmount) -> Count {
        var count = Count()
        var tickets: [Int64: Set<Int64>] = [:]
        for shard in self.shards {
            let piece = shard.seen.withLock { Self.count(&$0, now: now, lease: lease) }
            for (schedule, ticket) in piece.watching { tickets[schedule, default: []].insert(ticket) }
            count.began += piece.began
            count.ended += piece.ended
        }
        count.viewers = tickets.mapValues(\.count)
        return count
    }

    /// Sessions whose lease ran at the last count.
    package func watching() -> [Key] {
        self.shards.flatMap { shard in
            shard.seen.withLock { seen in seen.compactMap { $0.value.isWatching ? $0.key : nil } }
        }
    }

    // MARK: Sessions that are shared

    /// Notes one whose address was passed around, to be ended for good: a meter is forgotten. Of more than so many it
    /// is not known later.
    func share(_ session: Key, countMax: Int) {
        self.shared.withLock { shared in
            if shared.count < countMax { shared.insert(session) }
        }
    }

    /// All of them, which are out then.
    func takeShared() -> Set<Key> {
        self.shared.withLock { shared in
            defer { shared = [] }
            return shared
        }
    }

    private struct Piece {
        /// Schedules with tickets.
        var watching: [(Int64, Int64)] = []
        var began: [Key] = []
        var ended: [Key] = []
    }

    private static func count(_ seen: inout [Key: Seen], now: MonotonicTime, lease: TimeAmount) -> Piece {
        var piece = Piece()
        var gone: [Key] = []
        for (session, entry) in seen {
            let isWatching = entry.meter.isWatching(now: now, lease: lease)
            if isWatching, entry.meter.holder > 0 { piece.watching.append((entry.meter.schedule, entry.meter.holder)) }
            if isWatching != entry.isWatching {
                if isWatching { piece.began.append(session) } else { piece.ended.append(session) }
                seen[session]?.isWatching = isWatching
            } else if !isWatching {
                gone.append(session)
            }
        }
        for session in gone {
            // If it is alone now, no loop has it.
            guard var meter = seen.removeValue(forKey: session)?.meter else { continue }
            if !isKnownUniquelyReferenced(&meter) { seen[session] = Seen(meter: meter) }
        }
        return piece
    }
}
