package import Observability
package import Postgres
internal import Primitives

/// Whoever takes money gives it back. Who sells seats knows nothing of payments, and asks for it.
package protocol SaleRefunds: Sendable {
    /// All that was paid for a reservation, whatever the rules say. Twice is once.
    func giveBack(_ reservation: Int64, reason: String) async throws
}

/// Gives everything back to those who have seats of a performance that was called off. Whoever is found with one is
/// given his money, and is not found again: what is left to do is what the tables say, and nothing is lost with a
/// process.
package struct CanceledSchedules: Sendable {
    private static let pageCount = 50
    /// How long others leave a performance alone after each page.
    private static let leaseSeconds: Int64 = 120
    /// Between two looks at one whose money is not all back, and how long somebody may still be paying.
    private static let restSeconds: Int64 = 60

    private let database: PostgresDatabase
    private let refunds: any SaleRefunds
    private let log: Log

    package init(database: PostgresDatabase, refunds: any SaleRefunds, log: Log) {
        self.database = database
        self.refunds = refunds
        self.log = log
    }

    /// Once through all who have paid for one of them. True when there may be another.
    package func work() async throws -> Bool {
        guard let row = try await self.database.run(ScheduleStatements.takeRefunds, Self.leaseSeconds).first else {
            return false
        }
        let schedule: Int64 = try row.get(0)
        var last: Int64 = 0
        var failureCount = 0
        while !Task.isCancelled {
            let page: [Int64] = try await self.database.run(ScheduleStatements.paid, schedule, last, Self.pageCount)
                .map { try $0.get(0) }
            for reservation in page {
                do {
                    try await self.refunds.giveBack(reservation, reason: "The performance was canceled.")
                } catch {
                    // It is somebody else's turn, or a person's: the next time through sees whether it is still there.
                    failureCount += 1
                }
            }
            guard page.count == Self.pageCount, let end = page.last else { break }
            last = end
            _ = try await self.database.run(ScheduleStatements.keepRefunds, schedule, Self.leaseSeconds)
        }
        if failureCount > 0 {
            self.log.warning(
                "performance not all given back",
                ["schedule": .number(Int(schedule)), "reservations": .number(failureCount)])
        }
        _ = try await self.database.run(ScheduleStatements.endRefunds, schedule, Self.restSeconds)
        return true
    }
}
