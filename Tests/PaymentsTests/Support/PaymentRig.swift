import Auth
import Commerce
import Crypto
import HTTPServer
import Observability
import Postgres
import Primitives
import Reactor
import Synchronization
import TestSupport
import Testing

@testable import Payments

/// Payments on a database of their own, with a payment company that says what a test wants and orders that are rows of
/// a test's table.
final class PaymentRig: Sendable {
    let group: EventLoopGroup
    let registry: MetricsRegistry
    let log = LogMemory()
    let database: PostgresDatabase
    let url: String
    let orders = TestOrders()
    let gateway = ScriptedGateway()
    let payments: Payments
    let reconciler: PaymentReconciler
    let webhooks: WebhookInbox
    let refunds: RefundWorker
    let settlements: Settlements
    let service: PaymentService

    static let cluster = TestCluster(settings: ["max_connections=1500"])

    static let member: Int64 = 101
    static let seller: Int64 = 201
    static let manager: Int64 = 301

    private static let template: Result<String, any Error> = Result {
        let url = try cluster.database()
        let migrations = AuthMigrations.all + CommerceMigrations.all + PaymentMigrations.all
        for migration in migrations.sorted(by: { $0.number < $1.number }) {
            try cluster.query("BEGIN; \(migration.sql); COMMIT", at: url)
        }
        try cluster.query(TestOrders.schema, at: url)
        for (id, role) in [(member, "USER"), (102, "USER"), (seller, "SELLER"), (202, "SELLER"), (manager, "MANAGER")] {
            try cluster.query(
                """
                INSERT INTO member (id, role, data_key, name_sealed, email_sealed, email_index)
                VALUES (\(id), '\(role)', '\\x01', '\\x01', '\\x01', sha256('\(id)'))
                """, at: url)
        }
        return String(url.dropFirst("postgresql:///".count).prefix { $0 != "?" })
    }

    init(
        limits: PaymentLimits = PaymentLimits(), options: PaymentOptions? = nil, url: String? = nil,
        companies: GatewayRig? = nil, company: String = "scripted"
    ) throws {
        let url = try url ?? Self.cluster.database(template: try Self.template.get())
        self.url = url
        self.group = try EventLoopGroup(loopCount: 1)
        self.registry = MetricsRegistry(loopCount: 1)
        let log = Log(level: .debug, memory: self.log)
        // Enough that those who race do so in the database, and do not queue up before it.
        var connections = PostgresLimits()
        connections.interactive.connectionCountMax = 10
        // What a busy machine takes is not the question.
        connections.interactive.statementTime = .seconds(60)
        connections.interactive.acquireTime = .seconds(60)
        connections.lockTime = .seconds(50)
        connections.idleInTransactionTime = .seconds(60)
        self.database = PostgresDatabase(
            options: try PostgresConnectionOptions(Secret(url)), loops: self.group.loops, limits: connections,
            metrics: PostgresMetrics(registry: self.registry), log: log)
        var gateways: [any PaymentGateway] = [self.gateway]
        if let companies { gateways += [companies.toss, companies.stripe, companies.simulator] }
        self.payments = Payments(
            database: self.database, orders: self.orders, gateways: gateways,
            options: options ?? PaymentOptions(gateway: company, publicURL: "https://podo.test"), limits: limits,
            vault: PaymentVault(keys: [(number: 1, key: SecretBytes(copying: [UInt8](repeating: 7, count: 32)))]),
            metrics: PaymentMetrics(registry: self.registry, log: log))
        self.reconciler = PaymentReconciler(payments: self.payments)
        self.webhooks = WebhookInbox(payments: self.payments, reconciler: self.reconciler)
        self.refunds = RefundWorker(payments: self.payments)
        self.settlements = Settlements(payments: self.payments)
        self.service = PaymentService(
            payments: self.payments, refundWorker: self.refunds, webhooks: self.webhooks,
            settlements: self.settlements, decider: companies?.simulator ?? self.gateway as any PaymentDecider)
        self.group.start()
        self.database.start()
        self.orders.database.set(self.database)
    }

    deinit {
        self.database.stop()
        self.group.stop()
    }

    // MARK: What most tests begin with

    @discardableResult
    func sql(_ query: String) throws -> String { try Self.cluster.query(query, at: self.url) }

