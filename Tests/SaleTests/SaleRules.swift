import Postgres

@testable import Payments
@testable import Ticketing

/// What must hold after every step, as one function of the database: rules of the program itself, which production
/// asks too, and rules over both halves of it, which know what payments and seats have to do with each other.
enum SaleRules {
    struct Rule {
        let name: String
        /// Counts what breaks it.
        let sql: String
    }

    /// Rules that a sweeper or an hour without faults has to make true: asked at the end only.
    private static let inTheEnd: Set<String> = [
        "hold-overdue", "nothing-unknown-for-long", "no-refund-waits-for-long",
    ]

    static let always: [Rule] = Self.program.filter { !Self.inTheEnd.contains($0.name) } + Self.between

    private static var program: [Rule] {
        TicketingInvariants.all.map { Rule(name: $0.name.description, sql: $0.statement.sql.description) }
            + PaymentInvariants.rules.map {
                Rule(name: $0.name, sql: $0.count.sql.description.replacing("$1::bigint", with: "600::bigint"))
            }
    }

    private static let between: [Rule] = [
        Rule(
            name: "tickets-of-payment",
            sql: """
                SELECT count(*) FROM payment AS p WHERE p.captured_at IS NOT NULL AND NOT p.orphan
                    AND (p.ticket_ids IS DISTINCT FROM (
                            SELECT array_agg(t.id ORDER BY t.id) FROM ticket t
                            WHERE t.reservation_id = p.reservation_id)
                        OR p.captured <> (SELECT r.total - r.discount FROM reservation r WHERE r.id = p.reservation_id))
                """),
        Rule(
            name: "sold-is-paid-once",
            sql: """
                SELECT count(*) FROM reservation AS r WHERE (r.status = 'CONFIRMED') AND 1 <> (
                    SELECT count(*) FROM payment AS p WHERE p.reservation_id = r.id AND NOT p.orphan
                        AND p.status IN ('COMPLETED', 'PART_CANCELED'))
                """),
        Rule(
            name: "frozen-without-payment",
            sql: """
                SELECT count(*) FROM reservation AS r WHERE r.is_paying AND NOT EXISTS (
                    SELECT FROM payment AS p WHERE p.reservation_id = r.id
                        AND p.phase IN ('IN_FLIGHT', 'UNKNOWN', 'AWAITING_DEPOSIT'))
                """),
        Rule(
            name: "asked-without-frozen",
            sql: """
                SELECT count(*) FROM payment AS p JOIN reservation AS r ON r.id = p.reservation_id
                WHERE p.phase IN ('IN_FLIGHT', 'UNKNOWN') AND (r.status = 'EXPIRED'
                    OR (r.status = 'PENDING' AND NOT r.is_paying))
                """),
        Rule(
            name: "refunded-seat-is-free",
            sql: """
                SELECT count(*) FROM refund_line AS l JOIN ticket AS t ON t.reservation_id = l.reservation_id
                    AND t.schedule_id << 20 | t.seat_no = l.seat_id
                WHERE t.status <> 'REVOKED'
                """),
        Rule(
            name: "revoked-ticket-is-refunded",
            sql: """
                SELECT count(*) FROM ticket AS t WHERE t.status = 'REVOKED' AND NOT EXISTS (
                    SELECT FROM refund_line AS l WHERE l.reservation_id = t.reservation_id
                        AND t.schedule_id << 20 | t.seat_no = l.seat_id)
                """),
        Rule(
            name: "receivable",
            sql: """
                SELECT count(*) FROM (SELECT (
                    SELECT coalesce(sum(e.amount), 0) FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
                        WHERE a.code = 'GATEWAY_RECEIVABLE') AS booked, (
                    SELECT coalesce(sum(captured - refunded), 0) FROM payment) AS paid) AS sums
                WHERE booked <> paid
                """),
        Rule(
            name: "edges-of-payment",
            sql: """
                SELECT count(*) FROM (
                    SELECT detail->>'status' AS status, lag(detail->>'status') OVER (
                        PARTITION BY payment_id ORDER BY id) AS before
                    FROM payment_event WHERE kind = 'state') AS edge
                WHERE before <> status AND (before, status) NOT IN (
                    ('WAITING', 'COMPLETED'), ('WAITING', 'FAILED'), ('FAILED', 'COMPLETED'),
                    ('COMPLETED', 'PART_CANCELED'), ('COMPLETED', 'CANCELED'), ('PART_CANCELED', 'CANCELED'),
                    ('PART_CANCELED', 'COMPLETED'), ('CANCELED', 'PART_CANCELED'), ('CANCELED', 'COMPLETED'))
                """),
    ]

    /// What an hour without faults must have ended.
    private static let settled: [Rule] = [
        Rule(name: "payment-open", sql: "SELECT count(*) FROM payment WHERE phase <> 'SETTLED'"),
        Rule(
            name: "refund-open",
            sql: "SELECT count(*) FROM refund WHERE status NOT IN ('SUCCEEDED', 'REVERSED', 'FAILED', 'SUPERSEDED')"),
        Rule(name: "hold-open", sql: "SELECT count(*) FROM reservation WHERE status = 'PENDING'"),
        Rule(name: "seat-lost", sql: "SELECT count(*) FROM seat WHERE state IN (1, 2)"),
        Rule(
            name: "orphan-kept",
            sql: "SELECT count(*) FROM payment WHERE orphan AND refunded <> captured AND refund_pending = 0"),
        Rule(
            name: "outbox-waits",
            sql: "SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM outbox_delivery)"),
        Rule(name: "webhook-waits", sql: "SELECT count(*) FROM webhook_inbox WHERE processed_at IS NULL"),
        Rule(
            name: "canceled-and-sold",
            sql: """
                SELECT count(*) FROM concert AS c WHERE c.status = 'CANCELED' AND (
                    EXISTS (SELECT FROM reservation r WHERE r.concert_id = c.id AND r.status = 'CONFIRMED')
                    OR EXISTS (SELECT FROM payment p WHERE p.concert_id = c.id
                        AND p.captured > p.refunded + p.kept + p.refund_pending))
                """),
    ]

    /// The functions that answer: what is broken, as words.
    static var schema: String {
        Self.function("sale_broken", Self.always) + Self.function("sale_unsettled", Self.settled + Self.program)
    }

    private static func function(_ name: String, _ rules: [Rule]) -> String {
        let parts = rules.map { "SELECT '\($0.name)' AS name, (\($0.sql)) AS count" }
        return """
            CREATE FUNCTION \(name)() RETURNS text LANGUAGE plpgsql AS $f$
            DECLARE words text;
            BEGIN
                SELECT string_agg(name || ' ' || count, ', ') INTO words
                FROM (\(parts.joined(separator: "\nUNION ALL\n"))) AS rule WHERE count <> 0;
                RETURN coalesce(words, '');
            END $f$;

            """
    }
}
