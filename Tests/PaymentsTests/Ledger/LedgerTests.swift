import Commerce
import Postgres
import TestSupport
import Testing

@testable import Payments

@Suite("The books", .timeLimit(.minutes(5)))
struct LedgerTests {
    @Test("have a journal once, however often it is told")
    func isIdempotent() async throws {
        let rig = try PaymentRig()
        let journal = try #require(
            LedgerJournal(.sale, of: "payment", 7, Money(500), from: .sellerPayable(201), to: .gatewayReceivable))
        for _ in 0..<3 {
            try await rig.database.transaction("test") { transaction in
                try await Ledger.post(journal, in: transaction)
                try await Ledger.post(journal, in: transaction)
            }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    try await rig.database.transaction("test") { try await Ledger.post(journal, in: $0) }
                }
            }
            try await group.waitForAll()
        }
        #expect(try rig.sql("SELECT count(*), sum(amount) FROM ledger_entry") == "2|0")
        #expect(try await Ledger.balance(of: .gatewayReceivable, .krw, in: rig.database) == 500)
        #expect(try await Ledger.balance(of: .gatewayReceivable, .usd, in: rig.database) == 0)
    }

    @Test("take many journals at once, and open each account once")
    func many() async throws {
        let rig = try PaymentRig()
        let journals = (1...40).compactMap { number in
            LedgerJournal(
                .sale, of: "payment", number, Money(number, number % 2 == 0 ? .krw : .usd),
                from: .sellerPayable(201 + number % 3), to: .gatewayReceivable)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for shift in 0..<6 {
                group.addTask {
                    let some = Array(journals[(shift * 4)...].shuffled())
                    try await rig.database.transaction("test") { try await Ledger.post(some + some, in: $0) }
                }
            }
            try await group.waitForAll()
        }
        #expect(try rig.sql("SELECT count(*) FROM ledger_journal") == "40")
        #expect(try rig.sql("SELECT count(*), sum(amount) FROM ledger_entry") == "80|0")
        #expect(try rig.sql("SELECT count(*) FROM ledger_account") == "8")
        #expect(try await Ledger.balance(of: .gatewayReceivable, .krw, in: rig.database) == 420)
        #expect(try await Ledger.balance(of: .sellerPayable(202), .usd, in: rig.database) == -133)
    }

    @Test("do not take what does not sum to zero, what comes later, or a change")
    func walls() async throws {
        let rig = try PaymentRig()
        try rig.sql(
            """
            INSERT INTO ledger_account (code, currency) VALUES ('BANK', 'KRW'), ('VAT_PAYABLE', 'KRW'), ('BANK', 'USD')
            """
        )
        func journal(_ lines: String) -> String {
            let rows = lines.replacing("J", with: "'00000000-0000-0000-0000-000000000001'")
            return """
                BEGIN; INSERT INTO ledger_journal (id, kind, ref_type, ref_id, currency)
                    VALUES ('00000000-0000-0000-0000-000000000001', 'SALE', 'x', 1, 'KRW');
                \(lines.isEmpty ? "" : "INSERT INTO ledger_entry VALUES \(rows);")
                COMMIT
                """
        }
        for lines in ["", "(J, 1, 1, 5)", "(J, 1, 1, 5), (J, 2, 2, -4)", "(J, 1, 1, 5), (J, 2, 3, -5)"] {
            #expect(throws: TestCluster.Failure.self, "\(lines)") { try rig.sql(journal(lines)) }
        }
        try rig.sql(journal("(J, 1, 1, 5), (J, 2, 2, -5)"))
        for change in [
            "UPDATE ledger_entry SET amount = 6", "DELETE FROM ledger_entry", "TRUNCATE ledger_entry",
            "UPDATE ledger_journal SET kind = 'REFUND'", "DELETE FROM ledger_journal",
            "INSERT INTO ledger_entry VALUES ('00000000-0000-0000-0000-000000000001', 3, 1, 5), "
                + "('00000000-0000-0000-0000-000000000001', 4, 2, -5)",
            "UPDATE payment_event SET kind = 'x'", "DELETE FROM payment", "DELETE FROM refund",
        ] {
            if change.hasSuffix("payment") || change.contains("payment_event") || change.hasSuffix("refund") {
                let payment = try await rig.paid()
                _ = try await rig.payments.refund(payment.id, seats: nil, reason: "", by: .manager(301))
            }
            #expect(throws: TestCluster.Failure.self, "\(change)") { try rig.sql(change) }
        }
    }

    @Test("know a journal by what it is about")
    func ids() throws {
        func id(_ kind: LedgerJournal.Kind, _ subject: Int64) throws -> PostgresUUID {
            try #require(
                LedgerJournal(kind, of: "payment", subject, Money(1), from: .bank, to: .customerOwed)
            ).id
        }
        #expect(try id(.sale, 1) == id(.sale, 1))
        let ids = Set(try LedgerJournal.Kind.allCases.flatMap { kind in try (1...50).map { try id(kind, $0) } })
        #expect(ids.count == LedgerJournal.Kind.allCases.count * 50)
        #expect(try id(.sale, 1).description.dropFirst(14).first == "8")
        let lines = [
            LedgerJournal.Line(account: .bank, amount: 3), LedgerJournal.Line(account: .vatPayable, amount: -2),
        ]
        #expect(LedgerJournal(.sale, of: "x", 1, .krw, lines) == nil)
        #expect(LedgerJournal(.sale, of: "x", 1, Money(0), from: .bank, to: .vatPayable) == nil)
    }

    @Test(
        "and rows of payments cannot be what they must not be",
        arguments: [
            "UPDATE payment SET refunded = 1", "UPDATE payment SET refund_pending = captured + 1",
            "UPDATE payment SET status = 'CANCELED'", "UPDATE payment SET captured = captured - 1",
            "UPDATE payment SET status = 'PART_CANCELED'", "UPDATE payment SET status = 'WAITING'",
            "UPDATE payment SET phase = 'CREATED'", "UPDATE payment SET status = 'FAILED'",
            "UPDATE payment SET kept = captured, refunded = captured, status = 'CANCELED'",
            """
            INSERT INTO payment (order_id, reservation_id, member_id, seller_id, concert_id, gateway, order_name,
                amount, currency, status, phase, captured, captured_currency, captured_at)
            SELECT order_id || 'x', reservation_id, member_id, seller_id, concert_id, gateway, order_name, amount,
                currency, status, phase, captured, captured_currency, captured_at FROM payment
            """,
            """
            INSERT INTO payment (order_id, reservation_id, member_id, seller_id, concert_id, gateway, order_name,
                amount, currency)
            SELECT order_id || n, reservation_id, member_id, seller_id, concert_id, gateway, order_name, amount,
                currency FROM payment, generate_series(1, 2) AS n
            """,
            "INSERT INTO refund_line SELECT 1, 1, 1, 1", "UPDATE promotion SET uses = uses_max + 1",
        ])
    func rows(change: String) async throws {
        let rig = try PaymentRig()
        _ = try await rig.paid()
        try rig.sql(
            """
            INSERT INTO promotion (seller_id, concert_id, code, kind, amount, currency, ends_at, uses_max)
            VALUES (201, 1, 'OPEN', 'FIXED', 1000, 'KRW', now() + interval '1 day', 3)
            """)
        #expect(throws: TestCluster.Failure.self) { try rig.sql(change) }
    }
}
