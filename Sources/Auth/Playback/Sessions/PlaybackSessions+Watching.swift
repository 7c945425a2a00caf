internal import Postgres
internal import Primitives
internal import Synchronization

/// Who watches, counted, and written down for later.
extension PlaybackSessions {
    /// Tickets that watch a performance now, in this process.
    package func viewerCount(of schedule: Int64) -> Int { self.viewers.withLock { $0[schedule] ?? 0 } }

    /// Counts who watches, and writes down who has begun or ended to.
    package func count() async throws {
        let count = self.gates.meters.count(now: .now, lease: self.lease)
        self.viewers.withLock { $0 = count.viewers }
        self.metrics.watching(count.viewers.values.reduce(0, +))
        self.gates.forget(wall: WallClock.now.unixMilliseconds / 1000)
        self.note(count.began + count.ended)
        try await self.write()
    }

    /// The process ends, and with it whoever watches: all who do are written down until now.
    package func finish() async throws {
        self.note(self.gates.meters.watching())
        try await self.write()
    }

    private func note(_ sessions: [PlaybackMeters.Key]) {
        let countMax = self.gates.limits.unwrittenCountMax
        self.metrics.happened(
            "unwritten", self.unwritten.withLock { $0.note(sessions, at: .now, countMax: countMax) })
    }

    /// Until all is written, or the database has failed: then the rest stays for the next time, and so does what
    /// somebody else changes at the moment.
    private func write() async throws {
        let limits = self.gates.limits
        var rest: [WatchedSessions.Entry] = []
        defer {
            let lostCount = self.unwritten.withLock { $0.put(rest, countMax: limits.unwrittenCountMax) }
            self.metrics.happened("unwritten", lostCount)
        }
        while true {
            let some = self.unwritten.withLock { $0.take(countMax: limits.writtenCountMax) }
            guard !some.isEmpty else { return }
            do {
                let busy = try await self.database.run(
                    PlaybackStatements.watched, some.map(\.session.holder), some.map(\.session.session.databaseValue),
                    some.map { PostgresTimestamp($0.first) }, some.map { PostgresTimestamp($0.last) })
                for row in busy {
                    let place = Int(try row.get(0, as: Int64.self))
                    rest.append(some[place - 1])
                }
            } catch {
                rest += some
                throw error
            }
        }
    }

    /// Throws away what has been over for long enough.
    package func sweep() async throws {
        let days = Int64(self.gates.limits.keptDays)
        try await self.database.sweep(PlaybackStatements.sweepSessions, days)
        try await self.database.sweep(PlaybackStatements.sweepHolders, days)
    }
}
