import Crypto
import Foundation
import HTTPServer
import Testing

@testable import Ticketing

@Suite("The queue's routes", .timeLimit(.minutes(5)))
struct QueueRouteTests {
    // MARK: Joining

    @Test("a member has one place, however often and wherever he joins")
    func onePlace() async throws {
        let queue = try QueueRig()
        let other = try queue.another()
        let members = try queue.rig.members(30)
        let tickets = try await withThrowingTaskGroup(of: (Int64, String).self) { group in
            for member in members {
                for rig in [queue, other, queue, other] { group.addTask { (member, try await rig.ticket(member)) } }
            }
            var found: [Int64: Set<String>] = [:]
            for try await (member, ticket) in group { found[member, default: []].insert(ticket) }
            return found
        }
        #expect(tickets.count == 30 && tickets.values.allSatisfy { $0.count == 1 })
        #expect(try queue.rig.number("SELECT count(*) FROM queue_member") == 30)
        #expect(try queue.rig.number("SELECT count(DISTINCT number) FROM queue_member") == 30)
        let last = try queue.rig.number("SELECT last_number FROM queue_room")
        #expect(try queue.rig.number("SELECT max(number) FROM queue_member") <= last)
    }

    @Test("with many at once they are written together, in numbers without a gap")
    func batches() async throws {
        let queue = try QueueRig()
        let members = try queue.rig.members(400)
        _ = try await queue.joinAll(members)
        #expect(try queue.rig.sql("SELECT count(*), max(number) FROM queue_member") == "400|400")
        #expect(try queue.rig.number("SELECT last_number FROM queue_room") == 400)
        // Rows of one statement have one time.
        #expect(try queue.rig.number("SELECT count(DISTINCT joined_at) FROM queue_member") < 200)
    }

