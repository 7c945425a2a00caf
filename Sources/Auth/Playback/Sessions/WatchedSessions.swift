internal import Primitives

/// When sessions began and ended to watch, until it is written down: a value.
struct WatchedSessions {
    struct Entry {
        let session: PlaybackMeters.Key
        /// Nothing was noted before and nothing after.
        var first: WallClock
        var last: WallClock
    }

    private var entries: [PlaybackMeters.Key: Entry] = [:]

    var count: Int { self.entries.count }

    /// Returns how many there was no room for.
    mutating func note(_ sessions: some Sequence<PlaybackMeters.Key>, at time: WallClock, countMax: Int) -> Int {
        self.put(sessions.lazy.map { Entry(session: $0, first: time, last: time) }, countMax: countMax)
    }

    /// The same for what was taken and could not be written.
    mutating func put(_ entries: some Sequence<Entry>, countMax: Int) -> Int {
        var lostCount = 0
        for entry in entries {
            if let known = self.entries[entry.session] {
                self.entries[entry.session]?.first = min(known.first, entry.first)
                self.entries[entry.session]?.last = max(known.last, entry.last)
            } else if self.entries.count < countMax {
                self.entries[entry.session] = entry
            } else {
                lostCount += 1
            }
        }
        return lostCount
    }

    /// Some of them, which are out then.
    mutating func take(countMax: Int) -> [Entry] {
        let taken = Array(self.entries.values.prefix(countMax))
        for entry in taken { self.entries[entry.session] = nil }
        return taken
    }
}
