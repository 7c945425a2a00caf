package import Postgres
internal import Synchronization

/// Rules that hold of all money at every moment, each as a statement that counts the rows that break it. Tests ask them
/// after every scenario, and a running house asks them of itself (`podo_payments_invariant_violations`).
package enum PaymentInvariants {
    struct Rule: Sendable {
        let name: String
        let count: PostgresStatement
    }

    package static var names: [String] { self.rules.map(\.name) }

    /// How many rows break each rule, in the order of `names`.
    package static func count(in database: PostgresDatabase, alarmSeconds: Int64) async throws -> [Int64] {
        var counts: [Int64] = []
        for rule in self.rules {
            counts.append(try await database.run(rule.count, alarmSeconds).single())
        }
        return counts
    }

    /// The newest numbers, for whoever scrapes.
    final class Counts: Sendable {
        private let values = Mutex([Int64](repeating: 0, count: PaymentInvariants.rules.count))

        subscript(index: Int) -> Int64 {
            get { self.values.withLock { $0[index] } }
            set { self.values.withLock { $0[index] = newValue } }
        }
    }

    static let rules: [Rule] = [
        Rule(name: "journals-balance", count: journalsBalance), Rule(name: "sales-are-booked", count: salesAreBooked),
        Rule(name: "refunds-are-booked", count: refundsAreBooked), Rule(name: "refunds-sum-up", count: refundsSumUp),
        Rule(name: "orphans-go-back", count: orphansGoBack), Rule(name: "tickets-for-money", count: ticketsForMoney),
        Rule(name: "settled-once", count: settledOnce), Rule(name: "settlements-sum-up", count: settlementsSumUp),
        Rule(name: "nothing-unknown-for-long", count: nothingUnknownForLong),
        Rule(name: "no-refund-waits-for-long", count: noRefundWaitsForLong),
        Rule(name: "uses-of-codes-sum-up", count: usesSumUp),
    ]

    private static let journalsBalance = PostgresStatement(
        "invariant_journals_balance",
        """
        SELECT count(*) FROM (SELECT j.id FROM ledger_journal AS j LEFT JOIN ledger_entry AS e ON e.journal_id = j.id
            WHERE $1::bigint IS NOT NULL
            GROUP BY j.id HAVING coalesce(sum(e.amount), 1) <> 0) AS broken
        """, effect: .reads, purpose: .long)

    /// What sellers and orphans brought is in the books with exactly the sum that the company took.
    private static let salesAreBooked = PostgresStatement(
        "invariant_sales_are_booked",
        """
        SELECT count(*) FROM payment AS p
        WHERE $1::bigint IS NOT NULL AND p.captured > 0 AND p.captured IS DISTINCT FROM (
            SELECT sum(e.amount) FROM ledger_journal AS j JOIN ledger_entry AS e ON e.journal_id = j.id
            WHERE j.ref_type = 'payment' AND j.ref_id = p.id AND e.amount > 0)
        """, effect: .reads, purpose: .long)

    private static let refundsAreBooked = PostgresStatement(
        "invariant_refunds_are_booked",
        """
        SELECT count(*) FROM refund AS r
        WHERE $1::bigint IS NOT NULL AND (CASE WHEN r.status = 'SUCCEEDED' THEN r.amount + r.excess ELSE 0 END)
            <> (SELECT coalesce(sum(CASE j.kind WHEN 'REFUND_REVERSED' THEN -e.amount ELSE e.amount END), 0)
                FROM ledger_journal AS j JOIN ledger_entry AS e ON e.journal_id = j.id
                WHERE j.ref_type = 'refund' AND j.ref_id = r.id AND e.amount > 0)
        """, effect: .reads, purpose: .long)

    /// What a payment says of its refunds is what they are.
    private static let refundsSumUp = PostgresStatement(
        "invariant_refunds_sum_up",
        """
        SELECT count(*) FROM payment AS p LEFT JOIN LATERAL (
            SELECT coalesce(sum(amount) FILTER (WHERE status = 'SUCCEEDED'), 0) AS refunded,
                coalesce(sum(fee) FILTER (WHERE status = 'SUCCEEDED'), 0) AS kept,
                coalesce(sum(amount + fee) FILTER (
                    WHERE status NOT IN ('SUCCEEDED', 'REVERSED', 'SUPERSEDED')), 0) AS pending
            FROM refund WHERE payment_id = p.id) AS r ON true
        WHERE $1::bigint IS NOT NULL
            AND (p.refunded, p.kept, p.refund_pending) IS DISTINCT FROM (r.refunded, r.kept, r.pending)
        """, effect: .reads, purpose: .long)

    private static let orphansGoBack = PostgresStatement(
        "invariant_orphans_go_back",
        """
        SELECT count(*) FROM payment
        WHERE $1::bigint IS NOT NULL AND orphan AND refunded + refund_pending <> captured
        """, effect: .reads, purpose: .long)

    /// Whoever paid has tickets; who has tickets paid.
    private static let ticketsForMoney = PostgresStatement(
        "invariant_tickets_for_money",
        """
        SELECT count(*) FROM payment
        WHERE $1::bigint IS NOT NULL
            AND (ticket_ids = '{}') = (status IN ('COMPLETED', 'PART_CANCELED', 'CANCELED') AND NOT orphan)
        """, effect: .reads, purpose: .long)

    /// No movement is in a settlement with another sum than it has.
    private static let settledOnce = PostgresStatement(
        "invariant_settled_once",
        """
        SELECT count(*) FROM settlement_item AS i
            LEFT JOIN payment AS p ON i.ref_type = 'PAYMENT' AND p.id = i.ref_id
            LEFT JOIN refund AS r ON i.ref_type IN ('REFUND', 'REVERSAL') AND r.id = i.ref_id
            LEFT JOIN gateway_row AS g ON i.ref_type = 'GATEWAY_FEE' AND g.id = i.ref_id
        WHERE $1::bigint IS NOT NULL AND i.amount IS DISTINCT FROM coalesce(
            p.captured, CASE i.ref_type WHEN 'REVERSAL' THEN r.amount ELSE -r.amount END, -g.fee)
        """, effect: .reads, purpose: .long)

    private static let settlementsSumUp = PostgresStatement(
        "invariant_settlements_sum_up",
        """
        SELECT count(*) FROM settlement AS s LEFT JOIN LATERAL (
            SELECT coalesce(sum(amount), 0) AS amount FROM settlement_item WHERE settlement_id = s.id) AS i ON true
        WHERE $1::bigint IS NOT NULL AND s.status <> 'DRAFT' AND s.gross - s.refunds - s.gateway_fee <> i.amount
        """, effect: .reads, purpose: .long)

    private static let usesSumUp = PostgresStatement(
        "invariant_uses_sum_up",
        """
        SELECT count(*) FROM promotion
        WHERE $1::bigint IS NOT NULL
            AND uses <> (SELECT count(*) FROM payment WHERE promotion_id = promotion.id AND uses_promotion)
        """, effect: .reads, purpose: .long)

    private static let nothingUnknownForLong = PostgresStatement(
        "invariant_nothing_unknown_for_long",
        """
        SELECT count(*) FROM payment
        WHERE phase IN ('IN_FLIGHT', 'UNKNOWN') AND claimed_at < now() - $1::bigint * interval '1 second'
        """, effect: .reads, purpose: .long)

    /// What a company has accepted takes a bank days; only weeks are too long for that. Whom an account is asked of may
    /// take a month.
    private static let noRefundWaitsForLong = PostgresStatement(
        "invariant_no_refund_waits_for_long",
        """
        SELECT count(*) FROM refund
        WHERE status IN ('REQUESTED', 'PROCESSING', 'UNKNOWN', 'FAILED') AND created_at < now() - CASE
            WHEN awaits_account THEN interval '30 days'
            WHEN status = 'PROCESSING' AND provider_key IS NOT NULL THEN interval '14 days'
            ELSE $1::bigint * interval '1 second' END
        """, effect: .reads, purpose: .long)
}

extension Payments {
    /// Looks whether a rule holds, and tells whoever scrapes: how many rows break it. None break a rule that is none.
    package func checkInvariant(_ name: String) async throws -> Int64 {
        guard let index = PaymentInvariants.names.firstIndex(of: name) else { return 0 }
        let count: Int64 = try await self.database.run(
            PaymentInvariants.rules[index].count, PaymentLimits.seconds(self.limits.alarmTime)
        ).single()
        self.metrics.found(count, ofRule: index)
        return count
    }
}
