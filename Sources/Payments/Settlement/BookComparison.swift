internal import Commerce
internal import HTTPServer
internal import Observability
internal import Postgres
package import Primitives

/// Holds the company's list of movements against our books. Three things can differ: it has money that we know nothing
/// of, we have money that it does not list, or both have it and the sums are not the same.
///
/// A payment is compared as a whole, by all that was ever listed of it. One of which something went back by our books
/// after the time that is compared is left to the time in which that was.
package final class BookComparison: Sendable {
    package struct Report: Equatable, Sendable {
        /// Rows that were not here before.
        package var importedCount = 0
        /// Those of earlier times that are still open are counted too.
        package var gatewayOnlyCount = 0
        package var oursOnlyCount = 0
        package var amountCount = 0
        package var unreadableCount = 0
        /// False when the list is not at its end: nothing is judged by a part of it.
        package var isComplete = false
        /// Where to go on with a list that is not at its end; nil for its beginning.
        package var cursor: String?
        /// The company would have answered on.
        package var isCut = false

        package init() {}
    }

    /// A clock of theirs may be behind ours, and a payment of the last second in the next hour of their list.
    private static let listMarginTime = TimeAmount.seconds(3600)

    private let payments: Payments

    package init(payments: Payments) { self.payments = payments }

    /// Compares a time that is over. To do it again adds what is new and looks at all of it again.
    ///
    /// - Parameter cursor: Where an earlier comparison of this time has come to in the company's list.
    package func compare(
        _ name: String, from: WallClock, to: WallClock, after cursor: String? = nil
    ) async throws -> Report {
        guard let gateway = self.payments.gateways[name] else { throw HTTPProblem.notFound }
        var report = try await self.read(gateway, from: from, to: to, after: cursor)
        if report.isComplete { try await self.judge(name, from: from, to: to, &report) }
        return report
    }

    /// Keeps rows of the company's list, so many pages of it.
    private func read(
        _ gateway: any PaymentGateway, from: WallClock, to: WallClock, after cursor: String?
    ) async throws -> Report {
        var report = Report()
        report.cursor = cursor
        let listEnd = WallClock(unixMilliseconds: to.unixMilliseconds &+ Self.listMarginTime.milliseconds)
        for _ in 0..<self.payments.limits.listPageCountMax {
            switch await gateway.transactions(from: from, to: listEnd, after: report.cursor) {
            case .unknown(let doubt):
                // A place in the list that the company does not know any more leads nowhere.
                if doubt.reason == .codeUnclear || doubt.reason == .unreadable { report.cursor = nil }
                return report
            case .page(let page):
                report.unreadableCount += page.unreadableCount
                report.importedCount += try await self.add(page.items, of: gateway.name)
                report.cursor = page.next
            }
            if report.cursor == nil {
                report.isComplete = true
                return report
            }
        }
        report.isCut = true
        return report
    }

    /// Holds all rows of a time against our books.
    private func judge(_ name: String, from: WallClock, to: WallClock, _ report: inout Report) async throws {
        let database = self.payments.database
        let (start, end) = (PostgresTimestamp(from), PostgresTimestamp(to))
        _ = try await database.run(Self.match, name)
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
        _ = try await database.run(Self.lookAgain, name)
        let missing = try await database.run(Self.missing, name, start, end, self.payments.limits.gapCountMax)
        report.oursOnlyCount = missing.count
        let ids: [Int64] = try missing.map { try $0.get(0) }
        _ = try await database.run(Self.keepGaps, name, ids)
        _ = try await database.run(Self.closeGaps, name)
        for id in ids { self.payments.metrics.incident("books-differ", payment: id, code: "OURS_ONLY") }
        if report.gatewayOnlyCount + report.amountCount > 0 {
            self.payments.metrics.incident("books-differ", payment: 0, code: "GATEWAY")
        }
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

    static let match = PostgresStatement(
        "gateway_row_match",
        """
        UPDATE gateway_row AS g SET payment_id = found.id FROM (
            SELECT row.id AS row_id, coalesce(
                (SELECT id FROM payment WHERE order_id = row.order_id AND gateway = row.gateway),
                (SELECT id FROM payment WHERE provider_key = row.provider_key AND gateway = row.gateway)) AS id
            FROM gateway_row AS row WHERE row.gateway = $1 AND row.payment_id IS NULL) AS found
        WHERE g.id = found.row_id AND found.id IS NOT NULL
        """, purpose: .background, timeout: .seconds(60))

    /// Of the time, and whatever of earlier times is open. Payments are counted, and rows that are of none.
    static let judge = PostgresStatement(
        "gateway_row_judge",
        """
        WITH judged AS (
            UPDATE gateway_row AS g SET difference = found.difference,
                resolved_at = CASE WHEN found.difference IS NULL
                    THEN coalesce(g.resolved_at, CASE WHEN g.difference IS NOT NULL THEN now() END) END
            FROM (
                SELECT r.id, CASE
                    WHEN p.id IS NULL THEN 'GATEWAY_ONLY'
                    -- What came and went before we saw it is nobody's.
                    WHEN p.captured_at IS NULL THEN CASE WHEN net.amount <> 0 THEN 'GATEWAY_ONLY' END
                    WHEN r.currency <> p.captured_currency THEN 'AMOUNT'
                    WHEN net.amount <> p.captured - p.refunded + apart.amount
                        AND coalesce((SELECT max(greatest(completed_at, reversed_at)) FROM refund
                            WHERE payment_id = p.id) < $3, true) THEN 'AMOUNT' END AS difference
                FROM gateway_row AS r LEFT JOIN payment AS p ON p.id = r.payment_id
                    LEFT JOIN LATERAL (
                        SELECT sum(amount) AS amount FROM gateway_row WHERE payment_id = p.id) AS net ON true
                    -- What the house has paid itself no company lists; what a bank took beyond that it does.
                    LEFT JOIN LATERAL (
                        SELECT coalesce(sum(amount) FILTER (WHERE settled_note IS NOT NULL), 0)
                            - coalesce(sum(excess) FILTER (WHERE status = 'SUCCEEDED'), 0) AS amount
                        FROM refund WHERE payment_id = p.id) AS apart ON true
                WHERE r.gateway = $1 AND (r.at >= $2 AND r.at < $3
                    OR r.difference IS NOT NULL AND r.resolved_at IS NULL)) AS found
            WHERE g.id = found.id
            RETURNING g.difference, coalesce(g.payment_id, -g.id) AS subject)
        SELECT difference, count(DISTINCT subject)::int FROM judged WHERE difference IS NOT NULL GROUP BY difference
        """, purpose: .background, timeout: .seconds(60))

    static let lookAgain = PostgresStatement(
        "gateway_row_look_again",
        """
        UPDATE payment AS p SET next_look_at = now() FROM gateway_row AS g
        WHERE g.payment_id = p.id AND g.gateway = $1 AND g.difference IS NOT NULL AND g.resolved_at IS NULL
        """, purpose: .background)

    /// Ours of that time of which the company lists nothing in it, and not as much altogether.
    static let missing = PostgresStatement(
        "gateway_row_missing",
        """
        SELECT p.id FROM payment AS p
        WHERE p.gateway = $1 AND p.captured > 0 AND p.id IN (
                SELECT id FROM payment WHERE gateway = $1 AND captured_at >= $2 AND captured_at < $3
                UNION
                SELECT payment_id FROM refund WHERE completed_at >= $2 AND completed_at < $3 AND amount > 0)
            AND (SELECT coalesce(sum(amount), 0) FROM gateway_row WHERE payment_id = p.id) <> p.captured - p.refunded
                + (SELECT coalesce(sum(amount) FILTER (WHERE settled_note IS NOT NULL), 0)
                    - coalesce(sum(excess) FILTER (WHERE status = 'SUCCEEDED'), 0) FROM refund WHERE payment_id = p.id)
            AND NOT EXISTS (SELECT FROM refund WHERE payment_id = p.id AND greatest(completed_at, reversed_at) >= $3)
            AND NOT EXISTS (SELECT FROM gateway_row WHERE payment_id = p.id AND at >= $2 AND at < $3)
        ORDER BY p.id LIMIT $4
        """, effect: .reads, purpose: .background, timeout: .seconds(60))
}
