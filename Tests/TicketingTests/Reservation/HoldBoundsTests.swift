import HTTPServer
import Postgres
import Primitives
import Testing

@testable import Ticketing

/// How long a seat can be kept from others, and by what.
@Suite("Bounds of holds", .timeLimit(.minutes(5)))
struct HoldBoundsTests {
    @Test("a show is sold while it goes on and not when it is over", arguments: [true, false])
    func over(isBatching: Bool) async throws {
        let rig = try TicketingRig()
        let process = ReservationRig(rig, isBatching: isBatching)
        let sale = try rig.concertOnSale(rows: 1, columns: 10)
        let members = try rig.members(4)
        try rig.sql("UPDATE schedule SET starts_at = now() - interval '1 hour', ends_at = now() + interval '1 hour'")
        let paying = try await process.held(sale, members[0], [0])
        let held = try await process.held(sale, members[1], [1])
        let lapsed = try await process.held(sale, members[2], [2])
        #expect(try await process.freeze(paying))
        #expect(try await process.order(held, of: members[1])?.isPayable == true)
        try rig.lapse("id = \(lapsed)")
        try rig.sql("UPDATE schedule SET ends_at = now() - interval '1 second'")
        #expect(try await process.hold(sale, members[3], [5]) == .notOnSale)
        #expect(try await process.order(held, of: members[1])?.isPayable == false)
        #expect(try await process.freeze(held) == false)
        // Whoever was asked for his money before gets what he pays for; who pays too late gets it back.
        #expect(try await process.confirm(paying)?.count == 1)
        #expect(try await process.confirm(lapsed) == nil)
        try await process.expectSound()
    }

