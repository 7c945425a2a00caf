import Commerce
import HTTPServer
import Observability
import Postgres
import Primitives
import Synchronization
import Testing

@testable import Payments

/// Paying by a transfer to an account number, at a company that behaves as Toss does.
@Suite("A payment by transfer", .timeLimit(.minutes(5)))
struct TransferTests {
    private struct Shop {
        let rig: PaymentRig
        let companies: GatewayRig
        let reservation: Int64
        let key: String
        let payment: PaymentRow

        /// An account number was made; the transfer is awaited.
        init(chaos: SimulatorChaos = SimulatorChaos()) async throws {
            self.companies = try GatewayRig(chaos: chaos)
            self.rig = try PaymentRig(companies: self.companies, company: "toss")
            self.reservation = try self.rig.reservation([60_000, 40_000])
            let begun = try await self.rig.payments.begin(
                self.reservation, by: PaymentRig.member, method: .virtualAccount)
            self.key = try #require(begun.checkout?.providerKey)
            _ = try await self.companies.press("approve", try #require(begun.checkout?.url))
            self.payment = try await self.rig.payments.confirm(
                begun.payment.id, of: PaymentRig.member, providerKey: self.key, amount: nil)
            try #require(self.payment.state == PaymentState(.waiting, .awaitingDeposit))
        }

        func deposit() throws {
            try self.companies.company.withBank { bank, now in try bank.deposit(self.key, at: now) }
        }

        /// What the company has posted comes in; the codes that it is answered with.
        func hear() async throws -> [String] {
            await self.companies.company.deliver()
            let received = self.companies.received.withLock { received in
                defer { received = [] }
                return received
            }
            var codes: [String] = []
            for one in received {
                let code = await PaymentFlowTests.code {
                    try await self.rig.webhooks.receive("toss", one.fields, one.body, at: self.companies.now)
                }
                codes.append(code ?? "ok")
            }
            return codes
        }

        func row() async throws -> PaymentRow { try await self.rig.row(self.payment) }

        func expectBooks(_ book: SimulatorBook, sourceLocation: SourceLocation = #_sourceLocation) async throws {
            #expect(self.companies.book(self.payment.orderID) == book, sourceLocation: sourceLocation)
            let row = try await self.row()
            #expect(row.captured - row.refunded == book.kept, sourceLocation: sourceLocation)
            let receivable = try await Ledger.balance(of: .gatewayReceivable, .krw, in: self.rig.database)
            #expect(receivable == book.kept, sourceLocation: sourceLocation)
            #expect(try await self.rig.payments.checkInvariants() == [], sourceLocation: sourceLocation)
        }
    }

    private static let account = GatewayRefundAccount(
        bankCode: "88", accountNumber: "110123456789", holderName: "홍길동")
    private static let me = RefundParty.member(PaymentRig.member)

    @Test("waits with its seats kept, and is done when the company says so with the secret that it gave us")
    func deposited() async throws {
        var chaos = SimulatorChaos()
        chaos.webhookForged = 1
        let shop = try await Shop(chaos: chaos)
        #expect(try shop.rig.sql("SELECT frozen FROM test_order") == "t")
        let deposit = try #require(shop.payment.deposit)
        #expect(deposit.contains("accountNumber") && deposit.contains("dueAt") && !deposit.contains("ps_"))
        let secret = try #require(try await shop.rig.payments.depositSecret(of: shop.payment.id))
        #expect(secret.reveal().hasPrefix("ps_"))
        // Nobody reads it in the database, and it is bound to its row.
        let sealed = try shop.rig.sql("SELECT encode(secret_sealed, 'escape') FROM payment_transfer")
        #expect(!sealed.contains("ps_"))
        // An hour without a word of it changes nothing.
        try await shop.rig.workAll()
        #expect(try await shop.row().state.phase == .awaitingDeposit)
        try shop.deposit()
        let codes = try await shop.hear()
        // Two kinds of webhooks, each beside one that nobody of the company has sent: one of those shows by its secret.
        #expect(codes.sorted() == ["invalid-webhook", "ok", "ok", "ok"])
        #expect(
            try shop.rig.sql("SELECT string_agg(event_type, ' ') FROM webhook_inbox WHERE is_signed")
                == "DEPOSIT_CALLBACK")
        _ = try await shop.rig.webhooks.work()
        #expect(try await shop.row().state == .completed)
        #expect(try shop.rig.sql("SELECT count(*) FROM test_seat WHERE state = 'SOLD'") == "2")
        try await shop.expectBooks(SimulatorBook(captured: 100_000))
    }

