import Commerce
import HTTPServer
import Postgres
import Primitives
import TestSupport
import Testing

@testable import Payments
@testable import Ticketing

/// Races, step by step: two sessions in the orders that matter, the first with its transaction open while the second
/// comes. What waits is seen to wait, and what comes of it is the same whoever commits.
@Suite("Two sessions, step by step", .serialized, .timeLimit(.minutes(5)))
struct IsolationTests {
    private static let one: Int64 = 11
    private static let two: Int64 = 12

    /// How the first session ends.
    enum End: CaseIterable {
        case commits, rollsBack

        func end(_ session: StepSession) async throws {
            switch self {
            case .commits: try await session.commit()
            case .rollsBack: try await session.rollBack()
            }
        }
    }

    private struct Rig {
        let sale: SaleDatabase
        let house: SaleHouse

        init() async throws {
            var limits = PostgresLimits()
            limits.interactive.connectionCountMax = 6
            limits.interactive.statementTime = .seconds(60)
            limits.lockTime = .seconds(50)
            limits.idleInTransactionTime = .seconds(60)
            self.sale = try SaleDatabase(limits: limits)
            self.house = SaleHouse(
                self.sale, company: SaleCompany(seed: 1, chaos: SimulatorChaos(), isPatient: true))
            try await self.sale.reset(daysBefore: 30)
            try await self.house.start()
        }

        func session() async throws -> StepSession { try await StepSession(self.sale) }

        /// A reservation of these seats.
        func held(_ member: Int64, _ seats: [Int]) async throws -> Int64 {
            let ids = seats.compactMap { SeatID(schedule: SaleDatabase.schedule, number: $0) }
            let outcome = try await self.house.reservations.hold(
                schedule: SaleDatabase.schedule, member: member, seats: ids)
            guard case .held(let hold) = outcome else { throw Refused() }
            return hold.reservation
        }

        /// One that is sold.
        func sold(_ member: Int64, _ seats: [Int]) async throws -> Int64 {
            let id = try await self.held(member, seats)
            let reservations = self.house.reservations
            _ = try await self.sale.database.transaction("test") { try await reservations.confirm(id, in: $0) }
            return id
        }

        @discardableResult
        func sql(_ text: String) throws -> String { try SaleDatabase.cluster.query(text, at: self.sale.url) }

        func lapse() throws { try self.end(in: "-1 second") }

        /// Holds end in a moment.
        func endSoon() throws { try self.end(in: "500 ms") }

        private func end(in time: String) throws {
            try self.sql(
                """
                UPDATE reservation SET held_until = now() + interval '\(time)' WHERE status = 'PENDING';
                UPDATE seat SET held_until = r.held_until FROM reservation AS r
                WHERE r.id = seat.reservation_id AND seat.state = 1
                """)
        }

        func expectSound(sourceLocation: SourceLocation = #_sourceLocation) async throws {
            let broken = try await TicketingInvariants.broken(in: self.sale.database)
            #expect(broken.map(\.name.description) == [], sourceLocation: sourceLocation)
        }
    }

    private struct Refused: Error {}

    private static let holding = PostgresStatement(
        "step_hold",
        """
        SELECT outcome FROM hold_seats(ARRAY[1]::bigint[], ARRAY[$1::bigint], ARRAY[$2::bigint], ARRAY[$3::bigint],
            (SELECT array_agg(1) FROM unnest($4::integer[])), $4::integer[], 100, 3600)
        """)

    /// What a hold comes to: HELD, TAKEN, BUSY or LIMIT.
    private static func hold(_ member: Int64, _ seats: [Int32])
        -> @Sendable (PostgresTransaction) async throws -> String
    {
        { transaction in
            try await transaction.run(
                Self.holding, member, Int64.random(in: 1...Int64.max), Int64(seats.count), seats
            ).single()
        }
    }

    private static func seat(_ number: Int64) -> Int64 { SaleDatabase.schedule << 20 | number }

    // MARK: Seats

    @Test("seats of two holds in opposite orders are nobody's twice, and nobody waits", arguments: End.allCases)
    func opposite(end: End) async throws {
        let rig = try await Rig()
        let (first, second) = (try await rig.session(), try await rig.session())
        #expect(try await first.run(Self.hold(Self.one, [1, 2])) == "HELD")
        // It does not wait for the first, so there is nothing that two could wait for in a circle.
        #expect(try await second.run(Self.hold(Self.two, [2, 1])) != "HELD")
        try await second.commit()
        try await end.end(first)
        let third = try await rig.session()
        #expect(try await third.run(Self.hold(Self.two, [2, 1])) == (end == .commits ? "TAKEN" : "HELD"))
        try await third.commit()
        try await rig.expectSound()
    }

