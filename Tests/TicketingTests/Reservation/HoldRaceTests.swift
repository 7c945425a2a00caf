import Commerce
import Postgres
import Primitives
import Testing

@testable import Ticketing

/// Everybody wants the same at the same time, over both ways of asking the database, and from one process or two.
@Suite("Races for seats", .serialized)
struct HoldRaceTests {
    /// Two processes with two loops each.
    private static func processes(isBatching: Bool) throws -> [ReservationRig] {
        let rig = try TicketingRig(loopCount: 2)
        let other = try TicketingRig(loopCount: 2, url: rig.url)
        return [ReservationRig(rig, isBatching: isBatching), ReservationRig(other, isBatching: isBatching)]
    }

    @Test("a hundred members on ten seats: ten are sold, to ten members", arguments: [true, false])
    func hundredOnTen(isBatching: Bool) async throws {
        let processes = try Self.processes(isBatching: isBatching)
        let rig = processes[0].rig
        let members = try rig.members(100)
        for _ in 0..<ReservationRig.repetitionCount {
            let sale = try rig.concertOnSale(rows: 1, columns: 10)
            let outcomes = try await rushOver(processes, sale, members.enumerated().map { ($1, [$0 % 10]) })
            #expect(outcomes.count(where: \.isHeld) == 10)
            #expect(outcomes.allSatisfy { if case .taken(let seats) = $0 { seats.count == 1 } else { $0.isHeld } })
            let schedule = sale.schedule
            #expect(try rig.number("SELECT count(*) FROM seat WHERE schedule_id = \(schedule) AND state = 1") == 10)
            #expect(
                try rig.number("SELECT count(DISTINCT member_id) FROM reservation WHERE schedule_id = \(schedule)")
                    == 10)
        }
        try await processes[0].expectSound()
    }

    @Test("a thousand members on one seat: one has it", arguments: [true, false])
    func thousandOnOne(isBatching: Bool) async throws {
        let processes = try Self.processes(isBatching: isBatching)
        let rig = processes[0].rig
        let members = try rig.members(1000)
        for _ in 0..<max(ReservationRig.repetitionCount / 5, 1) {
            let sale = try rig.concertOnSale(rows: 1, columns: 2)
            let outcomes = try await rushOver(processes, sale, members.map { ($0, [0]) })
            #expect(outcomes.count(where: \.isHeld) == 1)
            #expect(outcomes.count { $0 == .taken([0]) } == 999)
        }
        try await processes[0].expectSound()
    }

    @Test("groups that overlap get all of their seats or none", arguments: [true, false])
    func overlappingGroups(isBatching: Bool) async throws {
        let processes = try Self.processes(isBatching: isBatching)
        let rig = processes[0].rig
        let members = try rig.members(120)
        var random = FastRandom(seed: 11)
        for _ in 0..<ReservationRig.repetitionCount {
            let sale = try rig.concertOnSale(rows: 3, columns: 10)
            let wishes = members.map { member in
                (
                    member,
                    Array(
                        Set(
                            (0..<Int.random(in: 1...4, using: &random)).map { _ in
                                Int.random(in: 0..<30, using: &random)
                            }))
                )
            }
            let outcomes = try await rushOver(processes, sale, wishes)
            var owners: [Int: Int64] = [:]
            for (wish, outcome) in zip(wishes, outcomes) {
                switch outcome {
                case .held(let hold):
                    #expect(hold.seats.map(Int.init) == wish.1.sorted())
                    #expect(hold.total.amount == wish.1.reduce(0) { $0 + sale.prices[$1 < 10 ? 0 : 1] })
                    for seat in wish.1 { #expect(owners.updateValue(wish.0, forKey: seat) == nil) }
                case .taken(let seats): #expect(Set(seats.map(Int.init)).isSubset(of: wish.1) && !seats.isEmpty)
                default: Issue.record("\(outcome)")
                }
            }
            let live = try rig.number("SELECT count(*) FROM seat WHERE schedule_id = \(sale.schedule) AND state = 1")
            #expect(live == Int64(owners.count))
            #expect(live > 0)
        }
        try await processes[0].expectSound()
    }

    @Test("a member who asks from everywhere at once gets what one may have, and no more", arguments: [true, false])
    func limit(isBatching: Bool) async throws {
        let processes = try Self.processes(isBatching: isBatching)
        let rig = processes[0].rig
        let members = try rig.members(3)
        for _ in 0..<ReservationRig.repetitionCount {
            let sale = try rig.concertOnSale(rows: 6, columns: 10, purchaseLimit: 4)
            // Seats that nobody else wants: only the limit stands before them.
            let wishes = (0..<60).map { (members[$0 % 3], [$0]) }
            let outcomes = try await rushOver(processes, sale, wishes)
            for (offset, _) in members.enumerated() {
                let own = outcomes.enumerated().filter { $0.offset % 3 == offset }.map(\.element)
                #expect(own.count(where: \.isHeld) == 4)
                #expect(own.count { $0 == .limit } == 16)
            }
        }
        try await processes[0].expectSound()
    }

    @Test("seats that lapse in the rush go to one, and their old reservation ends", arguments: [true, false])
    func lapsed(isBatching: Bool) async throws {
        let processes = try Self.processes(isBatching: isBatching)
        let rig = processes[0].rig
        let members = try rig.members(60)
        let sweeper = ReservationSweeper(processes[1].reservations)
        for _ in 0..<ReservationRig.repetitionCount {
            let sale = try rig.concertOnSale(rows: 2, columns: 10)
            for index in 0..<5 {
                _ = try await processes[0].held(sale, members[index], [4 * index, 4 * index + 1, 4 * index + 2])
            }
            try rig.lapse("schedule_id = \(sale.schedule)")
            let wishes = members[10...].enumerated().map { ($1, [$0 % 20, ($0 * 7 + 1) % 20]) }
                .filter { $0.1[0] != $0.1[1] }
            let outcomes = try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask { try await sweeper.work() }
                let outcomes = try await rushOver(processes, sale, wishes)
                _ = try await group.next()
                return outcomes
            }
            #expect(outcomes.contains { $0.isHeld })
            _ = try await sweeper.work()
            #expect(
                try rig.number(
                    "SELECT count(*) FROM reservation WHERE member_id <= \(members[4]) AND status = 'PENDING' "
                        + "AND schedule_id = \(sale.schedule)") == 0)
            try await processes[0].expectSound()
        }
    }
}

extension TicketingRig {
    /// Sets holds to have ended a second ago.
    func lapse(_ condition: String) throws {
        try self.sql(
            """
            BEGIN;
            UPDATE reservation SET held_until = now() - interval '1 second' WHERE status = 'PENDING' AND \(condition);
            UPDATE seat SET held_until = r.held_until FROM reservation r
            WHERE r.id = seat.reservation_id AND seat.state = 1;
            COMMIT
            """)
    }
}
