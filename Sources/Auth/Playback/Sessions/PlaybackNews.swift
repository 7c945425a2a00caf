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
    /// The transactions whose changes were seen, as a snapshot of the database; nil before everything was read.
    private let mark = Mutex<String?>(nil)

    package init(database: PostgresDatabase, gates: PlaybackGates) {
        self.database = database
        self.gates = gates
    }

    /// Reads everything. The gates are open when this has returned once.
    package func reload() async throws {
        let (began, countMax) = (MonotonicTime.now, self.gates.limits.pageCountMax)
        while try await self.database.run(PlaybackStatements.rebase, countMax).affectedCount >= countMax {}
        let mark = try await self.database.run(PlaybackStatements.mark).single(String.self)
        var last = Int64.min
        while true {
            let rows = try await self.database.run(PlaybackStatements.page, last, countMax, self.keptSeconds)
            var holdings: [PlaybackHolding] = []
            for row in rows {
                last = try row.get(0)
                guard let holding = PlaybackHolding(try row.get(1, as: String.self)) else {
                    throw PostgresError(.decoding)
                }
                holdings.append(holding)
            }
            await self.gates.apply(holdings)
            if rows.count < countMax { break }
        }
        self.mark.withLock { $0 = mark }
        self.stayOpen(since: began)
    }

    /// Reads what has changed since the last time; nothing before everything was read.
    package func catchUp() async throws {
        guard let mark = self.mark.withLock({ $0 }) else { return }
        let began = MonotonicTime.now
        let next = try await self.read(since: mark) { await self.gates.apply($0) }
        self.mark.withLock { known in
            // A reload that came between has read more.
            if known == mark, let next { known = next }
        }
        self.stayOpen(since: began)
    }

    /// Hands on what has changed since a mark, a page at a time; the next mark, which is that of the first page.
    func read(since mark: String, _ take: ([PlaybackHolding]) async -> Void) async throws -> String? {
        let countMax = self.gates.limits.pageCountMax
        var next: String?
        var (change, holder) = ("0", Int64.min)
        while true {
            let rows = try await self.database.run(
                PlaybackStatements.changed, mark, change, holder, countMax, self.keptSeconds)
            var holdings: [PlaybackHolding] = []
            for row in rows {
                if next == nil { next = try row.get(0) }
                guard let text = try row.get(3, as: String?.self) else { continue }
                (change, holder) = (try row.get(1), try row.get(2))
                guard let holding = PlaybackHolding(text) else { throw PostgresError(.decoding) }
                holdings.append(holding)
            }
            await take(holdings)
            if rows.count < countMax { return next }
        }
    }

    /// What another process, or this one, has told. Words of a later version are passed over: they are asked for.
    package func hear(_ text: String) async {
        if let holding = PlaybackHolding(text) { await self.gates.apply([holding]) }
    }

    /// For so long after the end of a holder its tokens may be valid; a minute more is for clocks that differ.
    private var keptSeconds: Int64 { self.gates.limits.lateSeconds + 60 }

    /// The database has answered for what was true at `time` at the earliest.
    private func stayOpen(since time: MonotonicTime) {
        self.gates.opening.keepOpen(until: time + self.gates.limits.graceTime)
    }
}
