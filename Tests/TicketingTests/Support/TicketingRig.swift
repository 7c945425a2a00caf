import Auth
import Commerce
import HTTPServer
import Observability
import Postgres
import Primitives
import Reactor
import Synchronization
import TestSupport

@testable import Ticketing

/// What is sold, on a database of its own with a loop, as Podo puts it together. The tables of members are Auth's; the
/// members themselves are rows and no more.
final class TicketingRig: Sendable {
    let group: EventLoopGroup
    let registry: MetricsRegistry
    let database: PostgresDatabase
    let url: String
    let log: Log
    let logMemory = LogMemory()
    private let memberCount = Mutex<Int64>(0)

    /// Suites run beside each other, and each test has connections of its own.
    static let cluster = TestCluster(settings: ["max_connections=1500"])

    /// A database with every migration that selling needs, made once per process and copied.
    private static let template: Result<String, any Error> = Result {
        let url = try cluster.database()
        let migrations = AuthMigrations.all + CommerceMigrations.all + TicketingMigrations.all
        for migration in migrations.sorted(by: { $0.number < $1.number }) {
            try cluster.query("BEGIN; \(migration.sql); COMMIT", at: url)
        }
        // "postgresql:///NAME?…"
        return String(url.dropFirst("postgresql:///".count).prefix { $0 != "?" })
    }

    /// What a busy machine takes is not the question.
    static var unhurried: PostgresLimits {
        var limits = PostgresLimits()
        limits.interactive.statementTime = .seconds(60)
        limits.interactive.acquireTime = .seconds(60)
        limits.lockTime = .seconds(50)
        limits.idleInTransactionTime = .seconds(60)
        return limits
    }

    /// `url` is a database that another rig has made.
    init(loopCount: Int = 1, url: String? = nil, limits: PostgresLimits = unhurried) throws {
        let url = try url ?? Self.cluster.database(template: try Self.template.get())
        self.url = url
        self.group = try EventLoopGroup(loopCount: loopCount)
        self.registry = MetricsRegistry(loopCount: loopCount)
        self.log = Log(level: .debug, memory: self.logMemory)
        self.database = PostgresDatabase(
            options: try PostgresConnectionOptions(Secret(url)), loops: self.group.loops, limits: limits,
            metrics: PostgresMetrics(registry: self.registry), log: self.log)
        self.group.start()
        self.database.start()
    }

    deinit {
        self.database.stop()
        self.group.stop()
    }

    // MARK: Looking into it

    /// Runs SQL beside everything else; columns are separated by `|`.
    @discardableResult
    func sql(_ query: String) throws -> String { try Self.cluster.query(query, at: self.url) }

    func number(_ query: String) throws -> Int64 {
        let text = try self.sql(query)
        guard let number = Int64(text) else { throw NoNumber(text: text) }
        return number
    }

    struct NoNumber: Error { let text: String }

    /// Topics and aggregates of the events so far: `concert.created concert:1`.
    func events() throws -> [String] {
        try self.sql("SELECT topic || ' ' || aggregate FROM outbox ORDER BY id").split(separator: "\n").map(String.init)
    }

    /// The value of one line of the metrics.
    func metric(_ line: String) -> Double? {
        let text = String(decoding: self.registry.prometheusText(), as: UTF8.self)
        let found = text.split(separator: "\n").first { $0.hasPrefix(line + " ") }
        return found.flatMap { Double($0.dropFirst(line.count + 1)) }
    }