    @Test("money that comes long after a show, by a transfer that was begun before it, buys nothing")
    func lateTransfer() async throws {
        let rig = try TicketingRig()
        let process = ReservationRig(rig)
        let sale = try rig.concertOnSale(rows: 1, columns: 10)
        let members = try rig.members(2)
        let slow = try await process.held(sale, members[0], [0])
        let late = try await process.held(sale, members[1], [1])
        for id in [slow, late] { #expect(try await process.freeze(id)) }
        try rig.sql("UPDATE schedule SET starts_at = now() - interval '3 h', ends_at = now() - interval '14 minutes'")
        #expect(try await process.confirm(slow)?.count == 1)
        try rig.sql("UPDATE schedule SET ends_at = now() - interval '16 minutes'")
        let together: [Int64: [Int64]] = try await process.pay { try await $0.confirm([slow, late], in: $1) }
        #expect(Set(together.keys) == [slow])
        #expect(try await process.confirm(late) == nil)
        let end = try rig.sql("SELECT status, end_reason FROM reservation WHERE id = \(late)")
        #expect(end == "CANCELLED|PAID_TOO_LATE")
        #expect(try rig.number("SELECT state FROM seat WHERE seat_no = 1") == 0)
        try await process.expectSound()
    }

    @Test("payments that fail keep seats a little longer, and not for ever")
    func extensions() async throws {
        let rig = try TicketingRig()
        var limits = ReservationLimits()
        limits.extensionTimeMax = .seconds(100)
        let process = ReservationRig(rig, limits: limits)
        let sale = try rig.concertOnSale(rows: 1, columns: 10, holdSeconds: 300)
        let members = try rig.members(2)
        let id = try await process.held(sale, members[0], [0, 1])
        /// As if the hold had begun so long ago and ended just now.
        func thaw(after seconds: Int) async throws -> Int64 {
            #expect(try await process.freeze(id))
            try rig.sql(
                """
                UPDATE reservation SET created_at = now() - interval '\(seconds) s', held_until = now() WHERE id = \(id)
                """)
            try await process.pay { try await $0.thaw(id, heldFor: .seconds(60), in: $1) }
            return try rig.number("SELECT ceil(extract(epoch FROM held_until - now())) FROM reservation")
        }
        #expect(try await (50...60).contains(thaw(after: 300)))
        #expect(try await (20...30).contains(thaw(after: 370)))
        #expect(try await thaw(after: 400) <= 0)
        try await process.expectSound()
        #expect(try await process.freeze(id) == false)
        #expect(try await process.hold(sale, members[1], [0, 1]).isHeld)
    }

    @Test("who has kept seats three times as long as a hold lasts, and paid none, gets no more for a while")
    func unpaid() async throws {
        let rig = try TicketingRig()
        let process = ReservationRig(rig)
        let sale = try rig.concertOnSale(rows: 2, columns: 10, holdSeconds: 300)
        let other = try rig.concertOnSale(rows: 1, columns: 4)
        let members = try rig.members(2)
        let reservations = process.reservations
        func keep(seconds: Int, _ end: (Int64) async throws -> Void) async throws {
            let id = try await process.held(sale, members[0], [0])
            try rig.sql("UPDATE reservation SET created_at = now() - interval '\(seconds) s' WHERE id = \(id)")
            try await end(id)
        }
        func release(_ id: Int64) async throws {
            try await rig.onLoop { try await reservations.release(id, of: members[0]) }
        }
        func lapse(_ id: Int64) async throws {
            try rig.lapse("id = \(id)")
            #expect(try await reservations.sweepExpired(10) == 1)
        }
        // Who changes his mind soon may do so often.
        for _ in 0..<20 { try await keep(seconds: 5, release) }
        try await keep(seconds: 300, lapse)
        try await keep(seconds: 290, release)
        try await keep(seconds: 300, lapse)
        #expect(try await process.hold(sale, members[0], [0]) == .tooOften)
        let answer = try await process.client().as(members[0]).send(
            .post, "/reservation", json: ["seatId": sale.seat(0).value])
        #expect(answer.status == 429 && answer.code == "rate-limited")
        // Until enough of it is an hour ago; asked in between he would be told the same.
        #expect(try (3500...3600).contains(#require(answer["retry-after"].flatMap { Int($0) })))
        // Others may, and he may elsewhere, and here again when it is long ago.
        #expect(try await process.hold(sale, members[1], [0]).isHeld)
        #expect(try await process.hold(other, members[0], [0]).isHeld)
        try rig.sql(
            """
            UPDATE reservation SET created_at = created_at - interval '1 hour', ended_at = ended_at - interval '1 hour'
            WHERE member_id = \(members[0])
            """)
        #expect(try await process.hold(sale, members[0], [1]).isHeld)
        // What was paid is nothing that was kept from others.
        try rig.sql("UPDATE reservation SET created_at = now() - interval '50 minutes' WHERE status = 'PENDING'")
        let paid = try await process.held(sale, members[0], [2])
        #expect(try await process.confirm(paid)?.count == 1)
        try await process.expectSound()
    }

    @Test("seats that waited a day for a transfer count for the whole day, and while they wait")
    func transfers() async throws {
        let rig = try TicketingRig()
        let process = ReservationRig(rig)
        let sale = try rig.concertOnSale(rows: 2, columns: 10, holdSeconds: 300)
        let elsewhere = try rig.concertOnSale(rows: 1, columns: 4)
        let members = try rig.members(2)
        let id = try await process.held(sale, members[0], [0])
        #expect(try await process.freeze(id))
        try await process.pay { try await $0.awaitTransfer(id, in: $1) }
        // Whoever pays by card meanwhile may have more.
        try rig.sql("UPDATE reservation SET created_at = now() - interval '2 minutes'")
        let more = try await process.held(sale, members[0], [1])
        let reservations = process.reservations
        try await rig.onLoop { try await reservations.release(more, of: members[0]) }
        try rig.age(id, "1 day")
        #expect(try await process.hold(sale, members[0], [1]) == .tooOften)
        // Nobody knows how long it will go on.
        let answer = try await process.client().as(members[0]).send(
            .post, "/reservation", json: ["seatId": sale.seat(1).value])
        #expect(answer.status == 429 && answer["retry-after"] == "60")
        #expect(try await process.hold(elsewhere, members[0], [1]).isHeld)
        #expect(try await process.hold(sale, members[1], [1]).isHeld)
        try await process.pay { try await $0.thaw(id, heldFor: .milliseconds(1), in: $1) }
        try await rig.wait { try await rig.onLoop { try await reservations.sweepExpired(10) } == 1 }
        #expect(try rig.sql("SELECT now() - ended_at < interval '1 minute' FROM reservation WHERE id = \(id)") == "t")
        #expect(try await process.hold(sale, members[0], [2]) == .tooOften)
        try rig.sql("UPDATE reservation SET ended_at = ended_at - interval '1 hour' WHERE id = \(id)")
        #expect(try await process.hold(sale, members[0], [2]).isHeld)
        try await process.expectSound()
    }

    @Test("whoever waits for a transfer no longer has his seats for another way to pay, for a while and once")
    func transferGivenUp() async throws {
        let rig = try TicketingRig()
        let process = ReservationRig(rig)
        let sale = try rig.concertOnSale(rows: 1, columns: 10, holdSeconds: 300)
        let members = try rig.members(2)
        let id = try await process.held(sale, members[0], [0])
        /// Nothing came of paying; seconds that the seats are held for.
        func thaw() async throws -> Int64 {
            try await process.pay { try await $0.thaw(id, heldFor: .seconds(60), in: $1) }
            return try rig.number("SELECT ceil(extract(epoch FROM held_until - now())) FROM reservation")
        }
        #expect(try await process.freeze(id))
        try await process.pay { try await $0.awaitTransfer(id, in: $1) }
        try rig.age(id, "1 day")
        #expect(try await (50...60).contains(thaw()))
        #expect(try await process.hold(sale, members[1], [0]) == .taken([0]))
        #expect(try await process.order(id, of: members[0])?.isPayable == true)
        // Another transfer, and cards that fail, keep them no longer than three minutes from then on.
        for (ago, left) in [(150, 20...30), (180, -1...0)] as [(Int, ClosedRange<Int64>)] {
            #expect(try await process.freeze(id))
            try await process.pay { try await $0.awaitTransfer(id, in: $1) }
            try rig.sql(
                """
                UPDATE reservation SET transfer_over_at = now() - interval '\(ago) s', held_until = now()
                WHERE id = \(id)
                """)
            #expect(try await left.contains(thaw()))
        }
        #expect(try await process.hold(sale, members[1], [0]).isHeld)
        try await process.expectSound()
    }

    @Test("of a payment of which nobody knows for long what became no more counts than of the longest hold")
    func unknown() async throws {
        let rig = try TicketingRig()
        let process = ReservationRig(rig)
        let sale = try rig.concertOnSale(rows: 1, columns: 10, holdSeconds: 300)
        let member = try rig.member()
        let id = try await process.held(sale, member, [0])
        #expect(try await process.freeze(id))
        try rig.age(id, "1 hour")
        let other = try await process.held(sale, member, [1])
        let reservations = process.reservations
        try await rig.onLoop { try await reservations.release(other, of: member) }
        try await process.pay { try await $0.thaw(id, heldFor: .seconds(60), in: $1) }
        #expect(try await reservations.sweepExpired(10) == 1)
        #expect(try await process.hold(sale, member, [0]).isHeld)
        try await process.expectSound()
    }

    @Test("a hold ends when its time is over, not when somebody sees it", arguments: [true, false])
    func unseen(isSwept: Bool) async throws {
        let rig = try TicketingRig()
        let process = ReservationRig(rig)
        let sale = try rig.concertOnSale(rows: 1, columns: 10, holdSeconds: 300)
        let members = try rig.members(2)
        let id = try await process.held(sale, members[0], [0])
        try rig.sql(
            """
            BEGIN;
            UPDATE reservation SET created_at = now() - interval '2 hours', held_until = now() - interval '115 minutes';
            UPDATE seat SET held_until = r.held_until FROM reservation r WHERE r.id = seat.reservation_id;
            COMMIT
            """)
        if isSwept {
            #expect(try await process.reservations.sweepExpired(10) == 1)
        } else {
            #expect(try await process.hold(sale, members[1], [0]).isHeld)
        }
        #expect(
            try rig.sql("SELECT status, ended_at - created_at FROM reservation WHERE id = \(id)") == "EXPIRED|00:05:00")
        #expect(try await process.hold(sale, members[0], [1]).isHeld)
        try await process.expectSound()
    }

