import Commerce
import HTTPServer
import Postgres
import Primitives
import TestSupport

@testable import Payments
@testable import Ticketing

extension SaleWorld {
    /// What can be next, and how often it is.
    enum Action: CaseIterable {
        case hold, holdBest, release, begin, buyer, confirm, claim, advance, look, refund, takeRefund, retry
        case post, strayPost, readPosts, reconcile, repay, sweep, news, relay, cancel, pass, crash, lose, block, unblock

        var weight: Int {
            switch self {
            case .hold: 16
            case .begin, .buyer: 12
            case .confirm, .claim, .advance: 8
            case .pass: 7
            case .reconcile, .refund: 5
            case .holdBest, .release, .look, .post, .readPosts, .repay, .takeRefund: 3
            case .sweep, .news, .relay, .lose, .crash, .block, .unblock: 2
            case .strayPost, .retry, .cancel: 1
            }
        }
    }

    private static let lots = Action.allCases.flatMap { Array(repeating: $0, count: $0.weight) }
    /// None of them is a whole number of what the house waits, nor are sums of a few.
    private static let times: [Int64] = [3370, 3370, 17_370, 45_370, 65_370, 125_370, 301_370, 1_801_370, 3_700_370]

    private func pick<Element>(_ items: [Element]) -> Element? {
        items.isEmpty ? nil : items[self.random.next(below: items.count)]
    }

    private func number(in range: ClosedRange<Int64>) -> Int64 {
        range.lowerBound + Int64(self.random.next(below: Int(range.upperBound - range.lowerBound + 1)))
    }

    func step() async throws {
        let action = Self.lots[self.random.next(below: Self.lots.count)]
        switch action {
        case .hold: try await self.hold()
        case .holdBest: try await self.holdBest()
        case .release: try await self.release()
        case .begin: try await self.begin()
        case .buyer: self.buyer()
        case .confirm: try await self.confirm()
        case .claim: try await self.claim()
        case .advance: try await self.advance()
        case .look: try await self.look()
        case .refund: try await self.refund()
        case .takeRefund: try await self.takeRefund()
        case .retry:
            guard let payment = self.pick(self.begun) else { return }
            try await self.retryRefunds(of: payment.id)
        case .block: try await self.block()
        case .unblock: try await self.unblock()
        case .post, .strayPost: try await self.post(isStray: action == .strayPost)
        default: try await self.work(action)
        }
    }

    /// What the house does by itself, and what nobody does.
    private func work(_ action: Action) async throws {
        switch action {
        case .readPosts:
            self.note("read webhooks")
            _ = try await self.house.webhooks.work()
        case .reconcile:
            self.note("reconcile")
            _ = try await self.house.reconciler.work()
        case .repay:
            self.note("repay")
            _ = try await self.house.refunds.work()
        case .sweep:
            self.note("sweep")
            _ = try await self.house.sweeper.work()
        case .news:
            self.note("news")
            _ = try await self.house.news.work()
        case .relay:
            self.note("relay")
            self.note("→ \(try await self.house.relayOnce())")
        case .cancel:
            // Mostly in the middle of something.
            guard !self.pending.isEmpty || self.random.next(below: 4) == 0 else { return }
            self.note("cancel the concert")
            try await self.house.cancelConcert()
        case .pass: try await self.pass(.milliseconds(Self.times[self.random.next(below: Self.times.count)]))
        case .crash:
            self.note("crash, \(self.pending.count) forgotten")
            self.pending = []
            self.house.forget()
        case .lose:
            guard !self.pending.isEmpty else { return }
            let lost = self.pending.remove(at: self.random.next(below: self.pending.count))
            self.note("lose \(Self.words(lost))")
        default: break
        }
    }

    func pass(_ time: TimeAmount) async throws {
        self.note("\(time.milliseconds) ms go by")
        try await self.sale.pass(time)
        self.company.pass(time)
        // Maps hold times as the clock says them, which was just turned.
        self.house.forget()
    }

    // MARK: Customers

    private func hold() async throws {
        let member = self.number(in: SaleDatabase.buyers)
        var seats: Set<Int32> = []
        for _ in 0..<[1, 1, 1, 2, 2, 3][self.random.next(below: 6)] {
            seats.insert(Int32(self.random.next(below: SaleDatabase.rowCount * SaleDatabase.columnCount)))
        }
        self.note("\(member) holds \(seats.sorted())")
        let outcome = try await self.house.reservations.hold(
            schedule: SaleDatabase.schedule, member: member, seats: seats.sorted().map(self.seat))
        try self.keep(outcome, member)
    }