    @Test(
        "that its buyer waits for no longer cannot be made at the company; one made before buys its seats",
        arguments: [true, false])
    func canceledByBuyer(isMade: Bool) async throws {
        let shop = try await Shop()
        if isMade { try shop.deposit() }
        let after = try await shop.rig.payments.cancelDeposit(shop.payment.id, by: PaymentRig.member)
        #expect(after.state == (isMade ? .completed : .failed))
        #expect(try shop.rig.sql("SELECT frozen FROM test_order") == "f")
        if isMade { return try await shop.expectBooks(SimulatorBook(captured: 100_000)) }
        #expect(throws: SimulatorFault.self) { try shop.deposit() }
        try await shop.rig.workAll()
        #expect(try await shop.row().failureCode == "canceled")
        #expect(try await shop.rig.payments.checkInvariants() == [])
    }

    @Test("ends with its time, and its seats are held for another way to pay")
    func expired() async throws {
        let shop = try await Shop()
        shop.companies.forward(.seconds(Int64(GatewayOrder.depositHoursMax) * 3600 - 1))
        try await shop.rig.workAll()
        #expect(try await shop.row().state.phase == .awaitingDeposit)
        shop.companies.forward(.seconds(2))
        let made = "now() - interval '1 day'"
        try shop.rig.sql("UPDATE test_order SET created_at = \(made), held_until = \(made) + interval '5 minutes'")
        #expect(try await shop.hear() == ["ok"])
        _ = try await shop.rig.webhooks.work()
        #expect(try await shop.row().state == .failed)
        #expect(try shop.rig.sql("SELECT frozen, held_until > now() + interval '50 seconds' FROM test_order") == "f|t")
        #expect(throws: SimulatorFault.self) { try shop.deposit() }
        let another = try await shop.rig.payments.begin(shop.reservation, by: PaymentRig.member)
        #expect(another.payment.id != shop.payment.id)
        #expect(try await shop.rig.payments.checkInvariants() == [])
    }

    @Test(
        "that comes when its time is over buys the seats if they are free, and else waits for an account",
        arguments: [true, false])
    func late(isFree: Bool) async throws {
        var chaos = SimulatorChaos()
        chaos.depositAfterDue = 1
        let shop = try await Shop(chaos: chaos)
        shop.companies.forward(.seconds(Int64(GatewayOrder.depositHoursMax) * 3600 + 1))
        try await shop.rig.workAll()
        #expect(try await shop.row().state == .failed)
        if !isFree { try shop.rig.sql("UPDATE test_seat SET state = 'LOST'") }
        shop.companies.forward(.seconds(3601))
        _ = try await shop.hear()
        try await shop.rig.workAll()
        let row = try await shop.row()
        #expect(row.state == PaymentState(.completed, isOrphan: !isFree))
        guard !isFree else { return try await shop.expectBooks(SimulatorBook(captured: 100_000)) }
        #expect(row.refundPending == 100_000 && row.refunded == 0)
        #expect(try shop.rig.sql("SELECT status FROM refund") == "PROCESSING")
        try await shop.rig.payments.keepAccount(Self.account, for: row.id, of: PaymentRig.member)
        _ = try await shop.rig.refunds.work()
        #expect(try await shop.row().refunded == 100_000)
        try await shop.expectBooks(SimulatorBook(captured: 100_000, refunded: 100_000))
    }

    @Test("goes back to the buyer's account, which is kept sealed until it has; a wrong one is asked for again")
    func refunded() async throws {
        let shop = try await Shop()
        try shop.deposit()
        try await shop.rig.workAll()
        let client = try PaymentClient(shop.rig)
        let path = "/api/v1/payment/\(shop.payment.id)/refund"
        let bare = try await client.send(.post, path, json: ["reason": "x"])
        #expect(bare.status == 422 && bare.text.contains("refund-account-required"), "\(bare.text)")
        func account(_ number: String) -> [String: String] {
            ["bankCode": "88", "accountNumber": number, "holderName": "홍길동"]
        }
        let ill = try await client.send(.post, path, json: ["account": account("110-1")])
        #expect(ill.status == 400 && ill.text.contains("accountNumber"), "\(ill.text)")
        let seat = shop.reservation * 100
        let wrong = try await client.send(.post, path, json: ["seatIds": [seat], "account": account("000")])
        #expect(wrong.status == 202 && wrong.text.contains("FAILED"), "\(wrong.text)")
        #expect(try shop.rig.sql("SELECT failure_code FROM refund") == "INVALID_REFUND_ACCOUNT_NUMBER")
        #expect(try await shop.row().needsAccount)
        #expect(try !shop.rig.sql("SELECT encode(account_sealed, 'escape') FROM payment_transfer").contains("홍"))
        let said = try await client.send(.post, path + "/account", json: account("110123456789"))
        #expect(said.status == 204, "\(said.text)")
        _ = try await shop.rig.refunds.work()
        #expect(try await shop.row().refunded == 60_000)
        #expect(try shop.rig.sql("SELECT account_sealed IS NOT NULL FROM payment_transfer") == "t")
        let rest = try await client.send(.post, path, json: [:])
        #expect(rest.status == 200, "\(rest.text)")
        #expect(try shop.rig.sql("SELECT account_sealed IS NULL FROM payment_transfer") == "t")
        try await shop.expectBooks(SimulatorBook(captured: 100_000, refunded: 100_000))
        let stranger = try await client.send(
            .post, path + "/account", json: account("110123456789"), as: 102)
        #expect(stranger.status == 404, "\(stranger.text)")
    }

