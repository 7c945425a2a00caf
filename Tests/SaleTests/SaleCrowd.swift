import Commerce
import HTTPServer
import Postgres
import Primitives
import Reactor
import Synchronization
import TestSupport

@testable import Payments
@testable import Ticketing

/// Many buyers at once, of a house whose company does everything wrong that it can: they hold seats, pay by card or by
/// transfer, go away, change their minds. Afterwards time goes by, people of the house do what people have to do, and
/// everything must come to an end.
final class SaleCrowd: Sendable {
    let sale: SaleDatabase
    let company: SaleCompany
    let house: SaleHouse
    let purchaseCount: Int
    private let seed: UInt64
    private let outcomes = Mutex<[String: Int]>([:])
    private let answerCount = Atomic(0)
    /// Nobody buys any more.
    private let isOver = Atomic(false)

    private static let concert: Int64 = 2
    private static let schedule: Int64 = 2
    private static let columnCount = 100
    private static let firstBuyer: Int64 = 1000
    /// Purchases at the same time.
    private static let buyerCount = 6
    private static let tryCountMax = 6
    /// More than the seats that are tried for a purchase.
    private static let seatsPerPurchase = 4
    private static let wrongAccount = GatewayRefundAccount(bankCode: "88", accountNumber: "0", holderName: "홍길동")
    private static let account = GatewayRefundAccount(bankCode: "88", accountNumber: "110123", holderName: "홍길동")

    init(purchaseCount: Int, seed: UInt64) throws {
        self.purchaseCount = purchaseCount
        self.seed = seed
        let rowCount = purchaseCount * Self.seatsPerPurchase / Self.columnCount + 1
        self.sale = try SaleDatabase(fixture: Self.fixture(rowCount: rowCount, memberCount: purchaseCount))
        var chaos = SimulatorChaos.everything(0.08)
        // Webhooks that overtake answers come by `SaleCompany.beforeAnswer`: nobody listens to the simulator's.
        chaos.webhookFirst = 0
        self.company = SaleCompany(seed: seed, chaos: chaos, isPatient: false)
        self.house = SaleHouse(self.sale, company: self.company)
    }

    private static func fixture(rowCount: Int, memberCount: Int) -> String {
        """
        INSERT INTO member (id, role, data_key, name_sealed)
        SELECT id, 'USER', '\\x00', '\\x00' FROM generate_series(\(firstBuyer), \(firstBuyer) + \(memberCount)) AS id;
        INSERT INTO stage (seller_id, name, location, row_count, column_count)
        VALUES (\(SaleDatabase.seller), '큰 홀', '서울', \(rowCount), \(columnCount));
        INSERT INTO concert (seller_id, stage_id, name, runtime_minutes, sale_opens_at, sale_closes_at,
            purchase_limit, hold_seconds, status)
        VALUES (\(SaleDatabase.seller), 2, '긴 밤', 120, now() - interval '1 hour', now() + interval '60 days', 100, 300,
            'PUBLISHED');
        INSERT INTO grade (concert_id, name, price, first_row, last_row, first_column, last_column, position)
        VALUES (2, 'R', 66000, 1, \(rowCount), 1, \(columnCount), 0);
        INSERT INTO schedule (concert_id, stage_id, starts_at, ends_at, seat_count)
        VALUES (2, 2, now() + interval '90 days', now() + interval '90 days 2 hours', \(rowCount * columnCount));
        INSERT INTO seat (schedule_id, seat_no, grade_id, price, row_no, column_no)
        SELECT 2, (r - 1) * \(columnCount) + c - 1, 3, 66000 + r % 7 * 1000, r, c
        FROM generate_series(1, \(rowCount)) AS r, generate_series(1, \(columnCount)) AS c;
        """
    }

    // MARK: The rush

