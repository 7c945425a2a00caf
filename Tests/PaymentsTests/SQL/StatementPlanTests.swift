import Foundation
import Postgres
import Testing

@testable import Payments

/// Tables that grow for years are never gone through as a whole by what is asked often.
@Suite("Statements on large tables", .timeLimit(.minutes(5)))
struct StatementPlanTests {
    private static let largeTables = [
        "payment", "refund", "refund_line", "payment_event", "settlement", "settlement_item", "settlement_due",
        "gateway_row", "webhook_inbox",
    ]

    /// Each with what is asked for.
    private static let statements: [(PostgresStatement, String)] = [
        (PaymentStatements.get, "1"), (PaymentStatements.lockWaiting, "1"), (PaymentStatements.hasCapture, "1, 2"),
        (PaymentStatements.find, "'toss', 'podo-1', NULL"), (PaymentStatements.find, "'toss', NULL, 'key-1'"),
        (PaymentStatements.findByRefund, "'toss', 'cancel-7'"),
        (PaymentStatements.takeDue, "8, 45, '{toss}', true"), (PaymentStatements.settledIsRead, "1, 5"),
        (PaymentStatements.note, "1, 'doubt', '{}'"), (PaymentStatements.ofMember, "1, 99999999, 20"),
        (PaymentStatements.storeHint, "'toss', 'k', 't', 'podo-1', 10, true, 0"),
        (PaymentStatements.lockPlain, "'{1,2}'"), (PaymentStatements.endKnownWebhooks, "50"),
        (PaymentStatements.takeWebhooks, "8, 45, '{toss}', true"), (PaymentStatements.sweepWebhooks, "2592000, 1000"),
        (PaymentListStatements.ofSeller, "7, 99999999, 20"),
        (PaymentListStatements.ofReservation, "7, NULL, 99999999, 20"),
        (PaymentListStatements.all(nil), "99999999, 20"), (PaymentListStatements.all(.waiting), "99999999, 20"),
        (PaymentListStatements.all(.completed), "99999999, 20"), (PaymentListStatements.all(.failed), "99999999, 20"),
        (PaymentListStatements.all(.canceled), "99999999, 20"),
        (PaymentListStatements.all(.partCanceled), "99999999, 20"),
        (PaymentListStatements.refundsOfPayment, "7, NULL, 99999999, 20"),
        (PaymentListStatements.refundsInStatus, "'FAILED', 99999999, 20"),
        (PaymentListStatements.refunds, "99999999, 20"),
        (PaymentListStatements.settlementsOfSeller, "7, NULL, NULL, 99999999, 20"),
        (PaymentListStatements.settlementsOfDay, "'2026-11-01', NULL, 99999999, 20"),
        (PaymentListStatements.settlementsInStatus, "'CALCULATED', 99999999, 20"),
        (PaymentListStatements.settlements, "99999999, 20"),
        (RefundStatements.covering, "7, '{1}'"), (RefundStatements.ofPayment, "7"),
        (RefundStatements.takeDue, "8, 45, '{toss}', true"), (RefundStatements.sweepPage, "3, 0, 50"),
        (RefundStatements.sweepEnds, "3, 60"),
        (SettlementStatements.sellers, "'2026-11-01', 'Asia/Seoul', 200, 0, ''"),
        (SettlementStatements.addItems, "1, 7, 'KRW', '2026-11-01', 'Asia/Seoul'"),
        (SettlementStatements.carryIn, "1, 7, 'KRW', '2026-11-01'"), (SettlementStatements.sums, "1"),
        (BookComparison.match, "'toss'"), (BookComparison.judge, "'toss', '2026-11-01', '2026-11-02'"),
        (BookComparison.lookAgain, "'toss'"), (BookComparison.missing, "'toss', '2026-11-01', '2026-11-02', 100"),
        (BookComparison.keepGaps, "'toss', '{1}'"), (BookComparison.closeGaps, "'toss'"),
        (SettlementStatements.items, "1, '', 0, 1000"), (Payments.memories, "'simulator', 99999999, 500"),
        (Payments.openDifferences, "1, 7, 20"), (RefundStatements.findAskedBy, "'member:1 k'"),
    ]