    @Test("says where one stands, and admits in the order of coming")
    func order() async throws {
        let queue = try QueueRig(rate: 2)
        let members = try queue.rig.members(5)
        try await queue.openNow()
        var tickets: [Int64: String] = [:]
        for (index, member) in members.enumerated() {
            let answer = try await queue.join(member)
            #expect(answer.status == 201 && answer["cache-control"] == "no-store")
            #expect(answer.json["status"] as? String == "WAITING")
            #expect(answer.json["position"] as? Int == index + 1 && answer.json["ahead"] as? Int == index)
            #expect(answer.json["queuePass"] == nil)
            tickets[member] = answer.json["queueTicket"] as? String
        }
        try await queue.tick()
        // The whole second is used up.
        #expect(try queue.rig.sql("SELECT paced_at = at FROM queue_room JOIN queue_step USING (concert_id)") == "t")
        try queue.stopTime()
        var admitted = try await queue.admitted(tickets)
        #expect(Set(admitted.keys) == Set(members[..<2]))
        let third = try await queue.status(members[2], tickets[members[2]])
        #expect(third.status == 200 && third.json["position"] as? Int == 1 && third.json["etaSeconds"] as? Int == 0)
        let last = try await queue.status(members[4], tickets[members[4]])
        #expect(last.json["position"] as? Int == 3 && last.json["etaSeconds"] as? Int == 1)
        // Nothing moves before its time, and no more for having waited longer.
        try queue.stopTime()
        try await queue.tick()
        #expect(try await queue.admitted(tickets).count == 2)
        try queue.free(seconds: 10)
        try await queue.tick()
        #expect(
            try queue.rig.sql(
                "SELECT paced_at = (SELECT max(at) FROM queue_step) FROM queue_room"
            ) == "t")
        try queue.stopTime()
        admitted = try await queue.admitted(tickets)
        #expect(Set(admitted.keys) == Set(members[..<4]))
        #expect(queue.rig.metric("podo_queue_admitted_total") == 4)
        #expect(queue.rig.metric("podo_queue_waiting") == 1)
        #expect(queue.rig.metric("podo_queue_active") == 4)
    }

    @Test("places of those who came before the opening are drawn, as the revealed seed says")
    func draw() async throws {
        let queue = try QueueRig(rate: 1000, isOpen: false)
        let members = try queue.rig.members(40)
        let tickets = try await queue.joinAll(members)
        let before = try await queue.status(members[0], tickets[members[0]])
        #expect(before.json["status"] as? String == "WAITING" && before.json["position"] is NSNull)
        #expect(before.json["opensAt"] is String)
        try await queue.tick()
        let closed = try await queue.watermark()
        #expect(closed["state"] as? String == "PREQUEUE" && closed["seed"] is NSNull)
        #expect(closed["paused"] as? Bool == false)
        #expect(try await !queue.mayBuy(members[0], nil))
        // The database's clock decides, whatever a process thinks the time is.
        let tooEarly = try await queue.rig.onLoop { try await queue.service.store.open([queue.concert]) }
        #expect(tooEarly.isEmpty)
        try queue.open()
        try await queue.tick()
        let late = try queue.rig.member()
        let lateTicket = try await queue.ticket(late)
        let open = try await queue.watermark()
        let (seed, hash) = (try #require(open["seed"] as? String), try #require(open["seedHash"] as? String))
        #expect(closed["seedHash"] as? String == hash)
        let bytes = stride(from: 0, to: seed.count, by: 2).compactMap { UInt8(seed.dropFirst($0).prefix(2), radix: 16) }
        #expect(SHA256.hash(bytes).map { String($0 / 16, radix: 16) + String($0 % 16, radix: 16) }.joined() == hash)
        let count = try #require(open["drawCount"] as? Int)
        #expect(count == 40)
        let drawn = QueueDraw(seed: bytes, count: count)
        var places: Set<Int> = []
        for member in members {
            let answer = try await queue.status(member, tickets[member])
            let place = try #require(answer.json["place"] as? Int)
            #expect(place == drawn.place(of: try #require(answer.json["number"] as? Int) - 1))
            places.insert(place)
        }
        #expect(places == Set(0..<40))
        #expect(try await queue.status(late, lateTicket).json["place"] as? Int == 40)
    }

    @Test("a concert without a queue lets everybody through")
    func noQueue() async throws {
        let queue = try QueueRig(hasQueue: false)
        let member = try queue.rig.member()
        let answer = try await queue.join(member)
        #expect(answer.status == 201 && answer.json["status"] as? String == "ADMITTED")
        #expect(answer.json["queueTicket"] is NSNull)
        #expect(try await queue.status(member, nil).json["status"] as? String == "ADMITTED")
        #expect(try await queue.mayBuy(member, nil))
        #expect(try await queue.watermark()["state"] as? String == "NONE")
        #expect(try queue.rig.number("SELECT count(*) FROM queue_room") == 0)
    }

    @Test("what is no concert on sale is not found", arguments: ["0", "99999", "x", "-1", "99999999999999999999"])
    func unknown(id: String) async throws {
        let queue = try QueueRig()
        let client = queue.client.as(try queue.rig.member())
        #expect(try await client.send(.post, "/concert/\(id)/queue").status == 404)
        #expect(try await client.send(.get, "/concert/\(id)/queue/status").status == 404)
        #expect(try await client.anonymous.send(.get, "/api/v1/concert/\(id)/queue/watermark").status == 404)
        #expect(try await client.send(.delete, "/api/v1/concert/\(id)/queue").status == 404)
        try queue.rig.sql("UPDATE concert SET status = 'DRAFT'")
        #expect(try await client.send(.post, "/concert/\(queue.concert)/queue").status == 404)
    }

    @Test("nobody waits without being known")
    func anonymous() async throws {
        let queue = try QueueRig()
        #expect(try await queue.client.send(.post, "/concert/\(queue.concert)/queue").status == 401)
        #expect(try await queue.client.send(.get, "/concert/\(queue.concert)/queue/status").status == 401)
        let watermark = try await queue.client.send(.get, "/api/v1/concert/\(queue.concert)/queue/watermark")
        #expect(watermark.status == 200 && watermark["cache-control"] == "public, max-age=1")
    }

    // MARK: Tickets

    @Test("tickets that are forged, of others or of another concert are refused, and counted")
    func tickets() async throws {
        let queue = try QueueRig()
        let (member, other) = (try queue.rig.member(), try queue.rig.member())
        let ticket = try await queue.ticket(member)
        _ = try await queue.ticket(other)
        #expect(try await queue.status(member, ticket).status == 200)
        for missing in [nil, ""] {
            let answer = try await queue.status(member, missing)
            #expect(answer.status == 400 && answer.code == "queue-ticket-required")
        }
        let seals = QueueSeals(keys: [(number: 1, key: QueueRig.key)])
        let elsewhere = seals.text(of: QueueTicket(concert: queue.concert + 1, member: member, number: 1))
        let stranger = QueueSeals(keys: [(number: 1, key: SecretBytes.random(32))])
        let forged = stranger.text(of: QueueTicket(concert: queue.concert, member: member, number: 1))
        for wrong in [String(ticket.dropLast()), ticket + "A", "x", forged, elsewhere] {
            let answer = try await queue.status(member, wrong)
            #expect(answer.status == 403 && answer.code == "queue-ticket-invalid", "\(wrong)")
        }
        #expect(try await queue.status(other, ticket).code == "queue-ticket-invalid")
        #expect(queue.rig.metric("podo_queue_refused_total{reason=\"no-ticket\"}") == 2)
        #expect(queue.rig.metric("podo_queue_refused_total{reason=\"invalid\"}") == 4)
        #expect(queue.rig.metric("podo_queue_refused_total{reason=\"foreign\"}") == 2)
    }

    @Test("who does not come for his turn loses it and stands at the end; the others go on")
    func missedTurn() async throws {
        let queue = try QueueRig(active: 2)
        let members = try queue.rig.members(4)
        try await queue.openNow()
        var tickets: [Int64: String] = [:]
        for member in members { tickets[member] = try await queue.ticket(member) }
        try await queue.tick()
        try queue.pass(101)
        try await queue.tick()
        let late = try await queue.status(members[0], tickets[members[0]])
        #expect(late.status == 403 && late.code == "queue-ticket-expired")
        #expect(try await queue.status(members[2], tickets[members[2]]).json["status"] as? String == "ADMITTED")
        let again = try await queue.join(members[0])
        #expect(again.status == 201 && again.json["number"] as? Int == 5 && again.json["position"] as? Int == 1)
        #expect(try await queue.join(members[0]).json["number"] as? Int == 5)
        #expect(try await queue.status(members[0], tickets[members[0]]).code == "queue-ticket-expired")
    }

    // MARK: Leaving

    @Test("whoever leaves gives his turn to the next, and begins anew when he joins again")
    func leaving() async throws {
        let queue = try QueueRig(active: 1)
        let members = try queue.rig.members(3)
        try await queue.openNow()
        var tickets: [Int64: String] = [:]
        for member in members { tickets[member] = try await queue.ticket(member) }
        try await queue.tick()
        let pass = try #require(try await queue.admitted(tickets)[members[0]])
        #expect(try await queue.mayBuy(members[0], pass))
        for _ in 0..<2 {
            let left = try await queue.client.as(members[0]).send(.delete, "/api/v1/concert/\(queue.concert)/queue")
            #expect(left.status == 204)
        }
        #expect(try await !queue.mayBuy(members[0], pass))
        try queue.pass(1)
        try await queue.tick()
        #expect(Set(try await queue.admitted(tickets).keys) == [members[1]])
        #expect(try await queue.join(members[0]).json["number"] as? Int == 4)
    }

    @Test("one who leaves before his turn takes none of the room when it comes")
    func leavingEarly() async throws {
        let queue = try QueueRig(active: 1)
        let members = try queue.rig.members(3)
        try await queue.openNow()
        for member in members { _ = try await queue.ticket(member) }
        _ = try await queue.client.as(members[0]).send(.delete, "/api/v1/concert/\(queue.concert)/queue")
        try await queue.tick()
        try queue.pass(1)
        try await queue.tick()
        #expect(try queue.rig.number("SELECT admitted FROM queue_room") == 2)
        try queue.pass(1)
        try await queue.tick()
        #expect(try queue.rig.number("SELECT admitted FROM queue_room") == 2)
    }

    @Test("before places are drawn one has the same number, however often he leaves and comes back")
    func leavingBefore() async throws {
        let queue = try QueueRig(isOpen: false)
        let (one, other) = (try queue.rig.member(), try queue.rig.member())
        let ticket = try await queue.ticket(one)
        _ = try await queue.ticket(other)
        for _ in 0..<5 {
            try await queue.leave(one)
            #expect(try await queue.ticket(one) == ticket)
        }
        #expect(try queue.rig.sql("SELECT last_number FROM queue_room") == "2")
        // Who comes back only after the draw took part in it.
        try await queue.leave(one)
        try queue.open()
        try await queue.tick()
        #expect(try await queue.ticket(one) == ticket)
        #expect(try queue.rig.sql("SELECT last_number, draw_count FROM queue_room") == "2|2")
    }

    @Test("places that one has left and come back from take none of the room", arguments: [true, false])
    func leavingAgainAndAgain(isAdmitted: Bool) async throws {
        let queue = try QueueRig(active: 1)
        let (one, other) = (try queue.rig.member(), try queue.rig.member())
        try await queue.openNow()
        for number in 1...3 {
            let answer = try await queue.join(one)
            #expect(answer.json["number"] as? Int == number, "\(answer.text)")
            if isAdmitted {
                try await queue.tick()
                let ticket = try #require(answer.json["queueTicket"] as? String)
                #expect(try await queue.status(one, ticket).json["status"] as? String == "ADMITTED")
                try queue.pass(1)
            }
            try await queue.leave(one)
        }
        // His own place is one of those that he has left; another stands behind all of them.
        #expect(try await queue.join(one).json["number"] as? Int == 4)
        try await queue.leave(one)
        let ticket = try await queue.ticket(other)
        for _ in 0..<6 {
            try await queue.tick()
            try queue.pass(1)
        }
        #expect(try queue.rig.number("SELECT admitted FROM queue_room") == 5)
        #expect(try await queue.status(other, ticket).json["status"] as? String == "ADMITTED")
    }
}

extension QueueRig {
    func leave(_ member: Int64) async throws {
        let left = try await self.client.as(member).send(.delete, "/api/v1/concert/\(self.concert)/queue")
        try #require(left.status == 204)
    }

    /// The sale has opened and nobody took part in the draw.
    func openNow() async throws {
        _ = try await self.watermark()
        try await self.tick()
    }
}
