import Commerce
import HTTPServer
import Postgres
import Primitives
import Synchronization
import TestSupport
import Testing

@testable import Payments

/// Buyers pay a simulated company at which everything goes wrong that can, over real HTTP. When all is quiet again its
/// books and ours say the same, to the last unit.
@Suite("Payments at a company where everything goes wrong", .timeLimit(.minutes(5)))
struct PaymentChaosTests {
    private static func chaos(_ chance: Double) -> SimulatorChaos {
        var chaos = SimulatorChaos.everything(chance)
        // A deposit that the bank takes back is a person's to decide.
        chaos.depositError = 0
        chaos.silence = .milliseconds(600)
        return chaos
    }

    @Test("end with the same books on both sides", arguments: ["toss", "stripe"], [1, 2, 3] as [UInt64])
    func books(company: String, seed: UInt64) async throws {
        var limits = GatewayLimits()
        limits.writeTime = .milliseconds(400)
        limits.readTime = .milliseconds(400)
        let companies = try GatewayRig(chaos: Self.chaos(0.12), limits: limits, seed: seed)
        let rig = try PaymentRig(companies: companies, company: company)
        var random = SplitMix(seed: seed)
        for _ in 0..<15 {
            let reservation = try rig.reservation([30_000, 20_000])
            try await Self.buy(rig, companies, reservation, isStayer: Int.random(in: 0..<5, using: &random) > 0)
            companies.forward(.seconds(Int64.random(in: 0..<20, using: &random)))
            if Bool.random(using: &random) { try await Self.hear(rig, companies, company) }
            if Int.random(in: 0..<3, using: &random) == 0 {
                try rig.makeDue()
                _ = try await rig.reconciler.work()
                _ = try await rig.refunds.work()
            }
            if Int.random(in: 0..<3, using: &random) == 0 {
                for payment in try await rig.payments.list(of: PaymentRig.member, before: .max, countMax: 2) {
                    await Self.tolerate {
                        _ = try await rig.payments.refund(
                            payment.id, seats: nil, reason: "", by: .member(PaymentRig.member))
                    }
                }
            }
        }
        try await Self.calmDown(rig, companies, company)
        try await Self.retryRefused(rig)
        #expect(try rig.sql("SELECT coalesce(sum(refund_pending), 0) FROM payment") == "0")
        #expect(try rig.sql("SELECT count(*) FROM payment WHERE status = 'WAITING'") == "0")
        #expect(
            try rig.sql("SELECT count(*) FROM refund WHERE status IN ('REQUESTED', 'PROCESSING', 'UNKNOWN')") == "0")
        #expect(try rig.sql("SELECT count(*) FROM test_order WHERE frozen") == "0")
        let broken = try await rig.payments.checkInvariants()
        #expect(broken.isEmpty, "\(broken)")
        let ours = try rig.sql(
            "SELECT order_id || ' ' || captured - refunded FROM payment WHERE captured > 0 ORDER BY order_id")
        let theirs = companies.company.withBank { bank, _ in
            bank.books.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.kept)" }.joined(separator: "\n")
        }
        #expect(ours == theirs)
        #expect(!ours.isEmpty)
    }

    /// What a problem is for a buyer is none for the test.
    private static func tolerate(_ body: () async throws -> Void) async {
        do { try await body() } catch { #expect(error is HTTPProblem, "\(error)") }
    }

    /// A buyer who begins, pays at the company's page, and mostly stays until he hears what became of it.
    private static func buy(
        _ rig: PaymentRig, _ companies: GatewayRig, _ reservation: Int64, isStayer: Bool
    ) async throws {
        var begun: BegunPayment?
        for _ in 0..<6 where begun == nil {
            await self.tolerate { begun = try await rig.payments.begin(reservation, by: PaymentRig.member) }
        }
        guard let begun, let checkout = begun.checkout, let page = checkout.url else { return }
        _ = try await companies.press("approve", page)
        guard isStayer, let key = checkout.providerKey else { return }
        for _ in 0..<2 {
            await self.tolerate {
                _ = try await rig.payments.confirm(
                    begun.payment.id, of: PaymentRig.member, providerKey: key, amount: begun.payment.total.amount)
            }
        }
    }

    /// Webhooks that are due come in.
    private static func hear(_ rig: PaymentRig, _ companies: GatewayRig, _ company: String) async throws {
        await companies.company.deliver()
        let received = companies.received.withLock { received in
            defer { received = [] }
            return received
        }
        for one in received {
            await self.tolerate {
                try await rig.webhooks.receive(company, one.fields, one.body, at: companies.now)
            }
        }
        _ = try await rig.webhooks.work()
    }

    /// The company behaves from now on; whatever it owed us to tell, it tells or lists.
    private static func calmDown(_ rig: PaymentRig, _ companies: GatewayRig, _ company: String) async throws {
        companies.company.withBank { bank, _ in bank.chaos = SimulatorChaos() }
        let start = WallClock(unixMilliseconds: companies.now.unixMilliseconds - 86_400_000)
        for _ in 0..<3 {
            companies.forward(.seconds(3600))
            try rig.sql("UPDATE test_order SET held_until = now() - interval '1 minute' WHERE status = 'PENDING'")
            try rig.age(4000)
            try await self.hear(rig, companies, company)
            try await rig.workAll(rounds: 2)
            _ = try await BookComparison(payments: rig.payments).compare(
                company, from: start, to: WallClock(unixMilliseconds: companies.now.unixMilliseconds + 1000))
            while try await rig.reconciler.work() {}
        }
        for _ in 0..<8 { try await rig.workAll(rounds: 1) }
    }

    /// A person sees to what the company has refused. What it does not do now it never will.
    private static func retryRefused(_ rig: PaymentRig) async throws {
        for _ in 0..<3 {
            for refund in try await rig.payments.refunds(status: .failed, payment: nil, before: .max, countMax: 100) {
                _ = try await rig.payments.retry(refund.id, by: PaymentRig.manager)
            }
            for _ in 0..<4 { try await rig.workAll(rounds: 1) }
        }
    }

    @Test("are decided at once by the simulator, and given back to the buyer")
    func decided() async throws {
        let companies = try GatewayRig()
        let rig = try PaymentRig(companies: companies, company: "simulator")
        let client = try PaymentClient(rig)
        let reservation = try rig.reservation()
        let failed = try await client.send(
            .post, "/payment", json: ["reservationId": reservation, "isSuccess": false])
        #expect(failed.status == 201 && failed.json["status"] as? String == "FAILED", "\(failed.text)")
        let paid = try await client.send(.post, "/payment", json: ["reservationId": reservation, "isSuccess": true])
        #expect(paid.status == 201 && paid.json["status"] as? String == "COMPLETED", "\(paid.text)")
        let id = try #require(paid.json["paymentId"] as? Int)
        let back = try await client.send(.post, "/api/v1/payment/\(id)/refund", json: ["reason": "x"])
        #expect(back.status == 200 && back.json["paymentStatus"] as? String == "CANCELED", "\(back.text)")
        let order = try #require(paid.json["orderId"] as? String)
        #expect(companies.book(order) == SimulatorBook(captured: 100_000, refunded: 100_000))
    }
}
