import Commerce
import HTTPServer
import Observability
import Postgres
import Primitives
import Synchronization
import Testing

@testable import Payments

@Suite("Closing business days", .timeLimit(.minutes(5)))
struct DailyBooksTests {
    private static let comparing = #"{work="compare scripted"}"#
    private static let settling = #"{work="settle"}"#

    /// Due at midnight, so that no hour of the day changes what is due.
    private static func limits() -> DailyBooksLimits {
        var limits = DailyBooksLimits()
        limits.compareTime = .seconds(0)
        limits.settleTime = .seconds(0)
        return limits
    }

    private static func books(
        _ rig: PaymentRig, _ limits: DailyBooksLimits = limits(), registry: MetricsRegistry? = nil
    ) -> DailyBooks {
        DailyBooks(
            payments: rig.payments, companies: ["scripted"], limits: limits, registry: registry ?? rig.registry)
    }

    /// Paid at noon so many days ago, where business days are.
    private static func paid(_ rig: PaymentRig, daysAgo: Int) async throws -> PaymentRow {
        let payment = try await rig.paid()
        try rig.sql("ALTER TABLE payment DISABLE TRIGGER audit_touch")
        try rig.sql(
            """
            UPDATE payment SET created_at = noon, captured_at = noon FROM (
                SELECT ((now() AT TIME ZONE 'Asia/Seoul')::date - \(daysAgo) + time '12:00') AT TIME ZONE 'Asia/Seoul'
                    AS noon) AS day WHERE id = \(payment.id)
            """)
        return payment
    }