    /// Runs on the loop, as handlers do.
    func onLoop<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        try await Task(executorPreference: self.group.loops[0]) { try await body() }.value
    }

    func pause(_ time: TimeAmount) async {
        let loop = self.group.loops[0]
        await withCheckedContinuation { continuation in
            loop.execute { _ = loop.schedule(at: loop.now + time) { continuation.resume() } }
        }
    }

    /// Looks at a condition of others until it holds; throws when it does not within two minutes.
    func wait(until isSo: () async throws -> Bool) async throws {
        let end = MonotonicTime.now + .seconds(120)
        while try await !isSo() {
            guard MonotonicTime.now < end else { throw Late() }
            await self.pause(.milliseconds(5))
        }
    }

    struct Late: Error {}

    // MARK: What most tests begin with

    /// A new member; roles are USER, SELLER and MANAGER.
    func member(_ role: String = "USER") throws -> Int64 { try self.members(1, role)[0] }

    func members(_ count: Int, _ role: String = "USER") throws -> [Int64] {
        let first = self.memberCount.withLock { last in
            defer { last += Int64(count) }
            return last + 1
        }
        try self.sql(
            """
            INSERT INTO member (id, role, data_key, name_sealed)
            SELECT id, '\(role)', '\\x00', '\\x00'
            FROM generate_series(\(first)::bigint, \(first + Int64(count) - 1)) AS id
            """)
        return Array(first..<first + Int64(count))
    }

    func stage(seller: Int64, rows: Int = 10, columns: Int = 10) throws -> Int64 {
        try self.number(
            """
            INSERT INTO stage (seller_id, name, location, row_count, column_count)
            VALUES (\(seller), '포도홀', '서울', \(rows), \(columns)) RETURNING id
            """)
    }

    /// What `concertOnSale` made.
    struct Sale: Sendable {
        let seller: Int64
        let stage: Int64
        let concert: Int64
        /// The seats are numbered row by row from 0: `columns` in each.
        let schedule: Int64
        let columns: Int
        /// VIP, of the first half of the rows, and R, of the others.
        let grades: [Int64]
        let prices: [Int64]

        /// Counted from 0.
        func seat(_ number: Int) -> SeatID {
            guard let id = SeatID(schedule: self.schedule, number: number) else { preconditionFailure("no such seat") }
            return id
        }
    }

    /// A concert that is published and sold since an hour, with one performance in a month and all its seats.
    func concertOnSale(
        rows: Int = 10, columns: Int = 10, prices: [Int64] = [99_000, 66_000], purchaseLimit: Int = 4,
        holdSeconds: Int = 300, hasQueue: Bool = false
    ) throws -> Sale {
        let seller = try self.member("SELLER")
        let stage = try self.stage(seller: seller, rows: rows, columns: columns)
        let concert = try self.number(
            """
            INSERT INTO concert (seller_id, stage_id, name, runtime_minutes, sale_opens_at, sale_closes_at,
                purchase_limit, hold_seconds, queue_enabled, status)
            VALUES (\(seller), \(stage), '보라빛 밤', 120, now() - interval '1 hour', now() + interval '29 days',
                \(purchaseLimit), \(holdSeconds), \(hasQueue), 'PUBLISHED') RETURNING id
            """)
        let middle = max(rows / 2, 1)
        let grades = try [("VIP", 1, middle), ("R", middle + 1, rows)].enumerated().map { position, grade in
            try self.number(
                """
                INSERT INTO grade (concert_id, name, price, first_row, last_row, first_column, last_column, position)
                VALUES (\(concert), '\(grade.0)', \(prices[position]), \(grade.1), \(grade.2), 1, \(columns),
                    \(position))
                RETURNING id
                """)
        }
        let sale = Sale(
            seller: seller, stage: stage, concert: concert,
            schedule: try self.schedule(of: concert, at: stage, after: "30 days", seatCount: rows * columns),
            columns: columns, grades: grades, prices: prices)
        try self.sql(
            """
            INSERT INTO seat (schedule_id, seat_no, grade_id, price, row_no, column_no)
            SELECT \(sale.schedule), (row - 1) * \(columns) + col - 1,
                CASE WHEN row <= \(middle) THEN \(grades[0]) ELSE \(grades[1]) END,
                CASE WHEN row <= \(middle) THEN \(prices[0]) ELSE \(prices[1]) END, row, col
            FROM generate_series(1, \(rows)) AS row, generate_series(1, \(columns)) AS col
            """)
        return sale
    }

    /// Another performance, without seats.
    func schedule(of concert: Int64, at stage: Int64, after time: String, seatCount: Int = 0) throws -> Int64 {
        try self.number(
            """
            INSERT INTO schedule (concert_id, stage_id, starts_at, ends_at, seat_count)
            VALUES (\(concert), \(stage), now() + interval '\(time)', now() + interval '\(time) 2 hours', \(seatCount))
            RETURNING id
            """)
    }
}
