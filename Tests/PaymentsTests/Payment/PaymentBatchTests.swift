import Commerce
import HTTPServer
import Postgres
import Testing

@testable import Payments

@Suite("Many payments at the same moment", .timeLimit(.minutes(5)))
struct PaymentBatchTests {
    /// What each is told, in their order.
    private static func decide(
        _ rig: PaymentRig, _ asked: [(reservation: Int64, member: Int64, isSuccess: Bool)]
    ) async -> [String] {
        await withTaskGroup(of: (Int, String).self) { group in
            for (index, ask) in asked.enumerated() {
                group.addTask {
                    var told = "nothing"
                    let code = await PaymentFlowTests.code {
                        let payment = try await rig.payments.decide(
                            ask.reservation, by: ask.member, isSuccess: ask.isSuccess, with: rig.gateway)
                        told = "\(payment.state.status.rawValue) \(payment.ticketIDs.count)"
                    }
                    return (index, code ?? told)
                }
            }
            var told = asked.map { _ in "" }
            for await (index, word) in group { told[index] = word }
            return told
        }
    }

    /// In how many commits rows were written last.
    private static func commitCount(_ rig: PaymentRig, _ table: String) throws -> Int {
        try #require(Int(try rig.sql("SELECT count(DISTINCT xmin::text) FROM \(table)")))
    }

    @Test("share commits, and each is told what became of his own")
    func together() async throws {
        let rig = try PaymentRig()
        let asked = try (0..<30).map { number in
            let member = PaymentRig.member + Int64(number % 2)
            return (reservation: try rig.reservation(member: member), member: member, isSuccess: true)
        }
        let told = await Self.decide(rig, asked)
        #expect(told == asked.map { _ in "COMPLETED 2" })
        #expect(try Self.commitCount(rig, "payment") < 15)
        #expect(try Self.commitCount(rig, "ledger_journal") < 15)
        #expect(rig.gateway.confirmCount == 30)
        #expect(try rig.sql("SELECT count(*) FROM outbox WHERE topic = 'payment.completed'") == "30")
        #expect(
            try rig.sql(
                """
                SELECT count(*), count(DISTINCT payment_id) FROM payment_event JOIN payment ON payment.id = payment_id
                WHERE actor = 'member:' || member_id AND created_by = actor AND updated_by = 'payments'
                """) == "30|30")
        #expect(rig.metric(#"podo_payments_total{outcome="completed"}"#) == 30)
        try await rig.checkBooks()
    }

    @Test("of which some are odd: each of these is judged alone, and the others do not notice")
    func odd() async throws {
        let rig = try PaymentRig()
        let plain = try (0..<12).map { _ in try rig.reservation() }
        let (twin, stranger, lapsed, refused, free, begun, paid) = (
            try rig.reservation(), try rig.reservation(), try rig.reservation(), try rig.reservation(),
            try rig.reservation([0]), try rig.reservation(), try await rig.paid().reservationID
        )
        try rig.sql("UPDATE test_order SET held_until = now() - interval '1 second' WHERE id = \(lapsed)")
        let waiting = try await rig.payments.begin(begun, by: PaymentRig.member).payment
        // Seats that somebody else got meanwhile: the money is an orphan's.
        try rig.sql("UPDATE test_seat SET state = 'LOST' WHERE order_id = \(plain[5])")
        let others: [(Int64, Int64, Bool)] = [
            (twin, 101, true), (twin, 101, true), (stranger, 102, true), (lapsed, 101, true), (refused, 101, false),
            (free, 101, true), (begun, 101, true), (paid, 101, true), (99_999, 101, true),
        ]
        let told = await Self.decide(rig, plain.map { ($0, 101, true) } + others)
        for (index, word) in told.prefix(12).enumerated() {
            #expect(word == (index == 5 ? "COMPLETED 0" : "COMPLETED 2"), "\(index)")
        }
        let twins = Set(told[12...13])
        #expect(twins.contains("COMPLETED 2"))
        #expect(twins.isSubset(of: ["COMPLETED 2", "already-paid", "payment-in-progress"]), "\(twins)")
        #expect(
            told[14...] == [
                "not-found", "hold-expired", "FAILED 0", "COMPLETED 1", "COMPLETED 2", "already-paid", "not-found",
            ])
        #expect(try await rig.row(waiting).state == .completed)
        #expect(try rig.sql("SELECT count(*) FROM payment WHERE reservation_id = \(twin)") == "1")
        #expect(try rig.sql("SELECT orphan FROM payment WHERE reservation_id = \(plain[5])") == "t")
        try await rig.workAll()
        try await rig.checkBooks()
    }

    @Test("of which one cannot be written down: it fails, and nobody else")
    func poisoned() async throws {
        let rig = try PaymentRig()
        let reservations = try (0..<10).map { _ in try rig.reservation() }
        try rig.sql("ALTER TABLE test_seat ADD CHECK (state <> 'SOLD' OR order_id <> \(reservations[6]))")
        let told = await Self.decide(rig, reservations.map { ($0, PaymentRig.member, true) })
        #expect(told.count { $0 == "COMPLETED 2" } == 9)
        #expect(told[6].contains("test_seat_check"), "\(told[6])")
        #expect(
            try rig.sql("SELECT phase FROM payment WHERE reservation_id = \(reservations[6])") == "IN_FLIGHT")
        // Whoever looks at the company's books later ends it.
        try rig.sql("ALTER TABLE test_seat DROP CONSTRAINT test_seat_check")
        try await rig.workAll()
        try await rig.checkBooks()
        #expect(try rig.sql("SELECT count(*) FROM payment WHERE status = 'COMPLETED'") == "10")
    }

    @Test("whose holds end while they begin are not charged")
    func lapses() async throws {
        let rig = try PaymentRig()
        let reservations = try (0..<8).map { _ in try rig.reservation() }
        // It looks payable to whoever reads it, and is not any more when it is locked.
        try rig.sql(
            """
            CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF NEW.id = \(reservations[3]) AND NEW.frozen THEN RETURN NULL; END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER late BEFORE UPDATE ON test_order FOR EACH ROW EXECUTE FUNCTION late();
            """)
        let told = await Self.decide(rig, reservations.map { ($0, PaymentRig.member, true) })
        #expect(told.count { $0 == "COMPLETED 2" } == 7)
        #expect(told[3] == "hold-expired")
        #expect(rig.gateway.confirmCount == 7)
        #expect(
            try rig.sql("SELECT failure_code FROM payment WHERE reservation_id = \(reservations[3])")
                == "hold-expired")
        try await rig.checkBooks()
    }

    @Test("and the reports of one payment by everybody at once complete it once")
    func reports() async throws {
        let rig = try PaymentRig()
        var payments: [PaymentRow] = []
        for _ in 0..<8 {
            let payment = try await rig.begun()
            _ = try await rig.payments.claim(
                payment.id, of: PaymentRig.member, providerKey: "key-\(payment.orderID)", amount: nil)
            rig.gateway.put(payment, .paid)
            payments.append(payment)
        }
        try await withThrowingTaskGroup(of: PaymentState.self) { group in
            for payment in payments + payments + payments {
                group.addTask {
                    let reading = await rig.gateway.fetch(payment.key)
                    return try await rig.payments.settle(payment.id, reading: reading).state
                }
            }
            for try await state in group { #expect(state == .completed) }
        }
        #expect(rig.metric(#"podo_payments_total{outcome="completed"}"#) == 8)
        #expect(try rig.sql("SELECT count(*) FROM outbox WHERE topic = 'payment.completed'") == "8")
        try await rig.checkBooks()
    }
}
