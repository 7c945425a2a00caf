import Auth
import Commerce
import Observability
import Postgres
import Primitives
import Reactor
import TestSupport

@testable import Payments
@testable import Ticketing

/// A database of every table that a sale needs, with one concert, and functions that put it back and let time pass.
final class SaleDatabase: Sendable {
    let group: EventLoopGroup
    let database: PostgresDatabase
    let registry: MetricsRegistry
    let log = Log(level: .error, memory: LogMemory())
    let url: String

    static let cluster = TestCluster(settings: ["max_connections=50", "autovacuum=off", "jit=off"])

    static let seller: Int64 = 1
    static let manager: Int64 = 2
    static let buyers: ClosedRange<Int64> = 11...16
    static let concert: Int64 = 1
    static let schedule: Int64 = 1
    static let rowCount = 2
    static let columnCount = 4
    /// VIP, the first row, and R.
    static let grades: [Int64] = [1, 2]
    static let prices: [Int64] = [99_000, 66_000]
    static let purchaseLimit = 4

    private static let template: Result<String, any Error> = Result {
        let url = try cluster.database()
        let migrations = AuthMigrations.all + CommerceMigrations.all + TicketingMigrations.all + PaymentMigrations.all
        for migration in migrations.sorted(by: { $0.number < $1.number }) {
            try cluster.query("BEGIN; \(migration.sql); COMMIT", at: url)
        }
        try cluster.query(fixture + SaleRules.schema + functions, at: url)
        return String(url.dropFirst("postgresql:///".count).prefix { $0 != "?" })
    }

    /// `damage` is SQL that breaks something, `fixture` what a test sells besides.
    init(damage: String = "", fixture: String = "", limits: PostgresLimits = PostgresLimits()) throws {
        self.url = try Self.cluster.database(template: try Self.template.get())
        for sql in [damage, fixture] where !sql.isEmpty { try Self.cluster.query(sql, at: self.url) }
        self.group = try EventLoopGroup(loopCount: 1)
        self.registry = MetricsRegistry(loopCount: 1)
        self.database = PostgresDatabase(
            options: try PostgresConnectionOptions(Secret(self.url)), loops: self.group.loops, limits: limits,
            metrics: PostgresMetrics(registry: self.registry), log: self.log)
        self.group.start()
        self.database.start()
    }

    deinit {
        self.database.stop()
        self.group.stop()
    }

    // MARK: What the world asks of it

    /// As before the first customer; the show is so many days away.
    func reset(daysBefore: Int) async throws { _ = try await self.database.run(Self.resetting, daysBefore) }

    /// Every time that is written down was so much longer ago, or is so much nearer.
    func pass(_ time: TimeAmount) async throws { _ = try await self.database.run(Self.passing, time.milliseconds) }

    /// What breaks a rule, in words; empty when nothing does.
    func broken() async throws -> String { try await self.database.run(Self.breaking).single() }
    func unsettled() async throws -> String { try await self.database.run(Self.settling).single() }

    /// By order: what was taken and what went back, as we have it.
    func books() async throws -> [String: SimulatorBook] {
        var books: [String: SimulatorBook] = [:]
        for row in try await self.database.run(Self.booking) {
            books[try row.get(0)] = SimulatorBook(captured: try row.get(1), refunded: try row.get(2))
        }
        return books
    }

    /// Numbers of seats that anybody should be able to buy.
    func freeSeats() async throws -> [Int32] { try await self.database.run(Self.freeing).map { try $0.get(0) } }

    /// Payments, refunds and what was noted of them, for whoever looks for a cause.
    func story() throws -> String {
        try Self.cluster.query(
            """
            SELECT 'payment', id, reservation_id, status, phase, orphan, captured, refunded, kept, refund_pending,
                failure_code FROM payment ORDER BY id;
            SELECT 'refund', id, payment_id, status, amount, fee, attempts, cause, failure_code FROM refund ORDER BY id;
            SELECT 'note', payment_id, kind, detail FROM payment_event WHERE kind <> 'state' ORDER BY id DESC LIMIT 20;
            """, at: self.url)
    }

    /// Seats that nobody may buy.
    func blockedCount() throws -> Int? {
        Int(try Self.cluster.query("SELECT count(*) FROM seat WHERE state = 4", at: self.url))
    }

    private static let resetting = PostgresStatement("sale_reset", "SELECT sale_reset($1::integer)")
    /// Of ten thousand purchases they are slow.
    private static let slowTime = TimeAmount.seconds(300)
    private static let passing = PostgresStatement("sale_pass", "SELECT sale_pass($1)", timeout: slowTime)
    private static let breaking = PostgresStatement(
        "sale_broken", "SELECT sale_broken()", effect: .reads, timeout: slowTime)
    private static let settling = PostgresStatement(
        "sale_unsettled", "SELECT sale_unsettled()", effect: .reads, timeout: slowTime)
    private static let booking = PostgresStatement(
        "sale_books", "SELECT order_id, captured, refunded FROM payment WHERE captured > 0", effect: .reads)

    private static let freeing = PostgresStatement(
        "sale_free",
        """
        SELECT seat_no FROM seat JOIN concert ON concert.id = 1
        WHERE state = 0 AND concert.status = 'PUBLISHED' ORDER BY seat_no
        """, effect: .reads)

    // MARK: How it is made