    @Test("of a concert that is canceled waits for the buyer to say where to")
    func canceled() async throws {
        let shop = try await Shop()
        try shop.deposit()
        try await shop.rig.workAll()
        _ = try await shop.rig.payments.refund(shop.payment.id, seats: nil, reason: "canceled", by: .concert)
        try await shop.rig.workAll()
        #expect(try await shop.row().refundPending == 100_000)
        #expect(try shop.rig.sql("SELECT count(*) FROM payment_event WHERE kind = 'refund-doubt'") == "0")
        // Nobody polls for it; the buyer is told, and an alarm waits for a month.
        #expect(try shop.rig.sql("SELECT next_try_at FROM refund") == "infinity")
        #expect(try shop.rig.sql("SELECT next_look_at IS NULL FROM payment") == "t")
        let client = try PaymentClient(shop.rig)
        let path = "/api/v1/payment/\(shop.payment.id)"
        #expect(try await client.send(.get, path).json["needsRefundAccount"] as? Bool == true)
        let all = try await client.send(.get, "/api/v1/admin/refunds?paymentId=\(shop.payment.id)", as: 301)
        #expect(all.items.first?["awaitsAccount"] as? Bool == true, "\(all.text)")
        try shop.rig.sql("ALTER TABLE refund DISABLE TRIGGER audit_touch")
        for (days, broken) in [(29, []), (31, ["no-refund-waits-for-long"])] as [(Int, [String])] {
            try shop.rig.sql("UPDATE refund SET created_at = now() - interval '\(days) days'")
            #expect(try await shop.rig.payments.checkInvariants() == broken)
        }
        try shop.rig.sql("UPDATE refund SET created_at = now()")
        try await shop.rig.payments.keepAccount(Self.account, for: shop.payment.id, of: PaymentRig.member)
        #expect(try await client.send(.get, path).json["needsRefundAccount"] as? Bool == false)
        _ = try await shop.rig.refunds.work()
        try await shop.expectBooks(SimulatorBook(captured: 100_000, refunded: 100_000))
    }

    @Test("for whose money no account is named is settled by a manager who paid by hand, or was told where to")
    func settledByHand() async throws {
        for isPaid in [true, false] {
            let shop = try await Shop()
            let client = try PaymentClient(shop.rig, as: 301)
            try shop.deposit()
            try shop.rig.sql("UPDATE test_seat SET state = 'LOST'")
            try await shop.rig.workAll()
            let refund = try #require(try await shop.rig.payments.refunds(of: shop.payment.id).first)
            #expect(refund.awaitsAccount && refund.status == .processing)
            if isPaid {
                let path = "/api/v1/admin/refunds/\(refund.id)/settled"
                let settled = try await client.send(.post, path, json: ["note": "창구 지급"])
                #expect(settled.status == 200 && settled.json["status"] as? String == "SUCCEEDED", "\(settled.text)")
                #expect(settled.json["awaitsAccount"] as? Bool == false)
                #expect(try await client.send(.post, path, json: ["note": "again"]).code == "invalid-state")
                #expect(try await Ledger.balance(of: .bank, .krw, in: shop.rig.database) == -100_000)
                #expect(try await shop.row().refundPending == 0)
                // An account that is named now moves nothing any more.
                try await shop.rig.payments.keepAccount(Self.account, for: shop.payment.id, of: PaymentRig.member)
            } else {
                let path = "/api/v1/admin/payments/\(shop.payment.id)/refund/account"
                let account = ["bankCode": "88", "accountNumber": "110123456789", "holderName": "홍길동"]
                #expect(try await client.send(.post, path, json: account, as: PaymentRig.member).status == 403)
                #expect(try await client.send(.post, path, json: account).status == 204)
                let by = "SELECT actor FROM payment_event WHERE kind = 'refund-account'"
                #expect(try shop.rig.sql(by) == "member:301")
            }
            try await shop.rig.workAll()
            let book = shop.companies.book(shop.payment.orderID)
            #expect(book == SimulatorBook(captured: 100_000, refunded: isPaid ? 0 : 100_000))
            #expect(try await shop.row().refunded == 100_000)
            #expect(try await Ledger.balance(of: .customerOwed, .krw, in: shop.rig.database) == 0)
            #expect(try await shop.rig.payments.checkInvariants() == [])
        }
    }

