internal import Postgres
internal import Primitives
internal import Synchronization

/// How many seats of each schedule and grade nobody has. All seats of a concert are counted for it, so it is done once
/// for all who look within a moment, and beside what those wait for who buy.
final class RemainingSeats: Sendable {
    /// By schedule and grade.
    typealias Counts = [Int64: [Int64: Int]]

    private struct Known {
        let counts: Counts
        let at: MonotonicTime
    }

    private let database: PostgresDatabase
    /// For how long what was counted is told.
    private let keepTime: TimeAmount
    private let reads = SharedReads<Int64, Counts>(waitingCountMax: CatalogueLimits.readerCountMax)
    private let known = Mutex<[Int64: Known]>([:])

    init(database: PostgresDatabase, keepTime: TimeAmount) {
        self.database = database
        self.keepTime = keepTime
    }

    /// Of a concert that has these schedules. Throws `overloaded` when too many wait for it.
    func counts(of concert: Int64, schedules: [Int64]) async throws -> Counts {
        if let counts = self.fresh(concert, schedules) { return counts }
        switch try await self.reads.read(concert, { try await self.count(concert, schedules) }) {
        case .asked(let counts), .shared(let counts): return counts
        case .shed: throw CatalogueProblems.busy
        }
    }

    /// What was counted just now, of all these schedules.
    private func fresh(_ concert: Int64, _ schedules: [Int64]) -> Counts? {
        guard let known = self.known.withLock({ $0[concert] }), MonotonicTime.now - known.at < self.keepTime,
            schedules.allSatisfy({ known.counts[$0] != nil })
        else { return nil }
        return known.counts
    }

    private func count(_ concert: Int64, _ schedules: [Int64]) async throws -> Counts {
        // Another may have counted while this one waited for its turn.
        if let counts = self.fresh(concert, schedules) { return counts }
        let at = MonotonicTime.now
        var counts: Counts = [:]
        for row in try await self.database.run(CatalogueReadStatements.remaining, concert) {
            let (grades, free) = (try row.get(1, as: [Int64].self), try row.get(2, as: [Int64].self))
            counts[try row.get(0)] = Dictionary(zip(grades, free.map(Int.init))) { $1 }
        }
        let made = Known(counts: counts, at: at)
        self.known.withLock { known in
            if known.count >= CatalogueLimits.remainingConcertCountMax { known = [:] }
            known[concert] = made
        }
        return counts
    }
}
