import Commerce
import HTTPServer
import Postgres
import Primitives
import Testing

@testable import Payments

/// Somebody gives money back on the company's own pages while a refund of ours is under way, at a company that behaves
/// like each of the two.
@Suite("Giving back by hand at the company", .timeLimit(.minutes(5)))
struct OutsideRefundTests {
    private static let me = RefundParty.member(PaymentRig.member)

    /// A house with a simulated company, and a payment there.
    private struct Shop {
        let rig: PaymentRig
        let companies: GatewayRig
        let payment: PaymentRow

        init(_ company: String, _ prices: [Int64], startsInDays: Int = 30) async throws {
            self.companies = try GatewayRig()
            self.rig = try PaymentRig(companies: self.companies, company: company)
            let reservation = try self.rig.reservation(prices, startsInDays: startsInDays)
            let begun = try await self.rig.payments.begin(reservation, by: PaymentRig.member)
            let key = try #require(begun.checkout?.providerKey)
            _ = try await self.companies.press("approve", try #require(begun.checkout?.url))
            self.payment = try await self.rig.payments.confirm(
                begun.payment.id, of: PaymentRig.member, providerKey: key, amount: nil)
            try #require(self.payment.state == .completed)
        }

        func seat(_ index: Int64) -> Int64 { self.payment.reservationID * 100 + index }

        func refund(_ seats: [Int64]?) async throws -> RefundRow {
            try await self.rig.payments.refund(self.payment.id, seats: seats, reason: "sick", by: OutsideRefundTests.me)
        }

        func byHand(_ amount: Int64? = nil) {
            let key = self.payment.providerKey ?? ""
            self.companies.company.withBank { bank, now in bank.refundExternally(key, amount: amount, at: now) }
        }

        /// Status and sum of every refund, in order.
        func refunds() throws -> String {
            try self.rig.sql("SELECT string_agg(status || ' ' || amount || ' ' || fee, ', ' ORDER BY id) FROM refund")
        }

        func soldCount() throws -> String {
            try self.rig.sql("SELECT count(*) FROM test_seat WHERE state = 'SOLD'")
        }

        /// The company has given back so much, our books say the same, and no rule is broken.
        func expectBooks(refunded: Int64, status: PaymentStatus, sourceLocation: SourceLocation = #_sourceLocation)
            async throws
        {
            let row = try await self.rig.row(self.payment)
            #expect(row.refunded == refunded && row.refundPending == 0, "\(row)", sourceLocation: sourceLocation)
            #expect(row.state.status == status, sourceLocation: sourceLocation)
            let book = self.companies.book(self.payment.orderID)
            #expect(
                book == SimulatorBook(captured: row.captured, refunded: refunded), sourceLocation: sourceLocation)
            let receivable = try await Ledger.balance(of: .gatewayReceivable, .krw, in: self.rig.database)
            #expect(receivable == row.captured - refunded, sourceLocation: sourceLocation)
            #expect(try await self.rig.payments.checkInvariants() == [], sourceLocation: sourceLocation)
            #expect(
                self.rig.metric(#"podo_payments_incidents_total{kind="refund-excess"}"#) == 0,
                sourceLocation: sourceLocation)
        }
    }

    enum Moment: CaseIterable {
        /// Ours was never asked for, was asked for in vain, and in vain more than once.
        case before, asked, askedAgain
    }

    @Test("the whole ends a smaller one of ours", arguments: ["toss", "stripe"], Moment.allCases)
    func whole(company: String, moment: Moment) async throws {
        let shop = try await Shop(company, [60_000, 40_000])
        let ours = try await shop.refund([shop.seat(0)])
        shop.byHand()
        if moment != .before {
            let asked = try await shop.rig.refunds.work(on: ours.id)
            #expect(asked.status == .unknown, "no word of a company ends it")
        }
        if moment == .askedAgain {
            try shop.rig.makeDue()
            _ = try await shop.rig.refunds.work()
        }
        try await shop.rig.workAll()
        #expect(try shop.refunds() == "SUPERSEDED 60000 0, SUCCEEDED 100000 0")
        #expect(try shop.soldCount() == "0")
        try await shop.expectBooks(refunded: 100_000, status: .canceled)
        #expect(shop.rig.metric(#"podo_payments_refunds_total{outcome="superseded"}"#) == 1)
        // Whoever asks for it again is told of the money that came.
        let again = try await shop.refund([shop.seat(0)])
        #expect(again.status == .succeeded && again.amount == Money(100_000))
    }

