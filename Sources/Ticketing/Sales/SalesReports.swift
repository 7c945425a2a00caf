internal import Commerce
internal import HTTPServer
internal import Postgres
internal import Primitives
internal import Synchronization

/// Counts what was sold of a concert. However many of a team look at once, it is counted once, and beside what those
/// wait for who buy.
final class SalesReports: Sendable {
    /// Two years; what was sold before is in the sums.
    static let dayCountMax = 732
    /// Concerts that are counted at the same time, which have one connection; whoever comes on top of that is told to
    /// come again.
    static let flightCountMax = 2
    /// Who waits for one report; whoever comes on top of that is told to come again.
    private static let readerCountMax = 1000
    /// Reports that are kept; beyond it all are forgotten, and counted again.
    private static let knownCountMax = 32

    private struct Known {
        let report: SalesReport
        let at: MonotonicTime
    }

    private struct State {
        var known: [Int64: Known] = [:]
        var flightCount = 0
    }

    private let database: PostgresDatabase
    private let money: any SaleMoney
    /// For how long a report is told: it says of when it is, and pages ask again and again.
    private let keepTime: TimeAmount
    private let reads = SharedReads<Int64, SalesReport>(waitingCountMax: SalesReports.readerCountMax)
    private let state = Mutex(State())

    init(database: PostgresDatabase, money: any SaleMoney, keepTime: TimeAmount) {
        self.database = database
        self.money = money
        self.keepTime = keepTime
    }

    func report(of concert: Int64, in currency: Currency) async throws -> SalesReport {
        if let report = self.fresh(concert) { return report }
        switch try await self.reads.read(concert, { try await self.count(concert, currency) }) {
        case .asked(let report), .shared(let report): return report
        case .shed: throw CatalogueProblems.busy
        }
    }

    private func fresh(_ concert: Int64) -> SalesReport? {
        guard let known = self.state.withLock({ $0.known[concert] }),
            MonotonicTime.now - known.at < self.keepTime
        else { return nil }
        return known.report
    }

    private func count(_ concert: Int64, _ currency: Currency) async throws -> SalesReport {
        // Another may have counted while this one waited for its turn.
        if let report = self.fresh(concert) { return report }
        let hasPlace = self.state.withLock { state in
            guard state.flightCount < Self.flightCountMax else { return false }
            state.flightCount += 1
            return true
        }
        guard hasPlace else { throw CatalogueProblems.busy }
        defer { self.state.withLock { $0.flightCount -= 1 } }
        let at = MonotonicTime.now
        let report = try await self.load(concert, currency)
        self.state.withLock { state in
            state.known = state.known.filter { at - $0.value.at < self.keepTime }
            if state.known.count >= Self.knownCountMax { state.known = [:] }
            state.known[concert] = Known(report: report, at: at)
        }
        return report
    }

    private func load(_ concert: Int64, _ currency: Currency) async throws -> SalesReport {
        let time = WallClock.now
        let grades = try await self.database.run(SalesStatements.byGrade, concert)
        let days = try await self.database.run(SalesStatements.byDay, concert, Self.dayCountMax)
        return try SalesReport(
            concert: concert, currency: currency, at: time, grades: grades, days: days,
            money: try await self.money.money(of: concert))
    }
}