    private func holdBest() async throws {
        let member = self.number(in: SaleDatabase.buyers)
        let (grade, count) = (SaleDatabase.grades[self.random.next(below: 2)], 1 + self.random.next(below: 3))
        self.note("\(member) holds the best \(count) of \(grade)")
        let outcome = try await self.house.reservations.holdBest(
            schedule: SaleDatabase.schedule, member: member, grade: grade, quantity: count)
        try self.keep(outcome, member)
    }

    private func keep(_ outcome: HoldOutcome, _ member: Int64) throws {
        switch outcome {
        case .held(let hold):
            self.note("→ reservation \(hold.reservation) \(hold.seats)")
            guard self.blocked.isDisjoint(with: hold.seats) else { throw self.failure("sold what was blocked") }
            self.holds.append(Hold(reservation: hold.reservation, member: member, seats: hold.seats))
        case .taken(let seats): self.note("→ taken \(seats)")
        case .busy, .limit, .tooOften, .notOnSale, .notFound, .invalid: self.note("→ \(outcome)")
        }
    }

    // MARK: The seller

    private func block() async throws {
        var seats: Set<Int32> = []
        for _ in 0...self.random.next(below: 2) {
            seats.insert(Int32(self.random.next(below: SaleDatabase.rowCount * SaleDatabase.columnCount)))
        }
        self.note("the seller blocks \(seats.sorted())")
        let count = try await self.house.blocks.block(
            seats.sorted().map(self.seat), of: SaleDatabase.schedule, by: SaleHouse.seller)
        self.note("→ \(count)")
        self.blocked.formUnion(seats)
    }

    private func unblock() async throws {
        guard let seat = self.pick(self.blocked.sorted()) else { return }
        self.note("the seller gives \(seat) back")
        _ = try await self.house.blocks.release([self.seat(seat)], of: SaleDatabase.schedule, by: SaleHouse.seller)
        self.blocked.remove(seat)
    }

    // MARK: Customers again

    private func release() async throws {
        guard let hold = self.pick(self.holds) else { return }
        self.note("\(hold.member) releases \(hold.reservation)")
        try await self.house.reservations.release(hold.reservation, of: hold.member)
    }

    /// One of a few uses, one of many, and one that leaves nothing to pay.
    private static let codes: [String?] = [nil, nil, nil, "THIRD", "LESS", "GIFT"]

    private func begin() async throws {
        guard let hold = self.pick(self.holds) else { return }
        let code = self.hasCodes ? Self.codes[self.random.next(below: Self.codes.count)] : nil
        self.note("\(hold.member) begins to pay \(hold.reservation)" + (code.map { " with \($0)" } ?? ""))
        let begun = try await self.house.payments.begin(
            hold.reservation, by: hold.member, promotion: code.flatMap(PromotionCode.init))
        self.note("→ payment \(begun.payment.id)")
        guard let key = begun.checkout?.providerKey, !self.begun.contains(where: { $0.id == begun.payment.id }) else {
            return
        }
        self.begun.append(
            Begun(id: begun.payment.id, member: hold.member, reservation: hold.reservation, key: key))
    }

    private func buyer() {
        guard let payment = self.pick(self.begun) else { return }
        let isGood = self.random.next(below: 8) > 0
        let isDone = self.company.authenticate(payment.key, isGood: isGood)
        self.note("buyer of payment \(payment.id) \(isGood ? "is known" : "is refused") by his bank → \(isDone)")
    }

    private func confirm() async throws {
        guard let payment = self.pick(self.begun) else { return }
        self.note("\(payment.member) confirms payment \(payment.id)")
        let row = try await self.house.payments.confirm(
            payment.id, of: payment.member, providerKey: payment.key, amount: nil)
        self.note("→ \(Self.words(row))")
    }

    /// The first transaction, and then whoever asked is cut off, or goes on later.
    private func claim() async throws {
        guard let payment = self.pick(self.begun) else { return }
        self.note("\(payment.member) claims payment \(payment.id)")
        switch try await self.house.payments.claim(
            payment.id, of: payment.member, providerKey: payment.key, amount: nil)
        {
        case .claimed(let row):
            self.note("→ claimed")
            self.pending.append(.claimed(row))
        case .answered(let row): self.note("→ answered \(Self.words(row))")
        case .lost: self.note("→ lost")
        }
    }

    // MARK: One step of what was begun

