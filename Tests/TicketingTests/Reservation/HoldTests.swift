import Commerce
import HTTPServer
import Postgres
import Primitives
import TestSupport
import Testing

@testable import Ticketing

/// What a request to hold seats is answered, over both ways of asking the database.
@Suite("Holding seats")
struct HoldTests {
    @Test("all or nothing, with the time and the total, after the commit", arguments: [true, false])
    func outcomes(isBatching: Bool) async throws {
        let rig = try TicketingRig()
        let process = ReservationRig(rig, isBatching: isBatching)
        let sale = try rig.concertOnSale(rows: 2, columns: 10, purchaseLimit: 4, holdSeconds: 120)
        let members = try rig.members(3)
        let before = try rig.number("SELECT (extract(epoch FROM now()) * 1000)::bigint")
        guard case .held(let hold) = try await process.hold(sale, members[0], [11, 2]) else {
            Issue.record("not held")
            return
        }
        #expect(hold.seats == [2, 11])
        #expect(hold.total == Money(165_000))
        #expect((119_000...125_000).contains(hold.until.unixMilliseconds - before))
        #expect(try rig.sql("SELECT seat_no, state, version FROM seat WHERE state <> 0 ORDER BY 1") == "2|1|1\n11|1|1")
        #expect(try await process.hold(sale, members[1], [1, 2, 3, 11]) == .taken([2, 11]))
        #expect(try rig.number("SELECT count(*) FROM seat WHERE state <> 0") == 2)
        #expect(try await process.hold(sale, members[1], [19, 20]) == .invalid)
        #expect(try await process.hold(sale, members[0], [5, 6, 7]) == .limit)
        #expect(try await process.hold(sale, members[0], [5, 6]).isHeld)
        #expect(try await process.hold(sale, members[0], [7]) == .limit)
        try rig.sql("UPDATE seat SET state = 4 WHERE seat_no = 15")
        #expect(try await process.hold(sale, members[1], [15]) == .taken([15]))
        try await process.expectSound()
    }

    @Test("the sale has a beginning and an end, by the database's clock", arguments: [true, false])
    func saleWindow(isBatching: Bool) async throws {
        let rig = try TicketingRig()
        let process = ReservationRig(rig, isBatching: isBatching)
        let sale = try rig.concertOnSale(rows: 1, columns: 10)
        let member = try rig.member()
        for (change, isOpen) in [
            ("sale_opens_at = now() + interval '1 hour', sale_closes_at = now() + interval '2 hours'", false),
            ("sale_opens_at = now() - interval '2 hours', sale_closes_at = now() - interval '1 second'", false),
            ("sale_closes_at = now() + interval '1 hour'", true),
            ("status = 'CANCELED'", false), ("status = 'CLOSED'", false), ("status = 'PUBLISHED'", true),
        ] {
            try rig.sql("UPDATE concert SET \(change) WHERE id = \(sale.concert)")
            let outcome = try await process.hold(sale, member, [isOpen ? 0 : 5])
            if isOpen {
                #expect(outcome.isHeld)
                try rig.lapse("true")
            } else {
                #expect(outcome == .notOnSale)
            }
        }
        try rig.sql("UPDATE schedule SET status = 'CLOSED'")
        #expect(try await process.hold(sale, member, [5]) == .notOnSale)
        try rig.sql("UPDATE schedule SET deleted_at = now()")
        #expect(try await process.hold(sale, member, [5]) == .notFound)
    }

