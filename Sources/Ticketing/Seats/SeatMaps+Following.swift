internal import Reactor
internal import Synchronization

/// What those who follow maps need of them.
extension SeatMaps {
    /// Nil when the map is not in memory.
    func currentVersion(of schedule: Int64) -> Int64? { self.state.withLock { $0.entries[schedule]?.map.version } }

    /// What has changed since a version, and the version that this leads to; nil when that cannot be told.
    func changes(
        of schedule: Int64, since version: Int64
    ) -> (version: Int64, seats: [(number: Int32, state: SeatState)])? {
        self.state.withLock { table in
            guard let map = table.entries[schedule]?.map, let seats = map.changes(since: version) else { return nil }
            return (map.version, seats)
        }
    }

    /// A map that somebody follows is not forgotten.
    func addFollower(_ schedule: Int64, _ count: Int) {
        self.state.withLock { $0.entries[schedule]?.followerCount += count }
    }

    /// The hub of the loop that the caller is on.
    var hub: SeatEventHub? { self.hubs.first { $0.loop.isOnLoop } }
}