    private static let fill = """
        SET session_replication_role = replica;
        INSERT INTO payment (order_id, reservation_id, member_id, seller_id, concert_id, gateway, order_name, amount,
            currency, status, phase, provider_key, orphan, captured, captured_currency, captured_at, refunded,
            failure_code, next_look_at)
        SELECT 'podo-' || n, n, n % 5000, n % 300, n % 400, CASE n % 3 WHEN 0 THEN 'simulator' ELSE 'toss' END, 'x',
            1000, 'KRW', s, CASE s WHEN 'WAITING' THEN 'IN_FLIGHT' ELSE 'SETTLED' END, 'key-' || n, false,
            CASE WHEN s IN ('WAITING', 'FAILED') THEN 0 ELSE 1000 END,
            CASE WHEN s IN ('WAITING', 'FAILED') THEN NULL ELSE 'KRW' END,
            CASE WHEN s IN ('WAITING', 'FAILED') THEN NULL ELSE now() - n * interval '1 minute' END,
            CASE s WHEN 'CANCELED' THEN 1000 WHEN 'PART_CANCELED' THEN 500 ELSE 0 END,
            CASE s WHEN 'FAILED' THEN 'x' END,
            CASE s WHEN 'WAITING' THEN now() - interval '1 second' END
        FROM generate_series(1, 40000) AS n, LATERAL (SELECT CASE WHEN n % 400 = 0 THEN 'WAITING'
            WHEN n % 20 = 1 THEN 'FAILED' WHEN n % 20 = 2 THEN 'CANCELED' WHEN n % 100 = 3 THEN 'PART_CANCELED'
            ELSE 'COMPLETED' END AS s) AS state;
        INSERT INTO payment_event (payment_id, kind) SELECT n, 'state' FROM generate_series(1, 40000) AS n;
        INSERT INTO refund (payment_id, amount, currency, cause, reason, status, idempotency_key, provider_key,
            completed_at, failure_code, next_try_at)
        SELECT n * 2, 500, 'KRW', 'MEMBER', '', s, 'r' || n, 'cancel-' || n,
            CASE s WHEN 'SUCCEEDED' THEN now() - n * interval '1 minute' END, CASE s WHEN 'FAILED' THEN 'x' END,
            CASE s WHEN 'UNKNOWN' THEN now() END
        FROM generate_series(1, 20000) AS n, LATERAL (SELECT CASE WHEN n % 500 = 0 THEN 'FAILED'
            WHEN n % 500 = 1 THEN 'UNKNOWN' ELSE 'SUCCEEDED' END AS s) AS state;
        INSERT INTO refund_line SELECT n, n, n, 500 FROM generate_series(1, 20000) AS n;
        INSERT INTO settlement (seller_id, business_date, currency, status, gross)
        SELECT n % 300, date '2026-01-01' + n / 300, 'KRW', CASE n % 50 WHEN 0 THEN 'CARRIED' ELSE 'CALCULATED' END, 9
        FROM generate_series(1, 20000) AS n;
        UPDATE settlement SET carried_to = id + 1 WHERE status = 'CARRIED' AND id % 100 <> 0;
        INSERT INTO settlement_item (ref_type, ref_id, settlement_id, amount)
        SELECT t, n, n / 4 + 1, 1000
        FROM generate_series(1, 40000) AS n, (VALUES ('PAYMENT'), ('GATEWAY_FEE')) AS k (t);
        INSERT INTO settlement_due (ref_type, ref_id, seller_id, currency, at, amount)
        SELECT 'PAYMENT', 100000 + n, n % 300, 'KRW', now() - n * interval '1 minute', 1000
        FROM generate_series(1, 20000) AS n;
        INSERT INTO gateway_row (gateway, transaction_key, provider_key, order_id, amount, fee, currency, at,
            payment_id)
        SELECT 'toss', 't' || n, 'key-' || n, 'podo-' || n, 1000, 25, 'KRW', now() - n * interval '1 minute', n
        FROM generate_series(1, 40000) AS n;
        INSERT INTO webhook_inbox (gateway, event_key, event_type, is_signed, body, received_at, processed_at,
            next_try_at)
        SELECT 'toss', 'e' || n, 'x', true, '', now() - n * interval '1 minute',
            CASE WHEN n % 200 <> 0 THEN now() END, now()
        FROM generate_series(1, 40000) AS n;
        SET session_replication_role = DEFAULT;
        ANALYZE;
        """

    @Test("go by an index, whatever is asked for")
    func plans() throws {
        let rig = try PaymentRig()
        try rig.sql(Self.fill)
        var script = "SET plan_cache_mode = force_generic_plan;\n"
        for (index, (statement, values)) in Self.statements.enumerated() {
            script += "PREPARE s\(index) AS \(statement.sql.description);\n"
            script += "SELECT '--\(index)';\nEXPLAIN (COSTS OFF) EXECUTE s\(index)(\(values));\n"
        }
        let plans = try rig.sql(script).components(separatedBy: "--").dropFirst()
        #expect(plans.count == Self.statements.count)
        for plan in plans {
            let lines = plan.split(separator: "\n")
            let index = try #require(lines.first.flatMap { Int($0) })
            for table in Self.largeTables {
                let scans = lines.filter { line in
                    guard let found = line.range(of: "Seq Scan on \(table)") else { return false }
                    return found.upperBound == line.endIndex || line[found.upperBound] == " "
                }
                #expect(scans.isEmpty, "\(Self.statements[index].0.name): \(plan)")
            }
        }
    }
}
