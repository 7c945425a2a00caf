import Primitives
import Testing

@testable import Ticketing

@Suite("A queue before a sale that is over", .timeLimit(.minutes(5)))
struct QueueSoldOutTests {
    private func look(_ queue: QueueRig) async throws {
        try await queue.rig.onLoop { try await queue.service.lookForSeats() }
    }

    private func status(_ queue: QueueRig, _ member: Int64, _ ticket: String) async throws -> String? {
        try await queue.status(member, ticket).json["status"] as? String
    }

    private func isSoldOut(_ queue: QueueRig) throws -> Bool {
        try queue.rig.number("SELECT count(*) FROM queue_room WHERE sold_out_at IS NOT NULL") == 1
    }

    @Test("says so when the last seat of every performance is sold, and goes on when one comes back")
    func lastSeat() async throws {
        let queue = try QueueRig()
        let members = try queue.rig.members(2)
        let tickets = try await queue.joinAll(members)
        try await queue.tick()
        let seats = ReservationRig(queue.rig)
        let schedule = try queue.rig.number("SELECT id FROM schedule")
        let stage = try queue.rig.number("SELECT id FROM stage")
        let other = try queue.rig.schedule(of: queue.concert, at: stage, after: "40 days", seatCount: 1)
        try queue.rig.sql(
            """
            INSERT INTO seat (schedule_id, seat_no, grade_id, price)
                SELECT \(other), 0, grade_id, price FROM seat WHERE schedule_id = \(schedule) AND seat_no = 0
            """)
        func sell(_ schedule: Int64, _ numbers: [Int]) async throws -> Int64 {
            let member = try queue.rig.member()
            let ids = try numbers.map { try #require(SeatID(schedule: schedule, number: $0)) }
            let outcome = try await queue.rig.onLoop {
                try await seats.reservations.hold(schedule: schedule, member: member, seats: ids)
            }
            guard case .held(let hold) = outcome else { throw ReservationRig.Refused(outcome: outcome) }
            return hold.reservation
        }
        let first = try await sell(schedule, [0, 1, 2, 3])
        let last = try await sell(other, [0])
        _ = try await seats.confirm(first)
        // One is held, and may come back.
        try await self.look(queue)
        #expect(try self.isSoldOut(queue) == false)
        _ = try await seats.confirm(last)
        try await self.look(queue)
        #expect(try self.isSoldOut(queue))
        for (member, ticket) in tickets { #expect(try await self.status(queue, member, ticket) == "SOLD_OUT") }
        // Another process is told by its next tick.
        let another = try queue.another()
        _ = try await another.join(try queue.rig.member())
        try await another.tick()
        #expect(try await self.status(another, members[0], tickets[members[0]] ?? "") == "SOLD_OUT")

        let seat = try #require(SeatID(schedule: other, number: 0)).value
        try await seats.pay { reservations, transaction in
            _ = try await reservations.cancel(last, seats: [seat], reason: "test", in: transaction)
        }
        try await self.look(queue)
        #expect(try self.isSoldOut(queue) == false)
        for (member, ticket) in tickets { #expect(try await self.status(queue, member, ticket) != "SOLD_OUT") }
        // A performance that is called off counts for nothing.
        try queue.rig.sql("UPDATE schedule SET status = 'CANCELED' WHERE id = \(other)")
        try await self.look(queue)
        #expect(try self.isSoldOut(queue))
    }

    @Test("says so when the last night is sold, whatever was left of the nights before it")
    func lastNight() async throws {
        let queue = try QueueRig()
        let member = try queue.rig.member()
        let tickets = try await queue.joinAll([member])
        try await queue.tick()
        let stage = try queue.rig.number("SELECT id FROM stage")
        let last = try queue.rig.schedule(of: queue.concert, at: stage, after: "40 days", seatCount: 1)
        try queue.rig.sql(
            """
            INSERT INTO seat (schedule_id, seat_no, grade_id, price, state, reservation_id)
            SELECT \(last), 0, grade_id, price, 3, 1 FROM seat WHERE seat_no = 0
            """)
        try await self.look(queue)
        #expect(try self.isSoldOut(queue) == false)
        try queue.rig.sql(
            """
            UPDATE schedule SET starts_at = now() - interval '3 hours', ends_at = now() - interval '1 hour'
            WHERE id <> \(last)
            """)
        try await self.look(queue)
        #expect(try self.isSoldOut(queue))
        #expect(try await self.status(queue, member, tickets[member] ?? "") == "SOLD_OUT")
    }

    @Test("is looked at for a fiftieth of the time at most, and never less than now and then")
    func pace() {
        let limits = QueueLimits()
        #expect(limits.rest(after: .milliseconds(2)) == limits.tickTime)
        #expect(limits.rest(after: .milliseconds(100)) == .seconds(5))
        #expect(limits.rest(after: .seconds(10)) == limits.seatLookTimeMax)
        #expect(limits.rest(after: .nanoseconds(.max)) == limits.seatLookTimeMax)
    }
}
