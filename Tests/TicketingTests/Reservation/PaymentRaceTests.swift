import Postgres
import Primitives
import Testing

@testable import Ticketing

/// What comes between a hold and its money, at the same instant.
@Suite("Races for money", .serialized)
struct PaymentRaceTests {
    /// Two processes on one database.
    private static func processes() throws -> [ReservationRig] {
        let rig = try TicketingRig(loopCount: 2)
        return [ReservationRig(rig), ReservationRig(try TicketingRig(loopCount: 2, url: rig.url))]
    }

    /// Sets the holds of a schedule to end in so many milliseconds.
    private static func endSoon(_ rig: TicketingRig, _ schedule: Int64, milliseconds: Int) throws {
        try rig.sql(
            """
            BEGIN;
            UPDATE reservation SET held_until = now() + interval '\(milliseconds) ms'
            WHERE status = 'PENDING' AND schedule_id = \(schedule);
            UPDATE seat SET held_until = r.held_until FROM reservation r
            WHERE r.id = seat.reservation_id AND seat.state = 1 AND seat.schedule_id = \(schedule);
            COMMIT
            """)
    }

    @Test("at the instant of its end a hold is paid, or somebody else's, or swept: never two of these")
    func payAtTheEnd() async throws {
        let processes = try Self.processes()
        let rig = processes[0].rig
        let members = try rig.members(3)
        for round in 0..<ReservationRig.repetitionCount {
            let sale = try rig.concertOnSale(rows: 1, columns: 4)
            let id = try await processes[0].held(sale, members[0], [0, 1])
            try Self.endSoon(rig, sale.schedule, milliseconds: 10 + round % 5)
            let isOver = try await withThrowingTaskGroup(of: String?.self) { group in
                group.addTask {
                    // Asks again and again until it has passed.
                    while try await !processes[1].hold(sale, members[1], [1, 2]).isHeld {
                        let state = try rig.sql(
                            "SELECT state FROM seat WHERE schedule_id = \(sale.schedule) AND seat_no = 1")
                        if state == "2" { return nil }
                    }
                    return "taken"
                }
                group.addTask {
                    await rig.pause(.milliseconds(9))
                    return try await processes[0].freeze(id) ? "frozen" : nil
                }
                group.addTask {
                    for _ in 0..<10 { _ = try await processes[1].reservations.sweepExpired(10) }
                    return nil
                }
                return try await group.reduce(into: [String]()) { if let word = $1 { $0.append(word) } }
            }
            #expect(isOver.count == 1, "\(isOver)")
            try await processes[0].expectSound()
            let tickets = try await processes[0].confirm(id)
            #expect((tickets != nil) == (isOver == ["frozen"]))
            try await processes[0].expectSound()
        }
    }

    @Test("a late payment and a new hold of the same member never add up to more than his share")
    func lateAgainstLimit() async throws {
        let processes = try Self.processes()
        let rig = processes[0].rig
        let member = try rig.member()
        for _ in 0..<ReservationRig.repetitionCount {
            let sale = try rig.concertOnSale(rows: 1, columns: 10, purchaseLimit: 4)
            let id = try await processes[0].held(sale, member, [0, 1, 2])
            try rig.lapse("id = \(id)")
            let results = try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask { try await processes[0].confirm(id) != nil }
                group.addTask { try await processes[1].hold(sale, member, [5, 6, 7]).isHeld }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(results.count { $0 } == 1)
            try await processes[0].expectSound()
        }
    }