    @Test("what has lapsed is free to all, in part too, and counts no more", arguments: [true, false])
    func lapse(isBatching: Bool) async throws {
        let rig = try TicketingRig()
        let process = ReservationRig(rig, isBatching: isBatching)
        let sale = try rig.concertOnSale(rows: 2, columns: 10, purchaseLimit: 4)
        let members = try rig.members(3)
        let old = try await process.held(sale, members[0], [0, 1, 2, 3])
        #expect(try await process.hold(sale, members[1], [1]) == .taken([1]))
        try rig.lapse("true")
        #expect(try await process.hold(sale, members[0], [10, 11]).isHeld)
        #expect(try await process.hold(sale, members[1], [1, 2]).isHeld)
        #expect(try rig.sql("SELECT status, live_count FROM reservation WHERE id = \(old)") == "PENDING|2")
        try await process.expectSound()
        #expect(try await process.hold(sale, members[2], [0, 3]).isHeld)
        #expect(
            try rig.sql("SELECT status, live_count, end_reason FROM reservation WHERE id = \(old)")
                == "EXPIRED|0|TIMED_OUT")
        #expect(
            try rig.sql("SELECT string_agg(status, ',') FROM reservation_seat WHERE reservation_id = \(old)")
                == "EXPIRED,EXPIRED,EXPIRED,EXPIRED")
        #expect(try rig.events() == ["reservation.expired reservation:\(old)"])
        try await process.expectSound()
    }

    @Test("what is being paid is never taken by time", arguments: [true, false])
    func paying(isBatching: Bool) async throws {
        let rig = try TicketingRig()
        let process = ReservationRig(rig, isBatching: isBatching)
        let sale = try rig.concertOnSale(rows: 1, columns: 10)
        let members = try rig.members(2)
        let reservation = try await process.held(sale, members[0], [0, 1])
        #expect(try await process.freeze(reservation))
        try rig.sql("UPDATE reservation SET held_until = now() - interval '1 day'")
        #expect(try await process.hold(sale, members[1], [1]) == .taken([1]))
        #expect(try await process.reservations.sweepExpired(10) == 0)
        // It counts against the limit still: four is all.
        #expect(try await process.hold(sale, members[0], [4, 5, 6]) == .limit)
        try await process.expectSound()
    }

    @Test("one who gets nothing stands in nobody's way")
    func nobodyInTheWay() async throws {
        let rig = try TicketingRig()
        let process = ReservationRig(rig)
        let sale = try rig.concertOnSale(rows: 4, columns: 10)
        let members = try rig.members(61)
        _ = try await process.held(sale, members[60], [0])
        // Each pair shares a seat, and the first of it wants one more that is taken.
        let wishes = (0..<60).map { index -> (member: Int64, seats: [Int]) in
            let shared = 1 + index / 2
            return (members[index], index % 2 == 0 ? [0, shared] : [shared])
        }
        let outcomes = try await process.rush(sale, wishes)
        for (index, outcome) in outcomes.enumerated() {
            #expect(index % 2 == 0 ? outcome == .taken([0]) : outcome.isHeld, "\(index): \(outcome)")
        }
        try await process.expectSound()
    }

    @Test("one that the database does not take fails alone")
    func poison() async throws {
        let rig = try TicketingRig()
        let process = ReservationRig(rig)
        let sale = try rig.concertOnSale(rows: 1, columns: 10)
        let members = try rig.members(3)
        // Nobody has the last number.
        let outcomes = await withTaskGroup(of: (Int, Bool?).self) { group in
            for (index, member) in (members + [999_999]).enumerated() {
                group.addTask { (index, try? await process.hold(sale, member, [index]).isHeld) }
            }
            return await group.reduce(into: [Int: Bool?]()) { $0[$1.0] = $1.1 }
        }
        #expect(outcomes[0] == true && outcomes[1] == true && outcomes[2] == true)
        #expect(outcomes[3] == .some(nil))
        try await process.expectSound()
    }

    @Test("who comes when too many wait is told to come again")
    func overload() async throws {
        let rig = try TicketingRig()
        var limits = ReservationLimits()
        limits.holdsWaitingMax = 3
        limits.batchRequestCountMax = 1
        let process = ReservationRig(rig, limits: limits)
        let sale = try rig.concertOnSale(rows: 5, columns: 10)
        let members = try rig.members(50)
        let client = try process.client()
        let statuses = try await withThrowingTaskGroup(of: (Int, String?, String?).self) { group in
            for (index, member) in members.enumerated() {
                group.addTask {
                    let answer = try await client.as(member).send(
                        .post, "/reservation", json: ["seatId": sale.seat(index).value])
                    return (answer.status, answer.code, answer["retry-after"])
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.contains { $0.0 == 201 })
        let refused = statuses.filter { $0.0 != 201 }
        #expect(!refused.isEmpty)
        #expect(refused.allSatisfy { $0.0 == 503 && $0.1 == "overloaded" && $0.2 == "1" })
        try await process.expectSound()
    }

    @Test("an answer that is lost is found again, and nothing is held twice", arguments: [true, false])
    func lostAnswer(isBatching: Bool) async throws {
        let rig = try TicketingRig()
        let proxy = try FaultProxy(upstreamPath: TicketingRig.cluster.socketDirectory() + "/.s.PGSQL.5432")
        defer { proxy.stop() }
        let name = rig.url.split(separator: "?")[0].split(separator: "/").last.map(String.init) ?? ""
        let far = try TicketingRig(url: "postgresql://podo@127.0.0.1:\(proxy.port)/\(name)?sslmode=disable")
        let process = ReservationRig(far, isBatching: isBatching)
        let sale = try rig.concertOnSale(rows: 1, columns: 10)
        let members = try rig.members(3)
        _ = try await process.held(sale, members[0], [0])
        for round in 1...4 {
            // The first three happened, and nobody was told; the last did not.
            proxy.set(
                round == 4
                    ? .swallowRequest("reservation_hold")
                    : .swallowAnswer(to: isBatching ? "reservation_hold" : "transaction_commit", endsClient: true))
            let reservation = try await process.held(sale, members[1], [round])
            #expect(
                try rig.sql("SELECT reservation_id FROM seat WHERE seat_no = \(round)") == String(reservation))
        }
        #expect(proxy.swallowedCount == 4)
        #expect(try rig.number("SELECT count(*) FROM reservation") == 5)
        try await ReservationRig(rig).expectSound()
    }
}