    @Test("a part that leaves no room for ours ends it, and gives its seats for it", arguments: ["toss", "stripe"])
    func part(company: String) async throws {
        let shop = try await Shop(company, [50_000, 30_000, 20_000])
        let ours = try await shop.refund([shop.seat(0)])
        shop.byHand(80_000)
        _ = try await shop.rig.refunds.work(on: ours.id)
        try await shop.rig.workAll()
        #expect(try shop.refunds() == "SUPERSEDED 50000 0, SUCCEEDED 80000 0")
        // What came beyond the promise is the price of one seat.
        #expect(try shop.rig.sql("SELECT paid FROM test_seat WHERE state = 'SOLD'") == "20000")
        try await shop.expectBooks(refunded: 80_000, status: .partCanceled)
        _ = try await shop.refund(nil)
        try await shop.rig.workAll()
        try await shop.expectBooks(refunded: 100_000, status: .canceled)
    }

    @Test("a part that leaves room is beside ours", arguments: ["toss", "stripe"])
    func beside(company: String) async throws {
        let shop = try await Shop(company, [60_000, 40_000])
        let ours = try await shop.refund([shop.seat(0)])
        shop.byHand(40_000)
        try await shop.rig.reconciler.look(at: shop.payment.id)
        #expect(try await shop.rig.refunds.work(on: ours.id).status == .succeeded)
        #expect(try shop.refunds() == "SUCCEEDED 60000 0, SUCCEEDED 40000 0")
        try await shop.expectBooks(refunded: 100_000, status: .canceled)
    }

    @Test("a part of what we promised whole leaves the rest promised, and it is paid", arguments: ["toss", "stripe"])
    func rest(company: String) async throws {
        let shop = try await Shop(company, [60_000, 40_000])
        let ours = try await shop.refund(nil)
        // Twice, so that what is left is promised anew twice.
        shop.byHand(30_000)
        _ = try await shop.rig.refunds.work(on: ours.id)
        try await shop.rig.reconciler.look(at: shop.payment.id)
        #expect(try await shop.rig.row(shop.payment).refundPending == 70_000)
        shop.byHand(25_000)
        try await shop.rig.workAll(rounds: 4)
        #expect(
            try shop.refunds() == "SUPERSEDED 100000 0, SUCCEEDED 30000 0, SUPERSEDED 70000 0, SUCCEEDED 25000 0, "
                + "SUCCEEDED 45000 0")
        try await shop.expectBooks(refunded: 100_000, status: .canceled)
        #expect(try await shop.refund(nil).amount == Money(45_000))
    }

    @Test("what a fee was kept of gives the fee back", arguments: ["toss", "stripe"], [true, false])
    func fee(company: String, isDone: Bool) async throws {
        let shop = try await Shop(company, [30_000, 70_000], startsInDays: 8)
        try shop.rig.sql("UPDATE test_order SET confirmed_at = now() - interval '2 days'")
        let ours = try await shop.refund([shop.seat(0)])
        #expect(ours.fee == 3000)
        if isDone { _ = try await shop.rig.refunds.work(on: ours.id) }
        shop.byHand(isDone ? nil : 72_000)
        try await shop.rig.reconciler.look(at: shop.payment.id)
        try await shop.rig.workAll()
        let refunds = "SUCCEEDED 27000 \(isDone ? 0 : 1000), SUCCEEDED \(isDone ? 73_000 : 72_000) 0"
        #expect(try shop.refunds() == refunds)
        try await shop.expectBooks(refunded: isDone ? 100_000 : 99_000, status: .canceled)
        #expect(try await shop.rig.row(shop.payment).kept == (isDone ? 0 : 1000))
    }

    @Test("money that came for nothing is promised no further", arguments: ["toss", "stripe"])
    func orphan(company: String) async throws {
        let companies = try GatewayRig()
        let rig = try PaymentRig(companies: companies, company: company)
        let reservation = try rig.reservation([60_000, 40_000])
        let begun = try await rig.payments.begin(reservation, by: PaymentRig.member)
        let key = try #require(begun.checkout?.providerKey)
        _ = try await companies.press("approve", try #require(begun.checkout?.url))
        try rig.sql("UPDATE test_seat SET state = 'LOST'")
        _ = try await rig.payments.confirm(begun.payment.id, of: PaymentRig.member, providerKey: key, amount: nil)
        companies.company.withBank { bank, now in bank.refundExternally(key, amount: 70_000, at: now) }
        try await rig.reconciler.look(at: begun.payment.id)
        #expect(try await rig.payments.checkInvariants() == [])
        try await rig.workAll()
        #expect(companies.book(begun.payment.orderID) == SimulatorBook(captured: 100_000, refunded: 100_000))
        #expect(try await rig.row(begun.payment).refunded == 100_000)
        #expect(try await Ledger.balance(of: .customerOwed, .krw, in: rig.database) == 0)
        #expect(try await rig.payments.checkInvariants() == [])
    }
}