    @Test("whose deposit the bank takes back is void, and one that comes after all is promised back")
    func reversed() async throws {
        var chaos = SimulatorChaos()
        chaos.depositError = 1
        let shop = try await Shop(chaos: chaos)
        try shop.deposit()
        try await shop.rig.workAll()
        #expect(try await shop.row().state == .completed)
        shop.companies.company.withBank { bank, _ in bank.chaos = SimulatorChaos() }
        shop.companies.forward(.seconds(60))
        #expect(try await shop.hear().contains("ok"))
        for _ in 0..<2 { try await shop.rig.workAll() }
        #expect(try await shop.row().state.status == .canceled)
        #expect(try shop.rig.sql("SELECT count(*) FROM test_seat WHERE state = 'SOLD'") == "0")
        #expect(shop.rig.metric(#"podo_payments_incidents_total{kind="deposit-reversed"}"#) == 1)
        try await shop.expectBooks(SimulatorBook(captured: 0))
        try shop.deposit()
        _ = try await shop.hear()
        try await shop.rig.workAll()
        try await shop.expectBooks(SimulatorBook(captured: 100_000))
        #expect(try await shop.row().refundPending == 100_000)
        try await shop.rig.payments.keepAccount(Self.account, for: shop.payment.id, of: PaymentRig.member)
        _ = try await shop.rig.payments.retry(
            try #require(Int64(try shop.rig.sql("SELECT max(id) FROM refund"))), by: PaymentRig.manager)
        try await shop.rig.workAll()
        try await shop.expectBooks(SimulatorBook(captured: 100_000, refunded: 100_000))
    }

    @Test("whose deposit was taken back is void too when its account is over before we hear of it")
    func reversedAndOver() async throws {
        var chaos = SimulatorChaos()
        chaos.depositError = 1
        let shop = try await Shop(chaos: chaos)
        try shop.deposit()
        try await shop.rig.workAll()
        #expect(try await shop.row().state == .completed)
        shop.companies.forward(.seconds(3 * 86_400))
        try await shop.rig.reconciler.look(at: shop.payment.id)
        #expect(try await shop.row().state.status == .canceled)
        #expect(try shop.rig.sql("SELECT count(*) FROM test_seat WHERE state = 'SOLD'") == "0")
        #expect(shop.rig.metric(#"podo_payments_incidents_total{kind="deposit-reversed"}"#) == 1)
        try await shop.expectBooks(SimulatorBook(captured: 0))
    }

    @Test("and one by card of the same reservation are two attempts, of which one waits")
    func otherWay() async throws {
        let companies = try GatewayRig()
        let rig = try PaymentRig(companies: companies, company: "toss")
        let reservation = try rig.reservation()
        let card = try await rig.payments.begin(reservation, by: PaymentRig.member)
        let transfer = try await rig.payments.begin(reservation, by: PaymentRig.member, method: .virtualAccount)
        let again = try await rig.payments.begin(reservation, by: PaymentRig.member, method: .virtualAccount)
        #expect(card.payment.id != transfer.payment.id && transfer.payment.id == again.payment.id)
        #expect(try await rig.row(card.payment).failureCode == "superseded")
        let back = try await rig.payments.begin(reservation, by: PaymentRig.member)
        #expect(back.payment.id != transfer.payment.id)
        let other = try await rig.payments.begin(reservation, by: PaymentRig.member)
        #expect(other.payment.id == back.payment.id)
    }

    @Test("is not to be had at a company that makes no account numbers")
    func stripe() async throws {
        let companies = try GatewayRig()
        let rig = try PaymentRig(companies: companies, company: "stripe")
        let reservation = try rig.reservation()
        let code = await PaymentFlowTests.code {
            _ = try await rig.payments.begin(reservation, by: PaymentRig.member, method: .virtualAccount)
        }
        #expect(code == "payment-declined")
    }
}
