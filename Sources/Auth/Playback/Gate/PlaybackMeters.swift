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

    private let seen = Mutex<[Key: Seen]>([:])

    package init() {}

    func meter(of token: PlaybackToken) -> PlaybackMeter {
        let key = Key(holder: token.holder, session: token.session)
        return self.seen.withLock { seen in
            if let known = seen[key] { return known.meter }
            let meter = PlaybackMeter(holder: token.holder, schedule: token.schedule)
            seen[key] = Seen(meter: meter)
            return meter
        }
    }

    package func isWatching(_ session: Key, now: MonotonicTime, lease: TimeAmount) -> Bool {
        self.seen.withLock { $0[session]?.meter.isWatching(now: now, lease: lease) ?? false }
    }

    /// Who watches now. Forgets meters that no loop has any more.
    package func count(now: MonotonicTime, lease: TimeAmount) -> Count {
        self.seen.withLock { seen in
            var count = Count()
            var tickets: [Int64: Set<Int64>] = [:]
            var gone: [Key] = []
            for (session, entry) in seen {
                let isWatching = entry.meter.isWatching(now: now, lease: lease)
                if isWatching, entry.meter.holder > 0 {
                    tickets[entry.meter.schedule, default: []].insert(entry.meter.holder)
                }
                if isWatching != entry.isWatching {
                    if isWatching { count.began.append(session) } else { count.ended.append(session) }
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
            count.viewers = tickets.mapValues(\.count)
            return count
        }
    }
}
