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

    /// A map that somebody follows is not forgotten. False when it is not in memory, or too many are followed.
    func follow(_ schedule: Int64) -> Bool { self.state.withLock { $0.follow(schedule, self.limits) } }

    /// Once for each `follow` that was true.
    func unfollow(_ schedule: Int64) { self.state.withLock { $0.unfollow(schedule) } }

    func mayFollow(_ schedule: Int64) -> Bool { self.state.withLock { $0.mayFollow(schedule, self.limits) } }

    /// How a version is told to those who come back with it later, perhaps to another process.
    func text(ofVersion version: Int64) -> String { "\(version)-\(self.mark)" }

    /// The version that somebody says he has seen: with the mark of its process, or as the map says it, without. One of
    /// another process is none of this one's: -1, since which nobody can tell the changes. Nil for what is no version.
    func version(seen text: String) -> Int64? {
        let parts = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard let number = parts.first.flatMap({ Int64($0) }), number >= 0 else { return nil }
        return parts.count == 1 || parts[1].utf8.elementsEqual(self.mark.utf8) ? number : -1
    }

    /// The hub of the loop that the caller is on.
    var hub: SeatEventHub? { self.hubs.first { $0.loop.isOnLoop } }
}