    @Test("a member's limit counts what he holds in another session that is not committed", arguments: End.allCases)
    func limit(end: End) async throws {
        let rig = try await Rig()
        let (first, second) = (try await rig.session(), try await rig.session())
        #expect(try await first.run(Self.hold(Self.one, [0, 1, 2])) == "HELD")
        // Nobody else's hold waits behind his: it is asked again when he is done.
        #expect(try await second.run(Self.hold(Self.one, [4, 5, 6])) == "BUSY")
        try await end.end(first)
        #expect(try await second.run(Self.hold(Self.one, [4, 5, 6])) == (end == .commits ? "LIMIT" : "HELD"))
        try await second.commit()
        try await rig.expectSound()
    }

    @Test("a hold that has lapsed is swept and taken once", arguments: End.allCases, [true, false])
    func holdAndSweep(end: End, sweepIsFirst: Bool) async throws {
        let rig = try await Rig()
        _ = try await rig.held(Self.one, [1, 2])
        try rig.lapse()
        let (first, second) = (try await rig.session(), try await rig.session())
        let sweep: @Sendable (PostgresTransaction) async throws -> String = { transaction in
            "\(try await transaction.run(ReservationStatements.sweep, 10).count)"
        }
        if sweepIsFirst {
            #expect(try await first.run(sweep) == "2")
            #expect(try await second.run(Self.hold(Self.two, [1])) != "HELD", "the sweeper is at it")
            try await second.commit()
        } else {
            #expect(try await first.run(Self.hold(Self.two, [1])) == "HELD")
            let swept = second.begin(sweep)
            try await end.end(first)
            // It takes what is left of it, or leaves it to the next round.
            #expect(["0", "1", "2"].contains(try await swept.value))
            try await second.commit()
        }
        if sweepIsFirst { try await end.end(first) }
        let third = try await rig.session()
        let isTaken = !sweepIsFirst && end == .commits
        let outcome = try await third.run(Self.hold(13, [1]))
        #expect(outcome == (isTaken ? "TAKEN" : "HELD"))
        #expect(try await third.run(sweep) != "-1")
        try await third.commit()
        try await rig.expectSound()
    }