    private static let lock = PostgresStatement(
        "test_lock", "SELECT pg_advisory_xact_lock(hashint8extended($1, $2))::text")

    @Test("of whom something else is decided waits alone, and strangers do not wait with him")
    func strangers() async throws {
        let rig = try TicketingRig()
        var limits = ReservationLimits()
        limits.lockAttemptCountMax = 3
        let process = ReservationRig(rig, limits: limits)
        let elsewhere = try TicketingRig(url: rig.url)
        let sale = try rig.concertOnSale(rows: 4, columns: 10)
        let members = try rig.members(12)
        let holder = Holder()
        let holding = Task {
            try await elsewhere.database.transaction("test_lock") { transaction in
                _ = try await transaction.run(Holder.stay)
                _ = try await transaction.run(Self.lock, members[0], sale.schedule)
                await holder.hold()
            }
        }
        try await rig.wait { holder.isHolding }
        // Everybody comes together, and shares statements.
        let outcomes = try await withThrowingTaskGroup(of: (Int, HoldOutcome?).self) { group in
            for (index, member) in members.enumerated() {
                group.addTask {
                    do { return (index, try await process.hold(sale, member, [index])) } catch let error as HTTPProblem
                    {
                        #expect(error.code.description == "overloaded")
                        return (index, nil)
                    }
                }
            }
            return try await group.reduce(into: [Int: Bool]()) { $0[$1.0] = $1.1?.isHeld }
        }
        #expect(holder.isHolding)
        #expect(outcomes[0] == nil)
        #expect((1..<12).allSatisfy { outcomes[$0] == true })
        // The lock goes while he asks again.
        limits.lockAttemptCountMax = 100
        let patient = ReservationRig(rig, limits: limits)
        let outcome = Task { try await patient.hold(sale, members[0], [0]) }
        holder.letGo()
        #expect(try await outcome.value.isHeld)
        try await holding.value
        try await process.expectSound()
    }