    /// A held reservation of so many seats; its number.
    func reservation(
        _ prices: [Int64] = [50_000, 50_000], member: Int64 = PaymentRig.member, seller: Int64 = PaymentRig.seller,
        concert: Int64 = 1, startsInDays: Int = 30
    ) throws -> Int64 {
        let text = try self.sql(
            """
            INSERT INTO test_order (member_id, seller_id, concert_id, total, held_until, starts_at)
            VALUES (\(member), \(seller), \(concert), \(prices.reduce(0, +)), now() + interval '5 minutes',
                now() + interval '\(startsInDays) days') RETURNING id
            """)
        let id = try #require(Int64(text))
        for (index, price) in prices.enumerated() {
            try self.sql("INSERT INTO test_seat VALUES (\(id), \(id * 100 + Int64(index)), \(price), 'HELD')")
        }
        return id
    }

    /// A reservation that is paid.
    func paid(_ prices: [Int64] = [50_000, 50_000], concert: Int64 = 1, startsInDays: Int = 30) async throws
        -> PaymentRow
    {
        let reservation = try self.reservation(prices, concert: concert, startsInDays: startsInDays)
        let begun = try await self.payments.begin(reservation, by: Self.member)
        let payment = try await self.confirm(begun.payment)
        try #require(payment.state == .completed)
        return payment
    }

    /// A payment that a buyer has begun.
    func begun(
        _ prices: [Int64] = [50_000, 50_000], method: GatewayOrder.Method = .card
    ) async throws -> PaymentRow {
        let reservation = try self.reservation(prices)
        return try await self.payments.begin(reservation, by: Self.member, method: method).payment
    }

    func confirm(_ payment: PaymentRow) async throws -> PaymentRow {
        try await self.payments.confirm(
            payment.id, of: payment.memberID, providerKey: "key-\(payment.orderID)", amount: payment.total.amount)
    }

    static func key(_ text: String) throws -> IdempotencyKey {
        var fields = HTTPFields()
        try fields.append(name: Array("idempotency-key".utf8).span, value: Array(text.utf8).span)
        return try #require(try IdempotencyKey(fields))
    }

    func row(_ payment: PaymentRow) async throws -> PaymentRow {
        try #require(try await self.payments.payment(payment.id, of: nil))
    }

    /// Everything that waits is due.
    func makeDue() throws {
        try self.sql(
            """
            UPDATE payment SET next_look_at = now() - interval '1 second' WHERE next_look_at IS NOT NULL;
            UPDATE refund SET next_try_at = now() - interval '1 second' WHERE next_try_at IS NOT NULL;
            UPDATE webhook_inbox SET next_try_at = now() - interval '1 second' WHERE processed_at IS NULL;
            UPDATE refund_sweep SET next_try_at = now() - interval '1 second' WHERE finished_at IS NULL;
            """)
    }

    /// As if so much time had gone by since companies were asked.
    func age(_ seconds: Int) throws {
        try self.sql(
            "UPDATE payment SET claimed_at = claimed_at - interval '\(seconds) seconds' WHERE claimed_at IS NOT NULL")
    }

    /// Every worker, until nothing is due any more.
    func workAll(rounds: Int = 3) async throws {
        for _ in 0..<rounds {
            try self.makeDue()
            while try await self.webhooks.work() {}
            while try await self.reconciler.work() {}
            while try await self.refunds.work() {}
        }
    }

    /// No rule of money is broken, the company's books and ours are the same, and seats fit.
    func checkBooks(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let broken = try await self.payments.checkInvariants()
        #expect(broken.isEmpty, "\(broken)", sourceLocation: sourceLocation)
        let ours = try self.sql(
            "SELECT order_id, captured - refunded FROM payment WHERE captured > 0 ORDER BY order_id")
        #expect(ours == self.gateway.books, sourceLocation: sourceLocation)
        // Seats that are sold are paid for, and those that are paid for are sold.
        let torn = try self.sql(
            """
            SELECT count(*) FROM test_order AS o WHERE (status = 'CONFIRMED') <> EXISTS (
                SELECT FROM payment AS p WHERE p.reservation_id = o.id AND p.captured_at IS NOT NULL AND NOT p.orphan
                    AND p.status IN ('COMPLETED', 'PART_CANCELED'))
            """)
        #expect(torn == "0", sourceLocation: sourceLocation)
    }

    func metric(_ line: String) -> Double? {
        let text = String(decoding: self.registry.prometheusText(), as: UTF8.self)
        let found = text.split(separator: "\n").first { $0.hasPrefix(line + " ") }
        return found.flatMap { Double($0.dropFirst(line.count + 1)) }
    }
}

extension Payments {
    /// The names of the rules that are broken.
    func checkInvariants() async throws -> [String] {
        var broken: [String] = []
        for name in PaymentInvariants.names where try await self.checkInvariant(name) > 0 { broken.append(name) }
        return broken
    }
}
