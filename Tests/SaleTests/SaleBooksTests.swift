import Commerce
import Foundation
import Postgres
import Primitives
import Reactor
import TestSupport
import Testing

@testable import Payments

/// As many purchases as `SALE_PURCHASES` says, at a company with every knob of its chaos turned: `make purchases` runs
/// ten thousand.
@Suite("Purchases at a company that does everything wrong", .serialized)
struct SaleBooksTests {
    private static func number(_ name: String, or standard: Int) -> Int {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? standard
    }

    @Test(
        "leave our ledger equal to its books to the won, one set of tickets each, and nothing unknown",
        .timeLimit(.minutes(600)))
    func books() async throws {
        let crowd = try SaleCrowd(
            purchaseCount: Self.number("SALE_PURCHASES", or: 120), seed: UInt64(Self.number("SALE_SEED", or: 1)))
        let open = try await Task(executorPreference: crowd.sale.group.loops[0]) {
            try await crowd.rush()
            return try await crowd.settle()
        }.value
        let story = try crowd.story()
        if Self.number("SALE_PURCHASES", or: 0) > 0 { print(story) }
        #expect(open == "", "\(story)")
        let theirs = crowd.company.books.mapValues(\.kept).filter { $0.value != 0 }
        let ours = try await crowd.sale.books().mapValues(\.kept).filter { $0.value != 0 }
        #expect(ours == theirs)
        #expect(theirs.count > crowd.purchaseCount / 8, "hardly anybody bought anything")
        let receivable = try await Ledger.balance(of: .gatewayReceivable, .krw, in: crowd.sale.database)
        #expect(receivable == theirs.values.reduce(0, +))
        // What sellers are settled is what the company has of theirs, once the day of the last refund is over.
        try await crowd.sale.pass(.seconds(2 * 86_400))
        _ = try await Settlements(payments: crowd.house.payments).run(nil)
        func sum(_ sql: String) throws -> String { try SaleDatabase.cluster.query(sql, at: crowd.sale.url) }
        let settled = try sum("SELECT sum(gross - refunds) FROM settlement")
        let sold = try sum("SELECT sum(captured - refunded) FROM payment WHERE NOT orphan")
        #expect(sold == settled)
        let broken = try await crowd.sale.broken()
        #expect(broken == "")
    }
}