    /// A line of the company's list.
    private static func list(_ rig: PaymentRig, _ payment: PaymentRow, _ amount: Int64, daysAgo: Int) throws {
        let noon = try #require(
            Int64(
                try rig.sql(
                    """
                    SELECT extract(epoch FROM ((now() AT TIME ZONE 'Asia/Seoul')::date - \(daysAgo) + time '12:00')
                        AT TIME ZONE 'Asia/Seoul')::bigint * 1000
                    """)))
        rig.gateway.change { state in
            state.transactions.append(
                GatewayTransaction(
                    key: "t\(state.transactions.count)", providerKey: "key-\(payment.orderID)",
                    orderID: payment.orderID, amount: Money(amount), fee: Money(100),
                    at: WallClock(unixMilliseconds: noon)))
        }
    }

    private static func work(_ rig: PaymentRig, of work: String) throws -> String {
        try rig.sql(
            """
            SELECT string_agg((now() AT TIME ZONE 'Asia/Seoul')::date - business_date
                || (CASE WHEN finished_at IS NULL THEN ' open ' ELSE ' done ' END) || attempts || ' ' || differences,
                ', ' ORDER BY business_date) FROM day_work WHERE work = '\(work)'
            """)
    }

    @Test("is done once for every day since the first payment, by however many processes")
    func once() async throws {
        let rig = try PaymentRig()
        for daysAgo in [3, 2] {
            try Self.list(rig, try await Self.paid(rig, daysAgo: daysAgo), 100_000, daysAgo: daysAgo)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let books = Self.books(rig, registry: MetricsRegistry(loopCount: 1))
                    while try await books.work() {}
                }
            }
            try await group.waitForAll()
        }
        #expect(try Self.work(rig, of: "compare scripted") == "3 done 1 0, 2 done 1 0, 1 done 1 0")
        #expect(try Self.work(rig, of: "settle") == "3 done 1 0, 2 done 1 0, 1 done 1 0")
        #expect(try rig.sql("SELECT string_agg(gross::text, ' ') FROM settlement") == "100000 100000")
        #expect(try rig.sql("SELECT count(*) FROM settlement_item WHERE ref_type = 'PAYMENT'") == "2")
        #expect(try await rig.payments.checkInvariants() == [])
        // Another process knows what was done.
        let books = Self.books(rig)
        #expect(try await !books.work())
        #expect((rig.metric("podo_payments_closed_day_timestamp_seconds" + Self.settling) ?? 0) > 0)
        #expect((rig.metric("podo_payments_day_closed_timestamp_seconds" + Self.comparing) ?? 0) > 0)
        #expect(rig.metric(#"podo_payments_book_differences{company="scripted"}"#) == 0)
    }

    @Test("is not done before its time, nor without a payment, nor further back than can be made up for")
    func times() async throws {
        let rig = try PaymentRig()
        let early = Self.books(rig, registry: MetricsRegistry(loopCount: 1))
        #expect(try await !early.work())
        for daysAgo in [9, 3] { _ = try await Self.paid(rig, daysAgo: daysAgo) }
        var limits = DailyBooksLimits()
        limits.compareTime = .seconds(2 * 86_400)
        limits.settleTime = .seconds(20 * 86_400)
        limits.dayCountMax = 5
        let books = Self.books(rig, limits)
        while try await books.work() {}
        #expect(try Self.work(rig, of: "compare scripted").hasPrefix("5 done 1 0, 4 done 1 0, 3 done 1 1"))
        #expect(try Self.work(rig, of: "settle") == "")
    }

    @Test("waits for a company that does not answer, and settles without it")
    func silent() async throws {
        let rig = try PaymentRig()
        let payment = try await Self.paid(rig, daysAgo: 1)
        rig.gateway.change { $0.isSilent = true }
        let books = Self.books(rig)
        while try await books.work() {}
        #expect(try Self.work(rig, of: "compare scripted") == "1 open 1 0")
        #expect(try Self.work(rig, of: "settle") == "1 done 1 0")
        #expect(rig.metric("podo_payments_day_closed_timestamp_seconds" + Self.comparing) == 0)
        rig.gateway.change { $0.isSilent = false }
        #expect(try await !books.work())
        try Self.list(rig, payment, 100_000, daysAgo: 1)
        try rig.sql("UPDATE day_work SET next_try_at = now() WHERE finished_at IS NULL")
        while try await books.work() {}
        #expect(try Self.work(rig, of: "compare scripted") == "1 done 2 0")
    }

    @Test("goes on with a long list where it has come to, and judges nothing by a part of it")
    func longList() async throws {
        var limits = PaymentLimits()
        limits.listPageCountMax = 2
        let rig = try PaymentRig(limits: limits)
        let payment = try await Self.paid(rig, daysAgo: 1)
        for amount in [10_000, 20_000, 30_000, 40_000, -1, 1] as [Int64] {
            try Self.list(rig, payment, amount, daysAgo: 1)
        }
        rig.gateway.change { $0.transactionPageCount = 1 }
        let books = Self.books(rig)
        #expect(try await books.work())
        #expect(try Self.work(rig, of: "compare scripted") == "1 open 1 0")
        #expect(try rig.sql("SELECT cursor, unreadable FROM day_work WHERE cursor IS NOT NULL") == "2|2")
        // A company that is away loses nothing of it.
        rig.gateway.change { $0.isSilent = true }
        #expect(try await books.work())
        #expect(try rig.sql("SELECT cursor FROM day_work WHERE cursor IS NOT NULL") == "2")
        rig.gateway.change { $0.isSilent = false }
        try rig.sql("UPDATE day_work SET next_try_at = now()")
        #expect(try await books.work())
        #expect(try rig.sql("SELECT count(*) FROM gateway_row") == "4")
        #expect(rig.metric(#"podo_payments_incidents_total{kind="books-differ"}"#) == 0)
        while try await books.work() {}
        #expect(try Self.work(rig, of: "compare scripted") == "1 done 4 6")
        #expect(try rig.sql("SELECT count(*) FROM gateway_row WHERE difference IS NOT NULL") == "0")
        #expect(rig.metric(#"podo_payments_incidents_total{kind="books-differ"}"#) == 0)
    }

    @Test("begins a list anew when the company does not know the place in it any more")
    func lostPlace() async throws {
        let rig = try PaymentRig()
        try Self.list(rig, try await Self.paid(rig, daysAgo: 1), 100_000, daysAgo: 1)
        let books = Self.books(rig)
        try rig.sql(
            """
            INSERT INTO day_work (work, business_date, next_try_at, cursor)
            SELECT 'compare scripted', (now() AT TIME ZONE 'Asia/Seoul')::date - 1, now(), 'x'
            """)
        while try await books.work() {}
        #expect(try Self.work(rig, of: "compare scripted") == "1 open 2 0")
        try rig.sql("UPDATE day_work SET next_try_at = now()")
        while try await books.work() {}
        #expect(try Self.work(rig, of: "compare scripted") == "1 done 3 0")
    }

    @Test("of a seller that cannot be settled is tried again, then left to the next day, and is nobody else's loss")
    func failingSeller() async throws {
        let rig = try PaymentRig()
        for daysAgo in [2, 1] { _ = try await Self.paid(rig, daysAgo: daysAgo) }
        // Before the first of them by number.
        try rig.sql("UPDATE payment SET seller_id = 202 WHERE id = (SELECT min(id) FROM payment)")
        try rig.sql("UPDATE settlement_due SET seller_id = 202 WHERE ref_id = (SELECT min(id) FROM payment)")
        let other = try await Self.paid(rig, daysAgo: 2)
        try rig.sql(
            """
            CREATE FUNCTION no_settlement() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF NEW.seller_id = 201 THEN RAISE 'no'; END IF; RETURN NEW; END $$;
            CREATE TRIGGER no_settlement BEFORE INSERT ON settlement FOR EACH ROW EXECUTE FUNCTION no_settlement()
            """)
        var limits = Self.limits()
        limits.settleCountMax = 2
        let books = Self.books(rig, limits)
        while try await books.work() {}
        #expect(try Self.work(rig, of: "settle") == "2 open 1 0")
        #expect(try rig.sql("SELECT seller_id, gross FROM settlement") == "202|100000")
        #expect(rig.metric(#"podo_payments_work_failures_total{work="settle"}"#) == 1)
        try rig.sql("UPDATE day_work SET next_try_at = now()")
        while try await books.work() {}
        #expect(try Self.work(rig, of: "settle") == "2 done 2 1, 1 open 1 0")
        try rig.sql("DROP TRIGGER no_settlement ON settlement; UPDATE day_work SET next_try_at = now()")
        while try await books.work() {}
        #expect(try Self.work(rig, of: "settle") == "2 done 2 1, 1 done 2 0")
        // Both of his days.
        #expect(try rig.sql("SELECT gross FROM settlement WHERE seller_id = 201") == "200000")
        #expect(try rig.sql("SELECT count(*) FROM settlement_due WHERE ref_id = \(other.id)") == "0")
        #expect(try await rig.payments.checkInvariants() == [])
    }

    @Test("is not held up by one that is too old to be made up for, which a person closes")
    func tooOld() async throws {
        let rig = try PaymentRig()
        _ = try await Self.paid(rig, daysAgo: 16)
        _ = try await Self.paid(rig, daysAgo: 1)
        try rig.sql(
            """
            INSERT INTO day_work (work, business_date, next_try_at)
            SELECT 'settle', (now() AT TIME ZONE 'Asia/Seoul')::date - 15, now()
            """)
        let books = Self.books(rig)
        while try await books.work() {}
        #expect(try Self.work(rig, of: "settle").hasSuffix("2 done 1 0, 1 done 1 0"))
        #expect(try Self.work(rig, of: "settle").hasPrefix("15 open 1 0, 14 done"))
        let day = try rig.sql("SELECT (now() AT TIME ZONE 'Asia/Seoul')::date - 15")
        _ = try await rig.settlements.run(day)
        #expect(try Self.work(rig, of: "settle").hasPrefix("15 done 1 0"))
    }

    @Test("that a process died in the middle of is done by another, later")
    func died() async throws {
        let rig = try PaymentRig()
        try Self.list(rig, try await Self.paid(rig, daysAgo: 1), 100_000, daysAgo: 1)
        try rig.sql(
            """
            INSERT INTO day_work (work, business_date, next_try_at)
            SELECT 'settle', (now() AT TIME ZONE 'Asia/Seoul')::date - 1, now() + interval '1 hour'
            """)
        let books = Self.books(rig)
        while try await books.work() {}
        #expect(try Self.work(rig, of: "settle") == "1 open 1 0")
        try rig.sql("UPDATE day_work SET next_try_at = now()")
        while try await books.work() {}
        #expect(try Self.work(rig, of: "settle") == "1 done 2 0")
    }

    @Test("finds what differs on the day on which it happened, and what was explained since is no difference")
    func differences() async throws {
        let rig = try PaymentRig()
        let payment = try await Self.paid(rig, daysAgo: 3)
        try Self.list(rig, payment, 100_000, daysAgo: 3)
        _ = try await rig.payments.refund(payment.id, seats: nil, reason: "", by: .manager(301))
        try await rig.workAll()
        try rig.sql("UPDATE refund SET completed_at = completed_at - interval '2 days'")
        let books = Self.books(rig)
        while try await books.work() {}
        // The company does not list the refund of two days ago. Of the day before nothing was wrong.
        #expect(try Self.work(rig, of: "compare scripted") == "3 done 1 0, 2 done 1 1, 1 done 1 0")
        #expect(rig.metric(#"podo_payments_incidents_total{kind="books-differ"}"#) == 1)
        #expect(try rig.sql("SELECT count(*) FROM gateway_row WHERE difference IS NOT NULL") == "0")
        let stranger = try await Self.paid(rig, daysAgo: 1)
        try Self.list(rig, stranger, 99_000, daysAgo: 1)
        try rig.sql("UPDATE day_work SET finished_at = NULL, next_try_at = now() WHERE work <> 'settle'")
        while try await books.work() {}
        #expect(try Self.work(rig, of: "compare scripted") == "3 done 2 0, 2 done 2 1, 1 done 2 1")
        #expect(rig.metric(#"podo_payments_book_differences{company="scripted"}"#) == 1)
        try Self.list(rig, stranger, 1_000, daysAgo: 1)
        try Self.list(rig, payment, -100_000, daysAgo: 2)
        try rig.sql("UPDATE day_work SET finished_at = NULL, next_try_at = now() WHERE work <> 'settle'")
        while try await books.work() {}
        #expect(try Self.work(rig, of: "compare scripted") == "3 done 3 0, 2 done 3 0, 1 done 3 0")
        #expect(
            try rig.sql("SELECT count(*) FROM gateway_row WHERE difference IS NULL AND resolved_at IS NOT NULL") == "1")
    }
}