    private static let lockSeats = PostgresStatement(
        "test_lock_seats", "SELECT seat_no FROM seat WHERE schedule_id = $1 AND seat_no < $2 FOR NO KEY UPDATE")

    @Test("of seats that are only locked at that moment nobody is told that they are taken")
    func lockedSeats() async throws {
        let rig = try TicketingRig()
        let process = ReservationRig(rig)
        let elsewhere = try TicketingRig(url: rig.url)
        let sale = try rig.concertOnSale(rows: 2, columns: 5)
        let members = try rig.members(2)
        let holder = Holder()
        let holding = Task {
            try await elsewhere.database.transaction("test_lock") { transaction in
                _ = try await transaction.run(Holder.stay)
                _ = try await transaction.run(Self.lockSeats, sale.schedule, 5 as Int64)
                await holder.hold()
            }
        }
        try await rig.wait { holder.isHolding }
        let client = try process.client().as(members[0])
        let best: [String: Any] = [
            "scheduleId": sale.schedule, "gradeId": sale.grades[0], "quantity": 2, "bestAvailable": true,
        ]
        for wish in [["seatIds": [0, 7].map { sale.seat($0).value }], best] as [[String: Any]] {
            let answer = try await client.send(.post, "/reservation", json: wish)
            #expect(answer.status == 503 && answer.code == "overloaded", "\(answer.text)")
            #expect(answer["retry-after"] == "1")
        }
        #expect(try await process.hold(sale, members[1], [6]).isHeld)
        #expect(holder.isHolding)
        // The lock goes while he asks again.
        var limits = ReservationLimits()
        limits.seatAttemptCountMax = 100
        let patient = ReservationRig(rig, limits: limits)
        let outcome = Task { try await patient.hold(sale, members[0], [0, 7]) }
        await rig.pause(.milliseconds(50))
        holder.letGo()
        #expect(try await outcome.value.isHeld)
        try await holding.value
        try await process.expectSound()
    }
}

extension TicketingRig {
    /// As if a reservation that is being paid had been made so long ago, for five minutes.
    fileprivate func age(_ reservation: Int64, _ time: String) throws {
        try self.sql(
            """
            UPDATE reservation SET created_at = now() - interval '\(time)',
                held_until = now() - interval '\(time)' + interval '5 minutes'
            WHERE id = \(reservation)
            """)
    }
}
