import Commerce
import HTTPServer
import Observability
import Postgres
import Primitives
import Testing

@testable import Payments

@Suite("Settling", .timeLimit(.minutes(5)))
struct SettlementTests {
    /// The day before yesterday in Seoul, and a moment of it.
    private static func day(_ rig: PaymentRig, _ ago: Int = 2) throws -> String {
        try rig.sql("SELECT ((now() AT TIME ZONE 'Asia/Seoul')::date - \(ago))::text")
    }

    /// As if it had happened then, where business days are.
    private static func move(_ rig: PaymentRig, _ payment: PaymentRow, to time: String) throws {
        try rig.sql(
            "UPDATE payment SET captured_at = '\(time)'::timestamp AT TIME ZONE 'Asia/Seoul' WHERE id = \(payment.id)")
        try rig.sql(
            """
            UPDATE refund SET completed_at = '\(time)'::timestamp AT TIME ZONE 'Asia/Seoul'
            WHERE payment_id = \(payment.id) AND completed_at IS NOT NULL
            """)
    }

    private static func totals(_ rig: PaymentRig) throws -> String {
        try rig.sql(
            """
            SELECT business_date || ' ' || seller_id || ' ' || status || ' ' || gross || ' ' || refunds || ' '
                || gateway_fee || ' ' || platform_fee || ' ' || vat || ' ' || carried_in || ' ' || net
            FROM settlement ORDER BY business_date, seller_id
            """)
    }

    @Test("a day comes to what was sold less what went back and the fees, and a second run changes nothing")
    func rerun() async throws {
        let rig = try PaymentRig()
        let day = try Self.day(rig)
        let one = try await rig.paid([100_010])
        let two = try await rig.paid([40_000, 10_000])
        _ = try await rig.payments.refund(
            two.id, seats: [two.reservationID * 100 + 1], reason: "", by: .manager(301))
        let orphan = try await rig.begun()
        try rig.sql("UPDATE test_seat SET state = 'LOST' WHERE order_id = \(orphan.reservationID)")
        _ = try await rig.confirm(orphan)
        try await rig.workAll()
        try await rig.checkBooks()
        for payment in [one, two, orphan] { try Self.move(rig, payment, to: "\(day) 12:00") }
        try rig.sql(
            """
            INSERT INTO gateway_row (gateway, transaction_key, provider_key, amount, fee, currency, at, payment_id)
            SELECT 'scripted', 't' || id, provider_key, captured, 1000, 'KRW', captured_at, id FROM payment
            """)
        #expect(try await rig.settlements.run(day).sellerCount == 1)
        // 150010 - 10000: a fee of 7000.5, half up, and a tenth of it, down.
        let totals = "\(day) 201 CALCULATED 150010 10000 2000 7001 700 0 130309"
        #expect(try Self.totals(rig) == totals)
        for _ in 0..<2 { #expect(try await rig.settlements.run(day).sellerCount == 0) }
        #expect(try Self.totals(rig) == totals)
        #expect(try await rig.payments.checkInvariants().isEmpty)
    }

    @Test("what comes later joins the day as long as it is not approved, and the next day after that")
    func late() async throws {
        let rig = try PaymentRig()
        let (day, next) = (try Self.day(rig), try Self.day(rig, 1))
        let payments = [try await rig.paid([10_000]), try await rig.paid([20_000]), try await rig.paid([40_000])]
        try Self.move(rig, payments[0], to: "\(day) 10:00")
        _ = try await rig.settlements.run(day)
        try Self.move(rig, payments[1], to: "\(day) 11:00")
        _ = try await rig.settlements.run(day)
        #expect(try rig.sql("SELECT gross FROM settlement") == "30000")
        // What was seen before the second sale is not what it comes to.
        #expect(
            await PaymentFlowTests.code { _ = try await rig.settlements.approve(1, net: 9450, by: 301) }
                == "invalid-state")
        _ = try await rig.settlements.approve(1, net: 28_350, by: 301)
        try Self.move(rig, payments[2], to: "\(day) 12:00")
        _ = try await rig.settlements.run(day)
        #expect(try rig.sql("SELECT gross FROM settlement") == "30000")
        _ = try await rig.settlements.run(next)
        #expect(try rig.sql("SELECT string_agg(gross::text, ' ' ORDER BY id) FROM settlement") == "30000 40000")
        #expect(try await rig.payments.checkInvariants().isEmpty)
    }