    @Test(
        "a payment that begins at the end of a hold has its seats, or the sweeper", arguments: End.allCases,
        [true, false])
    func payAndSweep(end: End, sweepIsFirst: Bool) async throws {
        let rig = try await Rig()
        let id = try await rig.held(Self.one, [1, 2])
        let (first, second) = (try await rig.session(), try await rig.session())
        let reservations = rig.house.reservations
        let freeze: @Sendable (PostgresTransaction) async throws -> Bool = {
            try await reservations.freeze([id], in: $0).contains(id)
        }
        if sweepIsFirst {
            try rig.lapse()
            #expect(try await first.run { try await $0.run(ReservationStatements.sweep, 10).count } == 2)
            let frozen = second.begin(freeze)
            try second.expectWaiting()
            try await end.end(first)
            // Nobody sells what has lapsed and was swept; what has lapsed and was not is its holder's to pay no more.
            _ = try await frozen.value
            try await second.commit()
        } else {
            try rig.endSoon()
            #expect(try await first.run(freeze))
            // Its time is over before it is committed.
            while try rig.sql("SELECT bool_and(held_until < now()) FROM reservation") == "f" {}
            #expect(try await second.run { try await $0.run(ReservationStatements.sweep, 10).count } == 0)
            try await second.commit()
            try await end.end(first)
        }
        try await rig.expectSound()
        let paying = try rig.sql("SELECT is_paying FROM reservation")
        if !sweepIsFirst { #expect(paying == (end == .commits ? "t" : "f")) }
        if sweepIsFirst, end == .commits { #expect(paying == "f") }
    }

    // MARK: Tickets

    @Test("two refunds of a seat give it back once", arguments: End.allCases)
    func refunds(end: End) async throws {
        let rig = try await Rig()
        let id = try await rig.sold(Self.one, [1, 2])
        let (first, second) = (try await rig.session(), try await rig.session())
        let reservations = rig.house.reservations
        let cancel: @Sendable (PostgresTransaction) async throws -> Int = {
            try await reservations.cancel(id, seats: [Self.seat(1)], reason: "x", in: $0).count
        }
        #expect(try await first.run(cancel) == 1)
        let again = second.begin(cancel)
        try second.expectWaiting()
        try await end.end(first)
        switch end {
        case .commits:
            await #expect(throws: (any Error).self) { _ = try await again.value }
            try await second.rollBack()
        case .rollsBack:
            #expect(try await again.value == 1)
            try await second.commit()
        }
        #expect(try rig.sql("SELECT count(*) FROM ticket WHERE status = 'REVOKED'") == "1")
        try await rig.expectSound()
    }

    @Test("a ticket is given back or given away, by whoever is first", arguments: End.allCases, [true, false])
    func refundAndTransfer(end: End, refundIsFirst: Bool) async throws {
        let rig = try await Rig()
        let id = try await rig.sold(Self.one, [1])
        let ticket = try #require(Int64(try rig.sql("SELECT id FROM ticket")))
        let (first, second) = (try await rig.session(), try await rig.session())
        let reservations = rig.house.reservations
        let cancel: @Sendable (PostgresTransaction) async throws -> Int = {
            try await reservations.cancel(id, seats: [Self.seat(1)], reason: "x", in: $0).count
        }
        let give: @Sendable (PostgresTransaction) async throws -> Int = {
            try await $0.run(TicketStatements.transfer, ticket, Self.one, Self.two).count
        }
        #expect(try await first.run(refundIsFirst ? cancel : give) == 1)
        let other = second.begin(refundIsFirst ? give : cancel)
        try second.expectWaiting()
        try await end.end(first)
        let count = try await other.value
        try await second.commit()
        // Money that goes back voids a ticket that was given away; a void one is given to nobody.
        #expect(count == (refundIsFirst && end == .commits ? 0 : 1))
        let isRevoked = !refundIsFirst || end == .commits
        #expect(try rig.sql("SELECT status FROM ticket") == (isRevoked ? "REVOKED" : "ISSUED"))
        try await rig.expectSound()
    }

    // MARK: Money

    @Test("whoever settles a payment second finds it settled", arguments: End.allCases)
    func settling(end: End) async throws {
        let rig = try await Rig()
        let id = try await rig.held(Self.one, [1])
        let begun = try await rig.house.payments.begin(id, by: Self.one)
        let key = try #require(begun.checkout?.providerKey)
        #expect(rig.house.payments.gateways["toss"] != nil)
        let first = try await rig.session()
        _ = try await first.run { try await $0.run(PaymentStatements.lock, begun.payment.id).count }
        // Both come while somebody else has the row; one of them asks the company.
        let payments = rig.house.payments
        let confirms = (0..<2).map { _ in
            Task { try await payments.confirm(begun.payment.id, of: Self.one, providerKey: key, amount: nil).state }
        }
        try await end.end(first)
        var states: [PaymentState] = []
        for confirm in confirms { states.append(try await confirm.value) }
        #expect(states.count { $0 == PaymentState(.waiting, .inFlight) } <= 1, "\(states)")
        #expect(try rig.sql("SELECT count(*) FROM payment_event WHERE detail->>'phase' = 'IN_FLIGHT'") == "1")
        #expect(try rig.sql("SELECT count(*) FROM ledger_journal") == "0")
    }

    @Test("events are read by one process at a time", arguments: End.allCases)
    func outbox(end: End) async throws {
        let rig = try await Rig()
        _ = try await rig.held(Self.one, [1])
        try rig.lapse()
        _ = try await rig.house.sweeper.work()
        let first = try await rig.session()
        #expect(
            try await first.run { try await $0.run(Self.relayLock).single(Bool.self) })
        #expect(try await rig.house.relayOnce().hasPrefix("elsewhere"))
        try await end.end(first)
        // A session that rolls back says so before it has.
        while try await rig.house.relayOnce().hasPrefix("elsewhere") {}
        #expect(try rig.sql("SELECT count(*) FROM outbox") == "0")
    }

    /// The lock of whoever reads the outbox.
    private static let relayLock = PostgresStatement(
        "step_relay_lock", "SELECT pg_try_advisory_xact_lock(7010002, hashtext('outbox'))")
}
