internal import Commerce
internal import HTTPServer
internal import Observability
internal import Postgres
package import Primitives

/// Holds the company's list of movements against our books. Three things can differ: it has money that we know nothing
/// of, we have money that it does not list, or both have it and the sums are not the same.
package final class BookComparison: Sendable {
    package struct Report: Equatable, Sendable {
        /// Rows that were not here before.
        package var importedCount = 0
        package var gatewayOnlyCount = 0
        package var oursOnlyCount = 0
        package var amountCount = 0
        package var unreadableCount = 0
        /// False when the company stopped answering: what is missing is not known to be so.
        package var isComplete = false

        package init() {}
    }

    private let payments: Payments

    package init(payments: Payments) { self.payments = payments }

    /// Compares a time that is over. To do it again adds what is new and looks at all of it again.
    package func compare(_ name: String, from: WallClock, to: WallClock) async throws -> Report {
        guard let gateway = self.payments.gateways[name] else { throw HTTPProblem.notFound }
        let database = self.payments.database
        var report = Report()
        var cursor: String?
        for _ in 0..<self.payments.limits.listPageCountMax {
            guard case .page(let page) = await gateway.transactions(from: from, to: to, after: cursor) else { break }
            report.unreadableCount += page.unreadableCount
            report.importedCount += try await self.add(page.items, of: name)
            cursor = page.next
            if cursor == nil {
                report.isComplete = true
                break
            }
        }
        let (start, end) = (PostgresTimestamp(from), PostgresTimestamp(to))
        _ = try await database.run(Self.match, name, start, end)
        let counts = try await database.run(Self.judge, name, start, end)
        for row in counts {
            let count: Int = try row.get(1)
            if try row.get(0, as: String.self) == "AMOUNT" {
                report.amountCount = count
            } else {
                report.gatewayOnlyCount = count
            }
        }
        // A payment that the company has money of and we do not is read again.
        _ = try await database.run(Self.lookAgain, name, start, end)
        if report.isComplete {
            let missing = try await database.run(Self.missing, name, start, end, self.payments.limits.gapCountMax)
            report.oursOnlyCount = missing.count
            let ids: [Int64] = try missing.map { try $0.get(0) }
            _ = try await database.run(Self.keepGaps, name, ids)
            _ = try await database.run(Self.closeGaps, name)
            for row in missing {
                self.payments.metrics.incident("books-differ", payment: try row.get(0), code: "OURS_ONLY")
            }
        }
        if report.gatewayOnlyCount + report.amountCount > 0 {
            self.payments.metrics.incident("books-differ", payment: 0, code: "GATEWAY")
        }
        return report
    }

    private func add(_ items: [GatewayTransaction], of name: String) async throws -> Int {
        var count = 0
        for item in items {
            let added = try await self.payments.database.run(
                Self.insert, name, item.key, item.providerKey, item.orderID, item.amount.amount, item.fee?.amount,
                item.amount.currency.rawValue, PostgresTimestamp(item.at))
            count += added.affectedCount
        }
        return count
    }

    private static let insert = PostgresStatement(
        "gateway_row_insert",
        """
        INSERT INTO gateway_row (gateway, transaction_key, provider_key, order_id, amount, fee, currency, at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (gateway, transaction_key) DO NOTHING
        """, purpose: .background)

    private static let match = PostgresStatement(
        "gateway_row_match",
        """
        UPDATE gateway_row AS g SET payment_id = p.id FROM payment AS p
        WHERE g.gateway = $1 AND g.at >= $2 AND g.at < $3 AND g.payment_id IS NULL AND p.gateway = g.gateway
            AND (p.order_id = g.order_id OR p.provider_key = g.provider_key)
        """, purpose: .background, timeout: .seconds(60))

    /// Taken: one row of the sum that we have. Given back: a refund of ours of that sum. Two of one payment by the
    /// company's list are more than ours, which shows in the sums.
    private static let judge = PostgresStatement(
        "gateway_row_judge",
        """
        WITH judged AS (
            UPDATE gateway_row AS g SET difference = found.difference,
                resolved_at = CASE WHEN found.difference IS NULL AND g.difference IS NOT NULL THEN now() END
            FROM (
                SELECT r.id, CASE
                    WHEN p.id IS NULL OR p.captured_at IS NULL THEN 'GATEWAY_ONLY'
                    WHEN r.currency <> p.captured_currency THEN 'AMOUNT'
                    WHEN r.amount > 0 AND sums.taken <> p.captured THEN 'AMOUNT'
                    WHEN r.amount < 0 AND -sums.given <> p.refunded THEN 'AMOUNT' END AS difference
                FROM gateway_row AS r LEFT JOIN payment AS p ON p.id = r.payment_id
                    LEFT JOIN LATERAL (
                        SELECT coalesce(sum(amount) FILTER (WHERE amount > 0), 0)::bigint AS taken,
                            coalesce(sum(amount) FILTER (WHERE amount < 0), 0)::bigint AS given
                        FROM gateway_row WHERE payment_id = p.id) AS sums ON true
                WHERE r.gateway = $1 AND r.at >= $2 AND r.at < $3) AS found
            WHERE g.id = found.id
            RETURNING g.difference)
        SELECT difference, count(*)::int FROM judged WHERE difference IS NOT NULL GROUP BY difference
        """, purpose: .background, timeout: .seconds(60))

    private static let lookAgain = PostgresStatement(
        "gateway_row_look_again",
        """
        UPDATE payment AS p SET next_look_at = now() FROM gateway_row AS g
        WHERE g.payment_id = p.id AND g.gateway = $1 AND g.at >= $2 AND g.at < $3 AND g.difference IS NOT NULL
        """, purpose: .background)

    /// Ours of that time that the company does not list, in neither direction.
    private static let missing = PostgresStatement(
        "gateway_row_missing",
        """
        SELECT p.id FROM payment AS p
        WHERE p.gateway = $1 AND p.captured_at >= $2 AND p.captured_at < $3 AND p.captured > 0
            AND NOT EXISTS (SELECT FROM gateway_row AS g WHERE g.payment_id = p.id AND g.amount > 0)
        UNION
        SELECT p.id FROM refund AS r JOIN payment AS p ON p.id = r.payment_id
        WHERE p.gateway = $1 AND r.completed_at >= $2 AND r.completed_at < $3 AND r.amount > 0
            AND NOT EXISTS (SELECT FROM gateway_row AS g WHERE g.payment_id = p.id AND g.amount < 0)
        ORDER BY 1 LIMIT $4
        """, effect: .reads, purpose: .background, timeout: .seconds(60))
}