    @Test(
        "the zone of business days is one that the database knows, or an operator is told",
        arguments: ["Asia/Seoul", "Mars/Base"])
    func zone(name: String) async throws {
        let rig = try PaymentRig(
            options: PaymentOptions(gateway: "scripted", publicURL: "https://podo.test", timeZone: name))
        try await rig.payments.tellOfUnknownTimeZone()
        #expect(rig.log.lines.contains { $0.contains("time-zone is unknown") } == (name == "Mars/Base"))
    }

    @Test("a day ends at midnight where business is done")
    func boundary() async throws {
        let rig = try PaymentRig()
        let (day, next) = (try Self.day(rig), try Self.day(rig, 1))
        let (one, two) = (try await rig.paid([10_000]), try await rig.paid([20_000]))
        try Self.move(rig, one, to: "\(day) 23:59:59.999999")
        try Self.move(rig, two, to: "\(next) 00:00")
        _ = try await rig.settlements.run(day)
        #expect(try rig.sql("SELECT string_agg(gross::text, ' ' ORDER BY id) FROM settlement") == "10000")
        _ = try await rig.settlements.run(nil)
        #expect(
            try rig.sql("SELECT string_agg(business_date || ' ' || gross, ' ' ORDER BY id) FROM settlement")
                == "\(day) 10000 \(next) 20000")
    }

    @Test("a day that is not over, or is none, is not settled", arguments: ["2026-02-30", "tomorrow!!", "20260101"])
    func noDay(day: String) async throws {
        let rig = try PaymentRig()
        #expect(await PaymentFlowTests.code { _ = try await rig.settlements.run(day) } == "invalid-request")
        let today = try Self.day(rig, 0)
        #expect(await PaymentFlowTests.code { _ = try await rig.settlements.run(today) } == "invalid-state")
    }

    @Test("less than nothing is carried into the next day, once")
    func carried() async throws {
        let rig = try PaymentRig()
        let days = try (1...4).map { try Self.day(rig, 5 - $0) }
        let sold = try await rig.paid([50_000])
        try Self.move(rig, sold, to: "\(days[0]) 10:00")
        _ = try await rig.settlements.run(days[0])
        _ = try await rig.settlements.approve(1, net: 47_250, by: 301)
        _ = try await rig.payments.refund(sold.id, seats: nil, reason: "", by: .manager(301))
        try await rig.workAll()
        try rig.sql(
            "UPDATE refund SET completed_at = '\(days[1]) 10:00'::timestamp AT TIME ZONE 'Asia/Seoul'")
        _ = try await rig.settlements.run(days[1])
        #expect(try rig.sql("SELECT status || ' ' || net FROM settlement WHERE id = 2") == "CARRIED -47250")
        #expect(
            await PaymentFlowTests.code { _ = try await rig.settlements.approve(2, net: -47_250, by: 301) }
                == "invalid-state")
        for (index, price) in [(2, 100_000), (3, 10_000)] as [(Int, Int64)] {
            let payment = try await rig.paid([price])
            try Self.move(rig, payment, to: "\(days[index]) 10:00")
            for _ in 0..<2 { _ = try await rig.settlements.run(days[index]) }
        }
        #expect(
            try rig.sql("SELECT string_agg(carried_in || ' ' || net, ', ' ORDER BY business_date) FROM settlement")
                == "0 47250, 0 -47250, -47250 47250, 0 9450")
        let third = try rig.sql("SELECT id FROM settlement WHERE business_date = '\(days[2])'")
        #expect(try rig.sql("SELECT carried_to FROM settlement WHERE id = 2") == third)
        #expect(try await rig.payments.checkInvariants().isEmpty)
    }

    @Test("a payout goes step by step, and empties what the seller is owed")
    func payout() async throws {
        let rig = try PaymentRig()
        let day = try Self.day(rig)
        try Self.move(rig, try await rig.paid([100_000]), to: "\(day) 10:00")
        _ = try await rig.settlements.run(day)
        let settlements = rig.settlements
        func code(_ body: () async throws -> SettlementRow) async -> String? {
            await PaymentFlowTests.code { _ = try await body() }
        }
        #expect(await code { try await settlements.requestPayout(1, by: 301) } == "invalid-state")
        #expect(try await settlements.approve(1, net: 94_500, by: 301).status == .approved)
        #expect(await code { try await settlements.approve(1, net: 94_500, by: 301) } == "invalid-state")
        #expect(await code { try await settlements.endPayout(1, isPaid: true, by: 301) } == "invalid-state")
        let key = try rig.sql("SELECT payout_key FROM settlement")
        #expect(try await settlements.requestPayout(1, by: 301).status == .payoutRequested)
        #expect(try await settlements.endPayout(1, isPaid: false, by: 301).status == .failed)
        #expect(try await settlements.requestPayout(1, by: 301).status == .payoutRequested)
        #expect(try await settlements.endPayout(1, isPaid: true, by: 301).status == .paid)
        #expect(await code { try await settlements.endPayout(1, isPaid: true, by: 301) } == "invalid-state")
        #expect(await code { try await settlements.approve(99, net: 1, by: 301) } == "not-found")
        #expect(try rig.sql("SELECT payout_key FROM settlement") == key)
        for (account, balance) in [
            (.sellerPayable(201), 0), (.gatewayReceivable, 100_000), (.platformRevenue, -5000), (.vatPayable, -500),
            (.bank, -94_500),
        ] as [(LedgerAccount, Int64)] {
            #expect(try await Ledger.balance(of: account, .krw, in: rig.database) == balance, "\(account)")
        }
        #expect(try rig.sql("SELECT count(*) FROM outbox WHERE topic = 'settlement.paid'") == "1")
    }

    @Test("many who run a day at once settle it once")
    func race() async throws {
        let rig = try PaymentRig()
        let day = try Self.day(rig)
        for price in [10_000, 20_000, 30_000] as [Int64] {
            try Self.move(rig, try await rig.paid([price]), to: "\(day) 10:00")
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<5 { group.addTask { _ = try await rig.settlements.run(day) } }
            try await group.waitForAll()
        }
        #expect(try Self.totals(rig) == "\(day) 201 CALCULATED 60000 0 0 3000 300 0 56700")
    }

    @Test("is written as a table that sums up, and that no spreadsheet takes for more than that")
    func csv() async throws {
        let rig = try PaymentRig()
        let day = try Self.day(rig)
        let payment = try await rig.paid([100_000])
        try Self.move(rig, payment, to: "\(day) 10:00")
        _ = try await rig.settlements.run(day)
        let settlement = try #require(try await rig.settlements.settlement(1))
        let text = String(decoding: try await rig.settlements.csv(settlement).bytes, as: UTF8.self)
        let lines = text.split(separator: "\r\n").map(String.init)
        #expect(lines[0] == "\u{FEFF}type,id,order_id,at,amount,currency")
        #expect(lines[1].hasPrefix("PAYMENT,\(payment.id),\"\(payment.orderID)\",\(day)T01:00:00.000Z,100000,KRW"))
        #expect(lines.last == "NET,1,,\(day),94500,KRW" && lines.count == 9)
        #expect(CSVField.quoted("=a\"b") == "\"'=a\"\"b\"" && CSVField.quoted("") == "")
    }

    @Test("that is too long for one answer is told in parts, and says where the next one is")
    func csvParts() async throws {
        let rig = try PaymentRig()
        let day = try Self.day(rig)
        try Self.move(rig, try await rig.paid([100_000]), to: "\(day) 10:00")
        _ = try await rig.settlements.run(day)
        try rig.sql(
            """
            INSERT INTO gateway_row (gateway, transaction_key, provider_key, amount, fee, currency, at)
            SELECT 'scripted', 't' || n, 'k', 1, 1, 'KRW', now() FROM generate_series(1, 2500) AS n;
            INSERT INTO settlement_item (ref_type, ref_id, settlement_id, amount)
            SELECT 'GATEWAY_FEE', id, 1, -1 FROM gateway_row
            """)
        let settlement = try #require(try await rig.settlements.settlement(1))
        var (after, lines): (String?, [Substring]) = (nil, [])
        var partCount = 0
        repeat {
            let part = try await rig.settlements.csv(settlement, after: after, countMax: 1000)
            let text = String(decoding: part.bytes, as: UTF8.self)
            #expect(text.contains("NET") == (part.next == nil))
            lines += text.split(separator: "\r\n").dropFirst()
            (after, partCount) = (part.next, partCount + 1)
        } while after != nil
        #expect(partCount == 3)
        // Each movement once, and the sum of the fees at the end.
        #expect(lines.filter { $0.hasPrefix("PAYMENT,") || $0.hasPrefix("GATEWAY_FEE,") }.count == 2502)
    }
}

