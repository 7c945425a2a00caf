package import Postgres
internal import Primitives
internal import Synchronization

/// Keeps the gates of this process as the database has it, in three ways: everything is read at the start and whenever
/// something may have been missed, what happens is told with the transaction in which it does, and once a second it is
/// asked what has changed since the last time. Each alone would do, later or sooner.
package final class PlaybackNews: Sendable {
    package static let channel: StaticString = "playback_news"

    private let database: PostgresDatabase
    private let gates: PlaybackGates
    /// The oldest transaction whose changes may not have been seen; nil before everything was read.
    private let mark = Mutex<String?>(nil)

    package init(database: PostgresDatabase, gates: PlaybackGates) {
        self.database = database
        self.gates = gates
    }

    /// Reads everything. The gates are open when this has returned once.
    package func reload() async throws {
        let began = MonotonicTime.now
        let mark = try await self.database.run(PlaybackStatements.mark).single(String.self)
        var last = Int64.min
        while true {
            let rows = try await self.database.run(PlaybackStatements.page, last, self.gates.limits.pageCountMax)
            var holdings: [PlaybackHolding] = []
            for row in rows {
                last = try row.get(0)
                guard let holding = PlaybackHolding(try row.get(1, as: String.self)) else {
                    throw PostgresError(.decoding)
                }
                holdings.append(holding)
            }
            await self.gates.apply(holdings)
            if rows.count < self.gates.limits.pageCountMax { break }
        }
        self.mark.withLock { $0 = mark }
        self.stayOpen(since: began)
    }

    /// Reads what has changed since the last time; nothing before everything was read.
    package func catchUp() async throws {
        guard let mark = self.mark.withLock({ $0 }) else { return }
        let began = MonotonicTime.now
        let rows = try await self.database.run(PlaybackStatements.changed, mark, self.gates.limits.pageCountMax)
        // More than one question holds, after the database was away: they are not in any order.
        if rows.count >= self.gates.limits.pageCountMax { return try await self.reload() }
        var (next, holdings): (String?, [PlaybackHolding]) = (nil, [])
        for row in rows {
            next = try row.get(0, as: String.self)
            guard let text = try row.get(1, as: String?.self) else { continue }
            guard let holding = PlaybackHolding(text) else { throw PostgresError(.decoding) }
            holdings.append(holding)
        }
        await self.gates.apply(holdings)
        self.mark.withLock { known in
            // A reload that came between has read more.
            if known == mark, let next { known = next }
        }
        self.stayOpen(since: began)
    }

    /// What another process, or this one, has told. Words of a later version are passed over: they are asked for.
    package func hear(_ text: String) async {
        if let holding = PlaybackHolding(text) { await self.gates.apply([holding]) }
    }

    /// The database has answered for what was true at `time` at the earliest.
    private func stayOpen(since time: MonotonicTime) {
        self.gates.opening.keepOpen(until: time + self.gates.limits.graceTime)
    }
}