    @Test("a late payment and a new hold of a seat: one has it, whole or not at all")
    func lateAgainstHold() async throws {
        let processes = try Self.processes()
        let rig = processes[0].rig
        let members = try rig.members(2)
        var wonCount = 0
        for _ in 0..<ReservationRig.repetitionCount {
            let sale = try rig.concertOnSale(rows: 1, columns: 10)
            let id = try await processes[0].held(sale, members[0], [0, 1])
            try rig.lapse("id = \(id)")
            _ = try await processes[0].reservations.sweepExpired(10)
            let results = try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask { try await processes[0].confirm(id) != nil }
                group.addTask { try await processes[1].hold(sale, members[1], [1, 2]).isHeld }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            // A hold that meets the row locked by the payment is refused at once, even if that gets nothing.
            let winnerCount = results.count { $0 }
            #expect(winnerCount <= 1)
            wonCount += winnerCount
            try await processes[0].expectSound()
            // Where both stood in each other's way the seats are for whoever comes next.
            if winnerCount == 0 { #expect(try await processes[1].hold(sale, members[1], [0, 1, 2]).isHeld) }
        }
        // That happens now and then, and not every other time.
        #expect(wonCount > ReservationRig.repetitionCount / 2)
    }

    @Test("refunds of one seat from everywhere give it back once")
    func refunds() async throws {
        let processes = try Self.processes()
        let rig = processes[0].rig
        let sale = try rig.concertOnSale(rows: 4, columns: 10, purchaseLimit: 40)
        let member = try rig.member()
        for number in 0..<ReservationRig.repetitionCount {
            let (one, two) = (sale.seat(number % 20 * 2), sale.seat(number % 20 * 2 + 1))
            let id = try await processes[0].held(sale, member, [Int(one.number), Int(two.number)])
            _ = try await processes[0].confirm(id)
            let count = await withTaskGroup(of: Bool.self) { group in
                for index in 0..<6 {
                    group.addTask {
                        let seats = index % 2 == 0 ? [one.value] : [two.value, one.value]
                        // What is refused is an answer here.
                        return
                            (try? await processes[index % 2].pay {
                                try await $0.cancel(id, seats: seats, reason: "USER", in: $1)
                            }) != nil
                    }
                }
                return await group.reduce(into: 0) { if $1 { $0 += 1 } }
            }
            #expect(count == 1)
            try rig.sql("SELECT 1")
            try await processes[0].expectSound()
            let left = try rig.number("SELECT live_count FROM reservation WHERE id = \(id)")
            if left > 0 {
                let rest = [two.value]
                _ = try await processes[0].pay { try await $0.cancel(id, seats: rest, reason: "USER", in: $1) }
            }
        }
    }

    @Test("members who hold, pay, give back, refund and let lapse at random keep every rule")
    func randomLives() async throws {
        let processes = try Self.processes()
        let rig = processes[0].rig
        let sale = try rig.concertOnSale(rows: 3, columns: 8, purchaseLimit: 4)
        let members = try rig.members(12)
        for _ in 0..<3 {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (index, member) in members.enumerated() {
                    group.addTask {
                        try await Self.live(processes[index % 2], sale, member, seed: UInt64(index))
                    }
                }
                group.addTask {
                    for _ in 0..<10 {
                        await rig.pause(.milliseconds(15))
                        try rig.lapse("id % 3 = 0 AND NOT is_paying")
                        _ = try await processes[0].reservations.sweepExpired(2)
                    }
                }
                try await group.waitForAll()
            }
            try await processes[0].expectSound()
        }
    }

    private static func live(
        _ process: ReservationRig, _ sale: TicketingRig.Sale, _ member: Int64, seed: UInt64
    ) async throws {
        var random = FastRandom(seed: seed)
        let reservations = process.reservations
        for _ in 0..<20 {
            let seats = Array(
                Set(
                    (0..<Int.random(in: 1...3, using: &random)).map { _ in
                        Int.random(in: 0..<24, using: &random)
                    }))
            guard case .held(let hold) = try await process.hold(sale, member, seats) else { continue }
            let id = hold.reservation
            switch Int.random(in: 0..<5, using: &random) {
            case 0: break
            case 1:
                // Lapsed and sold meanwhile it may be, but never paid.
                try await process.rig.onLoop { try await reservations.release(id, of: member) }
            case 2:
                if try await process.freeze(id) {
                    try await process.pay { try await $0.thaw(id, heldFor: .milliseconds(1), in: $1) }
                }
            default:
                let isFrozen = try await process.freeze(id)
                let tickets = try await process.confirm(id)
                #expect(!isFrozen || tickets?.count == seats.count)
                if tickets != nil, Bool.random(using: &random) {
                    let gone = seats.map { sale.seat($0).value }
                    _ = try await process.pay { try await $0.cancel(id, seats: gone, reason: "USER", in: $1) }
                }
            }
        }
    }
}