@Suite("Comparing books", .timeLimit(.minutes(5)))
struct BookComparisonTests {
    private static func transaction(_ payment: PaymentRow, _ key: String, _ amount: Int64) -> GatewayTransaction {
        GatewayTransaction(
            key: key, providerKey: "key-\(payment.orderID)", orderID: payment.orderID, amount: Money(amount),
            fee: Money(250), at: .now)
    }

    @Test("finds money that we know nothing of, money that the company does not list, and sums that differ")
    func differences() async throws {
        let rig = try PaymentRig()
        let payments = [try await rig.paid(), try await rig.paid(), try await rig.paid()]
        let begun = try await rig.begun()
        rig.gateway.put(begun, .paid)
        let stranger = GatewayTransaction(
            key: "t9", providerKey: "p9", orderID: "other-shop", amount: Money(1), fee: nil, at: .now)
        rig.gateway.change { state in
            state.transactions = [
                Self.transaction(payments[0], "t0", 100_000), Self.transaction(payments[1], "t1", 99_999),
                Self.transaction(begun, "t3", 100_000), stranger,
            ]
        }
        let comparison = BookComparison(payments: rig.payments)
        let now = WallClock.now.unixMilliseconds
        let (from, to) = (
            WallClock(unixMilliseconds: now - 3_600_000), WallClock(unixMilliseconds: now + 3_600_000)
        )
        let report = try await comparison.compare("scripted", from: from, to: to)
        #expect(report.importedCount == 4 && report.isComplete)
        #expect((report.gatewayOnlyCount, report.oursOnlyCount, report.amountCount) == (2, 1, 1))
        #expect(
            try rig.sql("SELECT payment_id || ' ' || gateway FROM book_gap WHERE resolved_at IS NULL")
                == "\(payments[2].id) scripted")
        rig.gateway.change { $0.entries[payments[0].orderID]?.isDisputed = true }
        try await rig.reconciler.look(at: payments[0].id)
        let open = try await Self.differences(rig)
        #expect(
            open == [
                "AMOUNT 99999 \(payments[1].id)", "GATEWAY_ONLY 100000 \(begun.id)", "GATEWAY_ONLY 1 -",
                "OURS_ONLY 100000 \(payments[2].id)", "DISPUTE 100000 \(payments[0].id)",
            ], "\(open)")
        // What it has and we do not know is read, and comes into our books.
        while try await rig.reconciler.work() {}
        #expect(try await rig.row(begun).state == .completed)
        let again = try await comparison.compare("scripted", from: from, to: to)
        #expect((again.importedCount, again.gatewayOnlyCount, again.oursOnlyCount, again.amountCount) == (0, 1, 1, 1))
        #expect(
            try rig.sql(
                "SELECT string_agg(transaction_key || coalesce(difference, ''), ' ' ORDER BY id) FROM gateway_row")
                == "t0 t1AMOUNT t3 t9GATEWAY_ONLY")
        // It lists it after all.
        rig.gateway.change { $0.transactions.append(Self.transaction(payments[2], "t2", 100_000)) }
        #expect(try await comparison.compare("scripted", from: from, to: to).oursOnlyCount == 0)
        #expect(try rig.sql("SELECT count(*) FROM book_gap WHERE resolved_at IS NOT NULL") == "1")
    }

    /// What managers are shown, in pages of two.
    private static func differences(_ rig: PaymentRig) async throws -> [String] {
        let client = try PaymentClient(rig, as: 301)
        var found: [String] = []
        var target: String? = "/api/v1/admin/books?limit=2"
        while let path = target {
            let page = try await client.send(.get, path)
            #expect(page.status == 200, "\(page.text)")
            found += page.items.map { item in
                let amount = (item["amount"] as? [String: Any])?["amount"] as? Int ?? 0
                let payment = (item["paymentId"] as? Int).map { "\($0)" } ?? "-"
                return "\(item["kind"] ?? "") \(amount) \(payment)"
            }
            target = (page.json["nextCursor"] as? String).map { "/api/v1/admin/books?limit=2&cursor=\($0)" }
        }
        return found
    }

    @Test("finds a refund that was made elsewhere, and says nothing of what is missing when the list is cut off")
    func refunds() async throws {
        let rig = try PaymentRig()
        let payment = try await rig.paid()
        rig.gateway.refundElsewhere(payment, 100_000)
        rig.gateway.change { state in
            state.transactions = [
                Self.transaction(payment, "t0", 100_000), Self.transaction(payment, "t1", -100_000),
            ]
        }
        let comparison = BookComparison(payments: rig.payments)
        let now = WallClock.now.unixMilliseconds
        let (from, to) = (
            WallClock(unixMilliseconds: now - 3_600_000), WallClock(unixMilliseconds: now + 3_600_000)
        )
        #expect(try await comparison.compare("scripted", from: from, to: to).amountCount == 1)
        while try await rig.reconciler.work() {}
        #expect(try await rig.row(payment).state.status == .canceled)
        #expect(try await comparison.compare("scripted", from: from, to: to).amountCount == 0)
        _ = try await rig.paid()
        rig.gateway.change { $0.isSilent = true }
        let report = try await comparison.compare("scripted", from: from, to: to)
        #expect(!report.isComplete && report.oursOnlyCount == 0)
    }
}