    func advance() async throws {
        guard !self.pending.isEmpty else { return }
        let next = self.pending.remove(at: self.random.next(below: self.pending.count))
        self.note("go on: \(Self.words(next))")
        switch next {
        case .claimed(let payment):
            let outcome = await self.company.confirm(
                GatewayAttempt(
                    orderID: payment.orderID, providerKey: payment.providerKey ?? "", total: payment.total,
                    idempotencyKey: payment.confirmKey))
            self.pending.append(.asked(payment, outcome))
        case .asked(let payment, let outcome):
            let row = try await self.house.payments.settle(payment.id, PaymentFinding(outcome, of: payment))
            self.note("→ \(Self.words(row))")
        case .read(let payment, let reading):
            let row = try await self.house.payments.settle(payment.id, reading: reading)
            self.note("→ \(Self.words(row))")
        case .refund(let refund, let payment):
            let asked = self.house.refunds.asked(refund, payment)
            var outcome = GatewayRefundOutcome.absent
            if refund.attemptCount > 1 { outcome = await self.company.fetchRefund(asked) }
            if case .absent = outcome { outcome = await self.company.refund(asked) }
            self.pending.append(.refundAsked(refund, payment, outcome))
        case .refundAsked(let refund, let payment, let outcome):
            try await self.house.refunds.settle(refund, payment, outcome)
        }
    }

    private func look() async throws {
        guard let begun = self.pick(self.begun), let row = try await self.house.payments.payment(begun.id, of: nil)
        else { return }
        self.note("look at payment \(row.id)")
        self.pending.append(.read(row, await self.company.fetch(row.key)))
    }

    // MARK: Giving back

    private func refund() async throws {
        guard let payment = self.pick(self.begun) else { return }
        let isManager = self.random.next(below: 4) == 0
        var seats: [Int64]?
        if self.random.next(below: 2) == 0,
            let hold = self.holds.first(where: { $0.reservation == payment.reservation }),
            let seat = self.pick(hold.seats)
        {
            seats = [SaleDatabase.schedule << 20 | Int64(seat)]
        }
        self.note("\(isManager ? "manager" : "\(payment.member)") gives back \(seats ?? []) of payment \(payment.id)")
        let refund = try await self.house.payments.refund(
            payment.id, seats: seats, reason: "changed my mind",
            by: isManager ? .manager(SaleDatabase.manager) : .member(payment.member))
        self.note("→ refund \(refund.id) of \(refund.amount.amount), kept \(refund.fee)")
    }

    /// A worker takes one, and is cut off, or goes on later.
    private func takeRefund() async throws {
        guard let begun = self.pick(self.begun),
            let refund = self.pick(try await self.house.payments.refunds(of: begun.id))
        else { return }
        self.note("take refund \(refund.id)")
        let taken = try await self.sale.database.run(RefundStatements.take, refund.id, 45 as Int64)
        guard taken.affectedCount == 1, let row = try await self.house.payments.refund(refund.id),
            let payment = try await self.house.payments.payment(begun.id, of: nil)
        else { return }
        self.pending.append(.refund(row, payment))
    }

    func retryRefunds(of payment: Int64) async throws {
        for refund in try await self.house.payments.refunds(of: payment) where refund.status == .failed {
            self.note("manager retries refund \(refund.id)")
            _ = try await self.house.payments.retry(refund.id, by: SaleDatabase.manager)
        }
    }

    // MARK: The post

    private func post(isStray: Bool) async throws {
        var body = Array(#"{"eventType":"PAYMENT_STATUS_CHANGED","data":{"orderId":"podo-unknown"}}"#.utf8)
        var fields = HTTPFields()
        if !isStray {
            guard let post = self.company.nextPost() else { return }
            (fields, body) = post
        }
        self.note(isStray ? "stray webhook" : "webhook")
        for _ in 0...self.random.next(below: 2) {
            try await self.house.webhooks.receive(self.company.name, fields, body, at: self.company.now)
        }
    }

    // MARK: Words

    private static func words(_ payment: PaymentRow) -> String {
        let state = payment.state
        return "\(state.status.rawValue) \(state.phase.rawValue)\(state.isOrphan ? " orphan" : "")"
    }

    private static func words(_ pending: Pending) -> String {
        switch pending {
        case .claimed(let payment): "ask for payment \(payment.id)"
        case .asked(let payment, let outcome): "write down payment \(payment.id), \(Self.word("\(outcome)"))"
        case .read(let payment, let reading): "write down what was read of \(payment.id), \(Self.word("\(reading)"))"
        case .refund(let refund, _): "ask for refund \(refund.id)"
        case .refundAsked(let refund, _, let outcome): "write down refund \(refund.id), \(Self.word("\(outcome)"))"
        }
    }

    /// The name of a case, without what it carries.
    private static func word(_ text: String) -> Substring { text.prefix { $0 != "(" } }
}