    private static let fixture = """
        INSERT INTO member (id, role, data_key, name_sealed)
        SELECT id, CASE id WHEN \(seller) THEN 'SELLER' WHEN \(manager) THEN 'MANAGER' ELSE 'USER' END, '\\x00', '\\x00'
        FROM generate_series(1, \(buyers.upperBound)) AS id;
        INSERT INTO stage (seller_id, name, location, row_count, column_count)
        VALUES (\(seller), '포도홀', '서울', \(rowCount), \(columnCount));
        INSERT INTO concert (seller_id, stage_id, name, runtime_minutes, sale_opens_at, sale_closes_at,
            purchase_limit, hold_seconds, status)
        VALUES (\(seller), 1, '보라빛 밤', 120, now() - interval '1 hour', now() + interval '1 day',
            \(purchaseLimit), 300, 'PUBLISHED');
        INSERT INTO grade (concert_id, name, price, first_row, last_row, first_column, last_column, position)
        VALUES (1, 'VIP', \(prices[0]), 1, 1, 1, \(columnCount), 0), (1, 'R', \(prices[1]), 2, 2, 1, \(columnCount), 1);
        INSERT INTO schedule (concert_id, stage_id, starts_at, ends_at, seat_count)
        VALUES (1, 1, now() + interval '30 days', now() + interval '30 days 2 hours', \(rowCount * columnCount));
        INSERT INTO promotion (seller_id, concert_id, code, kind, basis_points, amount, currency, ends_at, uses_max,
            uses_member_max)
        VALUES (\(seller), 1, 'THIRD', 'PERCENT', 3333, NULL, 'KRW', 'infinity', 3, 1),
            (\(seller), 1, 'LESS', 'FIXED', NULL, 5000, 'KRW', 'infinity', 1000, 2),
            (\(seller), 1, 'GIFT', 'PERCENT', 10000, NULL, 'KRW', 'infinity', 2, 1);

        """

    /// The tables that a sale changes; a time that is written down in them comes nearer or goes back as time goes by.
    private static let timed = [
        "reservation", "seat", "ticket", "payment", "webhook_inbox", "refund", "refund_sweep", "concert", "schedule",
    ]
    private static let filled = [
        "settlement_due", "book_gap", "ledger_entry", "ledger_journal", "ledger_account", "refund_sweep",
        "refund_line", "refund", "payment_event",
        "payment", "webhook_inbox", "ticket", "reservation_seat", "seat", "reservation", "outbox_delivery", "inbox",
        "outbox",
    ]
    /// Rows that are deleted stay in the files; now and then these begin anew.
    private static let anewCount = 64

    /// Rules about what may never be deleted hold for the program, and not for whoever begins a sale anew.
    private static var functions: String {
        let deletes = Self.filled.map { "DELETE FROM \($0);" }.joined(separator: "\n")
        let numbered = ["reservation", "ticket", "payment", "payment_event", "refund", "ledger_account", "outbox"]
        let starts = numbered.map { "PERFORM setval(pg_get_serial_sequence('\($0)', 'id'), 1, false);" }
        return """
            -- It keeps the times at which rows were made, which grow old here too.
            ALTER TABLE payment DISABLE TRIGGER audit_touch;
            ALTER TABLE refund DISABLE TRIGGER audit_touch;
            CREATE SEQUENCE sale_resets;
            CREATE FUNCTION sale_reset(days integer) RETURNS void LANGUAGE plpgsql
                SET session_replication_role = replica AS $f$
            BEGIN
                IF nextval('sale_resets') % \(anewCount) = 0 THEN
                    TRUNCATE \(Self.filled.joined(separator: ", ")) CASCADE;
                ELSE
                    \(deletes)
                END IF;
                \(starts.joined(separator: "\n"))
                UPDATE promotion SET uses = 0;
                UPDATE concert SET status = 'PUBLISHED', sale_opens_at = now() - interval '1 hour',
                    sale_closes_at = now() + interval '20 hours', version = 1, deleted_at = NULL;
                UPDATE schedule SET status = 'SCHEDULED', deleted_at = NULL, starts_at = evening,
                    ends_at = evening + interval '2 hours'
                FROM (SELECT id, (date_trunc('day', now() AT TIME ZONE timezone)
                    + days * interval '1 day' + interval '20 hours') AT TIME ZONE timezone AS evening
                    FROM schedule) AS plan WHERE plan.id = schedule.id;
                INSERT INTO seat (schedule_id, seat_no, grade_id, price, row_no, column_no)
                SELECT 1, (r - 1) * \(columnCount) + c - 1, r,
                    CASE r WHEN 1 THEN \(prices[0]) ELSE \(prices[1]) END, r, c
                FROM generate_series(1, \(rowCount)) AS r, generate_series(1, \(columnCount)) AS c;
            END $f$;

            DO $d$
            DECLARE body text;
            BEGIN
                SELECT string_agg(format('UPDATE %I SET %s;', table_name, columns), E'\\n') INTO body FROM (
                    SELECT c.table_name, string_agg(format('%1$I = %1$I - t', c.column_name), ', ') AS columns
                    FROM information_schema.columns c
                    WHERE c.table_name = ANY ('{\(Self.timed.joined(separator: ","))}') AND c.table_schema = 'public'
                        AND c.data_type = 'timestamp with time zone' AND c.is_generated = 'NEVER'
                    GROUP BY c.table_name) AS shifts;
                EXECUTE format('CREATE FUNCTION sale_shift(t interval) RETURNS void LANGUAGE plpgsql AS %L',
                    'BEGIN ' || body || ' END');
            END $d$;
            CREATE FUNCTION sale_pass(milliseconds bigint) RETURNS void LANGUAGE sql
                AS 'SELECT sale_shift(milliseconds * interval ''1 millisecond'')';
            """
    }
}
