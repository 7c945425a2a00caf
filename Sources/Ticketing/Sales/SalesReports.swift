internal import Commerce
internal import HTTPServer
internal import Postgres
internal import Primitives

/// Counts what was sold of a concert. However many of a team look at once, it is counted once.
final class SalesReports: Sendable {
    /// Two years; what was sold before is in the sums.
    static let dayCountMax = 732
    /// Who waits for one report; whoever comes on top of that is told to come again.
    private static let readerCountMax = 1000

    private let database: PostgresDatabase
    private let money: any SaleMoney
    private let reads = SharedReads<Int64, SalesReport>(waitingCountMax: SalesReports.readerCountMax)

    init(database: PostgresDatabase, money: any SaleMoney) {
        self.database = database
        self.money = money
    }

    func report(of concert: Int64, in currency: Currency) async throws -> SalesReport {
        switch try await self.reads.read(concert, { try await self.load(concert, currency) }) {
        case .asked(let report), .shared(let report): return report
        case .shed: throw CatalogueProblems.busy
        }
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