    func rush() async throws {
        try await self.house.start()
        self.company.beforeAnswer.withLock { $0 = { [weak self] in await self?.hearSometimes() } }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                while !self.isOver.load(ordering: .acquiring) {
                    try await self.workAll()
                    await self.pause(.milliseconds(5))
                }
            }
            try await withThrowingTaskGroup(of: Void.self) { buyers in
                for lane in 0..<Self.buyerCount {
                    buyers.addTask {
                        var random = SplitMix(seed: self.seed &+ UInt64(lane))
                        for number in stride(from: lane, to: self.purchaseCount, by: Self.buyerCount) {
                            try await self.buy(number, &random)
                        }
                    }
                }
                try await buyers.waitForAll()
            }
            self.isOver.store(true, ordering: .releasing)
            try await group.waitForAll()
        }
        self.company.beforeAnswer.withLock { $0 = nil }
    }

    private func pause(_ time: TimeAmount) async {
        let loop = self.sale.group.loops[0]
        await withCheckedContinuation { continuation in
            loop.execute { _ = loop.schedule(at: loop.now + time) { continuation.resume() } }
        }
    }

    /// What a problem is for a buyer is none for the house.
    private func tolerate<Value>(_ what: String, _ body: () async throws -> Value) async throws -> Value? {
        do { return try await body() } catch let problem as HTTPProblem {
            self.count("\(what) \(problem.code)")
            return nil
        }
    }

    private func count(_ outcome: String) { self.outcomes.withLock { $0[outcome, default: 0] += 1 } }

    private func buy(_ number: Int, _ random: inout SplitMix) async throws {
        let member = Self.firstBuyer + Int64(number)
        var held: Hold?
        for _ in 0..<Self.tryCountMax where held == nil {
            let count = 1 + random.next(below: 3)
            let first = random.next(below: self.purchaseCount * Self.seatsPerPurchase - count)
            let seats = (first..<first + count).compactMap { SeatID(schedule: Self.schedule, number: $0) }
            let outcome = try await self.house.reservations.hold(
                schedule: Self.schedule, member: member, seats: seats)
            if case .held(let hold) = outcome { held = Hold(reservation: hold.reservation, seats: hold.seats) }
        }
        guard let held else { return self.count("no seats") }
        let method: GatewayOrder.Method = random.next(below: 6) == 0 ? .virtualAccount : .card
        var begun: BegunPayment?
        for _ in 0..<Self.tryCountMax where begun == nil {
            begun = try await self.tolerate("begin") {
                try await self.house.payments.begin(held.reservation, by: member, method: method)
            }
        }
        guard let payment = begun?.payment, let key = begun?.checkout?.providerKey else { return self.count("left") }
        let fate = random.next(below: 20)
        guard fate > 0, self.company.authenticate(key, isGood: fate > 1) else { return self.count("not known") }
        // Some never come back from the company's page.
        let stays = random.next(below: 5) > 0
        for _ in 0..<(stays ? 1 + random.next(below: 2) : 0) {
            _ = try await self.tolerate("confirm") {
                try await self.house.payments.confirm(payment.id, of: member, providerKey: key, amount: nil)
            }
        }
        if method == .virtualAccount, random.next(below: 4) > 0 { self.company.deposit(key) }
        self.company.pass(.milliseconds(Int64(random.next(below: 9000))))
        if random.next(below: 3) == 0 {
            try await self.giveBack(payment, held, byManager: random.next(below: 4) == 0, &random)
        }
    }

    private struct Hold {
        let reservation: Int64
        let seats: [Int32]
    }

    private func giveBack(
        _ payment: PaymentRow, _ held: Hold, byManager: Bool, _ random: inout SplitMix
    ) async throws {
        let isPart = random.next(below: 2) == 0
        let seats = isPart ? held.seats.prefix(1).map { Self.schedule << 20 | Int64($0) } : nil
        if random.next(below: 2) == 0 {
            let account = random.next(below: 3) == 0 ? Self.wrongAccount : Self.account
            _ = try await self.tolerate("account") {
                try await self.house.payments.keepAccount(account, for: payment.id, of: payment.memberID)
            }
        }
        let refund = try await self.tolerate("refund") {
            try await self.house.payments.refund(
                payment.id, seats: seats, reason: "changed my mind",
                by: byManager ? .manager(SaleDatabase.manager) : .member(payment.memberID))
        }
        guard let refund, random.next(below: 2) == 0 else { return }
        // As the route does; otherwise the worker finds it.
        _ = try await self.house.refunds.work(on: refund.id)
    }

    // MARK: The house

    private func hearSometimes() async {
        // Nobody is told of what goes wrong in it: what was not heard is sent again.
        guard self.answerCount.wrappingAdd(1, ordering: .relaxed).newValue % 3 == 0 else { return }
        try? await self.hear()
    }

    private func hear() async throws {
        while let post = self.company.nextPost() {
            do {
                try await self.house.webhooks.receive(
                    self.company.name, post.fields, post.body, at: self.company.now)
            } catch let problem as HTTPProblem { self.count("webhook \(problem.code)") }
        }
        while try await self.house.webhooks.work() {}
    }

    private func workAll() async throws {
        try await self.hear()
        while try await self.house.reconciler.work() {}
        while try await self.house.refunds.work() {}
        while try await self.house.sweeper.work() {}
        while try await self.house.news.work() {}
        for _ in 0..<3 { _ = try await self.house.relayOnce() }
    }

    // MARK: Afterwards

    /// Nothing goes wrong any more. Returns what is still open when time enough has gone by.
    func settle() async throws -> String {
        self.company.calm()
        for round in 0..<30 {
            // The first time is longer than account numbers are good for.
            let time = TimeAmount.seconds(round == 0 ? 2 * 86_400 : 4001)
            try await self.sale.pass(time)
            self.company.pass(time)
            self.house.forget()
            try await self.workAll()
            let from = WallClock(unixMilliseconds: self.company.now.unixMilliseconds - 30 * 86_400_000)
            let to = WallClock(unixMilliseconds: self.company.now.unixMilliseconds + 3_600_000)
            let report = try await BookComparison(payments: self.house.payments).compare(
                self.company.name, from: from, to: to)
            try await self.doByHand()
            try await self.workAll()
            let open = try await self.sale.unsettled()
            let differenceCount = report.gatewayOnlyCount + report.amountCount
            if open.isEmpty, differenceCount == 0, report.isComplete { return "" }
            if round == 29 { return "\(open), \(differenceCount) differences" }
        }
        return ""
    }

    /// What people have to do: buyers say where their money goes to, and what the company refuses to give back in parts
    /// is given back whole, in its own pages.
    private func doByHand() async throws {
        for row in try await self.sale.database.run(Self.refused) {
            let (payment, refund, code): (Int64, Int64, String?) = (try row.get(0), try row.get(1), try row.get(2))
            guard let found = try await self.house.payments.payment(payment, of: nil) else { continue }
            if found.deposit != nil {
                try await self.house.payments.keepAccount(Self.account, for: payment, of: found.memberID)
            }
            guard let code else { continue }
            self.count("by hand \(code)")
            if code == "NOT_ALLOWED_PARTIAL_REFUND", let key = found.providerKey {
                self.company.refundByHand(key)
                try await self.house.reconciler.look(at: payment)
            } else if try await self.house.payments.refund(refund)?.status == .failed {
                _ = try await self.house.payments.retry(refund, by: SaleDatabase.manager)
            }
        }
    }

    private static let refused = PostgresStatement(
        "crowd_refused",
        """
        SELECT payment_id, id, failure_code FROM refund
        WHERE status NOT IN ('SUCCEEDED', 'REVERSED', 'SUPERSEDED') ORDER BY id
        """, effect: .reads)

    /// What became of everything, for whoever reads the test's log.
    func story() throws -> String {
        let counts = self.outcomes.withLock { $0.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" } }
        return try SaleDatabase.cluster.query(
            """
            SELECT 'payments', status, orphan, count(*), sum(captured), sum(refunded), sum(kept) FROM payment
            GROUP BY status, orphan ORDER BY status;
            SELECT 'difference', g.difference, g.amount, p.status, p.phase, p.captured, p.refunded, p.failure_code
            FROM gateway_row AS g LEFT JOIN payment AS p ON p.id = g.payment_id
            WHERE g.difference IS NOT NULL AND g.resolved_at IS NULL LIMIT 20;
            SELECT 'refunds', cause, status, count(*), sum(amount) FROM refund GROUP BY cause, status ORDER BY cause;
            SELECT 'history', e.* FROM payment_event AS e WHERE e.payment_id IN (SELECT payment_id FROM gateway_row
                WHERE difference IS NOT NULL AND resolved_at IS NULL) ORDER BY e.id DESC LIMIT 40;
            SELECT 'payment', p.id, p.gateway, p.provider_key, p.next_look_at, p.refund_pending FROM payment AS p
            WHERE p.id IN (SELECT payment_id FROM gateway_row WHERE difference IS NOT NULL AND resolved_at IS NULL);
            """, at: self.sale.url) + "\n" + counts.joined(separator: ", ")
    }
}
