import Commerce
import Primitives
import Testing

@testable import Payments

@Suite("The simulated bank") struct SimulatorBankTests {
    private static let start = WallClock(unixMilliseconds: 1_750_000_000_000)

    private func at(_ seconds: Int64) -> WallClock {
        WallClock(unixMilliseconds: Self.start.unixMilliseconds + seconds * 1000)
    }

    private func creation(
        _ order: String = "podo-000001", _ total: Money = Money(99_000), account: Bool = false,
        _ company: SimulatorPayment.Company = .toss
    ) -> SimulatorCreation {
        SimulatorCreation(
            company: company, orderID: order, orderName: "show", isVirtualAccount: account, total: total)
    }

    /// Confirmed at once.
    private func pay(
        _ bank: inout SimulatorBank, _ order: String = "podo-000001", _ total: Money = Money(99_000),
        account: Bool = false, at seconds: Int64 = 0
    ) throws -> SimulatorPayment {
        let payment = try bank.create(self.creation(order, total, account: account), at: self.at(seconds))
        _ = try bank.authenticate(payment.key, at: self.at(seconds))
        return try bank.confirm(payment.key, orderID: order, total: total, at: self.at(seconds))
    }

    @Test("a payment goes from READY to DONE, once") func life() throws {
        var bank = SimulatorBank(seed: 1)
        let payment = try bank.create(self.creation(), at: self.at(0))
        #expect(payment.state == .ready)
        #expect(throws: SimulatorFault.toss("NOT_FOUND_PAYMENT_SESSION")) {
            try bank.confirm(payment.key, orderID: payment.orderID, total: payment.total, at: self.at(1))
        }
        #expect(try bank.authenticate(payment.key, at: self.at(2)).state == .inProgress)
        #expect(throws: SimulatorFault.toss("INVALID_REQUEST")) {
            try bank.confirm(payment.key, orderID: payment.orderID, total: Money(98_999), at: self.at(3))
        }
        #expect(throws: SimulatorFault.toss("NOT_FOUND_PAYMENT")) {
            try bank.confirm(payment.key, orderID: "podo-other", total: payment.total, at: self.at(3))
        }
        let done = try bank.confirm(payment.key, orderID: payment.orderID, total: payment.total, at: self.at(4))
        #expect(done.state == .done)
        #expect(done.approvedAt == self.at(4))
        #expect(throws: SimulatorFault.toss("ALREADY_PROCESSED_PAYMENT")) {
            try bank.confirm(payment.key, orderID: payment.orderID, total: payment.total, at: self.at(5))
        }
        #expect(bank.books == ["podo-000001": SimulatorBook(captured: 99_000)])
    }

    @Test("an order that is no order, a total that is none, and a twin are refused") func creations() throws {
        var bank = SimulatorBank(seed: 1)
        for order in ["short", String(repeating: "a", count: 65), "podo 0001", "podo-00가"] {
            #expect(throws: SimulatorFault.toss("INVALID_REQUEST")) {
                try bank.create(self.creation(order), at: self.at(0))
            }
        }
        #expect(throws: SimulatorFault.toss("BELOW_MINIMUM_AMOUNT")) {
            try bank.create(self.creation("podo-000001", Money(99)), at: self.at(0))
        }
        let first = try bank.create(self.creation(), at: self.at(0))
        #expect(try bank.create(self.creation(), at: self.at(1)).key == first.key)
        #expect(throws: SimulatorFault.toss("DUPLICATED_ORDER_ID")) {
            try bank.create(self.creation("podo-000001", Money(98_000)), at: self.at(1))
        }
    }

    @Test("the page is good for 30 minutes, what came of it for 10") func windows() throws {
        for (seconds, isTaken) in [(1799, true), (1800, false)] as [(Int64, Bool)] {
            var bank = SimulatorBank(seed: 1)
            let payment = try bank.create(self.creation(), at: self.at(0))
            let state = try? bank.authenticate(payment.key, at: self.at(seconds)).state
            #expect((state == .inProgress) == isTaken)
            if !isTaken { #expect(bank.payments[payment.key]?.state == .expired) }
        }
        for (seconds, isTaken) in [(599, true), (600, false)] as [(Int64, Bool)] {
            var bank = SimulatorBank(seed: 1)
            let payment = try bank.create(self.creation(), at: self.at(0))
            _ = try bank.authenticate(payment.key, at: self.at(100))
            let confirmed = try? bank.confirm(
                payment.key, orderID: payment.orderID, total: payment.total, at: self.at(100 + seconds))
            #expect((confirmed != nil) == isTaken)
            if !isTaken { #expect(bank.books.isEmpty) }
        }
    }

    @Test("parts and the rest are given back, and never more") func refunds() throws {
        var bank = SimulatorBank(seed: 1)
        let payment = try self.pay(&bank)
        let part = try bank.cancel(payment.key, amount: 33_000, reason: "part", at: self.at(10)).payment
        #expect(part.state == .partlyCanceled)
        #expect(part.balance == 66_000)
        #expect(throws: SimulatorFault.toss("NOT_CANCELABLE_AMOUNT")) {
            try bank.cancel(payment.key, amount: 66_001, reason: "more", at: self.at(11))
        }
        let rest = try bank.cancel(payment.key, amount: nil, reason: "rest", at: self.at(12)).payment
        #expect(rest.state == .canceled)
        #expect(rest.cancels.map(\.amount) == [33_000, 66_000])
        #expect(throws: SimulatorFault.toss("ALREADY_CANCELED_PAYMENT")) {
            try bank.cancel(payment.key, amount: 1, reason: "again", at: self.at(13))
        }
        #expect(throws: SimulatorFault.toss("INVALID_REQUEST")) {
            try bank.cancel(payment.key, amount: 1, reason: "", at: self.at(13))
        }
        #expect(bank.books["podo-000001"] == SimulatorBook(captured: 99_000, refunded: 99_000))
        // Fees of what was given back come back; each is rounded by itself.
        #expect(bank.movements.map(\.fee) == [2475, 825, 1650])
    }

    @Test("a payment is given back in so many parts and no more") func cancelCount() throws {
        var settings = SimulatorBank.Settings()
        settings.cancelCountMax = 3
        var bank = SimulatorBank(settings: settings, seed: 1)
        let payment = try self.pay(&bank)
        for _ in 0..<3 { _ = try bank.cancel(payment.key, amount: 1, reason: "part", at: self.at(1)) }
        #expect(throws: SimulatorFault.toss("EXCEED_CANCEL_LIMIT")) {
            try bank.cancel(payment.key, amount: 1, reason: "part", at: self.at(1))
        }
    }

    @Test("a deposit has three days, and a cancel before it moves no money") func deposits() throws {
        var bank = SimulatorBank(seed: 1)
        let waiting = try self.pay(&bank, account: true)
        #expect(waiting.state == .waitingForDeposit)
        #expect(bank.books.isEmpty)
        try bank.deposit(waiting.key, at: self.at(100))
        #expect(bank.payments[waiting.key]?.state == .done)
        #expect(bank.books["podo-000001"]?.captured == 99_000)
        let other = try self.pay(&bank, "podo-000002", account: true)
        #expect(throws: SimulatorFault.toss("NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT")) {
            try bank.cancel(other.key, amount: 1, reason: "part", at: self.at(101))
        }
        #expect(try bank.cancel(other.key, amount: nil, reason: "all", at: self.at(102)).payment.state == .canceled)
        #expect(bank.books["podo-000002"] == nil)
        let late = try self.pay(&bank, "podo-000003", account: true, at: 200)
        #expect(throws: SimulatorFault.toss("NOT_FOUND_PAYMENT")) {
            try bank.deposit(late.key, at: self.at(200 + 3 * 86_400))
        }
        #expect(bank.payments[late.key]?.state == .expired)
    }

    @Test("magic totals and orders get their codes, and a decline ends the payment") func magic() throws {
        for (amount, code) in SimulatorMagic.codes {
            var bank = SimulatorBank(seed: 1)
            #expect(throws: SimulatorFault.toss(code)) { try self.pay(&bank, "podo-000001", Money(amount)) }
            #expect(bank.books.isEmpty)
            var isDeclined = false
            if case .declined = TossCodes.confirming(code) { isDeclined = true }
            #expect((bank.payment(ofOrder: "podo-000001")?.state == .aborted) == isDeclined)
        }
        var bank = SimulatorBank(seed: 1)
        #expect(throws: SimulatorFault.toss("FDS_ERROR")) { try self.pay(&bank, "podo-1--FDS_ERROR") }
        #expect(SimulatorFault.toss("FDS_ERROR").status == 403)
    }

    @Test("the same seed makes the same company") func seeds() throws {
        func keys(_ seed: UInt64) throws -> [String] {
            var bank = SimulatorBank(chaos: .everything(0.3), seed: seed)
            for number in 0..<20 { _ = try? self.pay(&bank, "podo-0000\(number)") }
            return bank.payments.keys.sorted() + bank.posts.map(\.id)
        }
        #expect(try keys(5) == keys(5))
        #expect(try keys(5) != keys(6))
    }

    @Test("keys are kept for their time, with the body where that is asked for") func idempotency() {
        var store = SimulatorIdempotency()
        let (day, answer) = (TimeAmount.seconds(86_400), SimulatorAnswer(status: 500, body: [1]))
        func begin(_ body: [UInt8] = [], compares: Bool = true, at seconds: Int64) -> SimulatorIdempotency.Begin {
            store.begin("k", body: body, keptFor: day, comparesBody: compares, at: self.at(seconds))
        }
        #expect(begin(at: 0) == .proceed)
        #expect(begin(at: 1) == .running)
        store.finish("k", answer)
        #expect(begin(at: 2) == .replay(answer))
        #expect(begin([7], at: 3) == .otherRequest)
        #expect(begin([7], compares: false, at: 3) == .replay(answer))
        #expect(begin(at: 86_399) == .replay(answer))
        #expect(begin(at: 86_400) == .proceed)
        store.abandon("k")
        #expect(begin(at: 86_401) == .proceed)
    }

    @Test("books balance after anything that can happen") func balance() throws {
        for seed in 1...40 as ClosedRange<UInt64> {
            var bank = SimulatorBank(chaos: .everything(0.4), seed: seed)
            var random = FastRandom(seed: seed)
            var now: Int64 = 0
            for number in 0..<60 {
                let order = "podo-\(1000 + number)"
                let total = Money(Int64.random(in: 100...200_000, using: &random))
                let isAccount = Bool.random(using: &random)
                if let payment = try? self.pay(&bank, order, total, account: isAccount, at: now) {
                    if isAccount, Bool.random(using: &random) { try? bank.deposit(payment.key, at: self.at(now + 5)) }
                    for _ in 0..<2 where Bool.random(using: &random) {
                        _ = try? bank.cancel(
                            payment.key, amount: Int64.random(in: 1...total.amount, using: &random), reason: "r",
                            at: self.at(now + 9))
                    }
                }
                now += 40
            }
            bank.advance(to: self.at(30 * 86_400))
            for payment in bank.payments.values {
                let book = bank.books[payment.orderID] ?? SimulatorBook()
                #expect(book.captured == (payment.isCaptured ? payment.total.amount : 0), "seed \(seed)")
                #expect(book.refunded == (payment.isCaptured ? payment.canceledAmount : 0), "seed \(seed)")
                #expect((0...payment.total.amount).contains(payment.balance))
            }
        }
    }
}
