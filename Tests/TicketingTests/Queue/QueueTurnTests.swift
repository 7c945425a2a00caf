import Auth
import Commerce
import Foundation
import HTTPServer
import Observability
import Postgres
import Primitives
import Reactor
import TestSupport
import Testing

@testable import Ticketing

@Suite("Turns at a sale", .timeLimit(.minutes(5)))
struct QueueTurnTests {
    @Test("a pass is for one member and one concert, until its time is over or it was used")
    func passes() async throws {
        let queue = try QueueRig()
        let (member, other) = (try queue.rig.member(), try queue.rig.member())
        try await queue.openNow()
        let tickets = try await queue.joinAll([member, other])
        #expect(try await !queue.mayBuy(member, nil))
        try await queue.tick()
        let passes = try await queue.admitted(tickets)
        let pass = try #require(passes[member])
        #expect(try await queue.mayBuy(member, pass))
        #expect(try await !queue.mayBuy(other, pass))
        for wrong in [nil, "", "x", tickets[member], String(pass.dropLast()), pass + "A"] {
            #expect(try await !queue.mayBuy(member, wrong))
        }
        // The same answer once more has the same pass: asking does not make a turn longer.
        #expect(try await queue.admitted(tickets) == passes)
        // Bought: used up, here and in another process.
        try await queue.finish(member)
        #expect(try await !queue.mayBuy(member, pass))
        #expect(try await !queue.another().mayBuy(member, pass))
        #expect(try await queue.status(member, tickets[member]).code == "queue-ticket-expired")
        // Over.
        let last = try #require(passes[other])
        #expect(try await queue.mayBuy(other, last))
        try queue.rig.sql("UPDATE queue_member SET pass_until = now() WHERE member_id = \(other)")
        #expect(try await !queue.mayBuy(other, last))
        #expect(try await queue.join(other).json["status"] as? String == "WAITING")
    }

    @Test("what was bought ends the turn in which it was reserved, with the transaction, and no later turn")
    func finishing() async throws {
        let queue = try QueueRig()
        let member = try queue.rig.member()
        try await queue.openNow()
        let tickets = try await queue.joinAll([member])
        try await queue.tick()
        let pass = try #require(try await queue.admitted(tickets)[member])
        let old = try queue.reserve(member, secondsAgo: 60)
        let fresh = try queue.reserve(member)
        // Of a turn before this one, and of somebody else.
        try await queue.finish(member, reservation: old)
        try await queue.finish(try queue.rig.member(), reservation: fresh)
        #expect(try await queue.mayBuy(member, pass))
        struct Undone: Error {}
        await #expect(throws: Undone.self) {
            try await queue.rig.onLoop {
                try await queue.rig.database.transaction("test_finish") {
                    try await queue.service.purchaseFinished(
                        concert: queue.concert, member: member, reservation: fresh, in: $0)
                    throw Undone()
                }
            }
        }
        #expect(try await queue.mayBuy(member, pass))
        try await queue.finish(member, reservation: fresh)
        #expect(try await !queue.mayBuy(member, pass))
        // What the database says is not turned into what a client is told: who tells of events decides by it.
        try queue.rig.sql("ALTER TABLE queue_member RENAME TO queue_member_away")
        await #expect(throws: PostgresError.self) { try await queue.finish(member, reservation: fresh) }
    }

    @Test("the queue rests while the sale is put off, closed or over, whatever was seen before")
    func putOff() async throws {
        let queue = try QueueRig(rate: 1000)
        let members = try queue.rig.members(3)
        try await queue.openNow()
        let tickets = try await queue.joinAll(members)
        try await queue.tick()
        func admitted() throws -> Int64 { try queue.rig.number("SELECT admitted FROM queue_room") }
        #expect(try admitted() == 3)
        let late = try queue.rig.member()
        for change in [
            "sale_opens_at = now() + interval '1 hour'", "sale_closes_at = now() - interval '1 second'",
            "status = 'CLOSED'",
        ] {
            try queue.rig.sql(
                """
                UPDATE concert SET sale_opens_at = now() - interval '1 hour', status = 'PUBLISHED',
                    sale_closes_at = now() + interval '1 day'
                """)
            _ = try await queue.ticket(late)
            // What a process has seen just before.
            let seen = try #require(try await queue.service.store.rooms([queue.concert]).first)
            #expect(seen.move(now: seen.readAt) == .admit(1))
            try queue.rig.sql("UPDATE concert SET \(change)")
            #expect(try await queue.service.store.admit([(seen, 1)]).isEmpty)
            try await queue.tick()
            #expect(try admitted() == 3, "\(change)")
        }
        try queue.rig.sql(
            """
            UPDATE concert SET status = 'PUBLISHED', sale_opens_at = now() + interval '1 hour',
                sale_closes_at = now() + interval '1 day'
            """)
        try await queue.service.reload(queue.concert)
        let waiting = try await queue.join(late)
        #expect(waiting.json["status"] as? String == "WAITING" && waiting.json["opensAt"] != nil)
        #expect((3500...3700).contains(waiting.json["etaSeconds"] as? Int ?? 0))
        _ = tickets
        try queue.open()
        try await queue.tick()
        #expect(try admitted() == 4)
    }

    @Test("the organizer may let in only members whose address is verified, or who were members before the opening")
    func rules() async throws {
        let queue = try QueueRig()
        let members = try queue.rig.members(4)
        try queue.rig.sql(
            """
            SET session_replication_role = replica;
            UPDATE member SET email_verified_at = now() WHERE id IN (\(members[1]), \(members[2]));
            UPDATE member SET created_at = now() - interval '2 hours' WHERE id IN (\(members[2]), \(members[3]))
            """)
        try await queue.openNow()
        // Without rules everybody waits, however new.
        #expect(try await queue.join(members[0]).status == 201)
        let path = "/api/v1/concert/\(queue.concert)/queue"
        let seller = queue.client.as(queue.seller, .seller)
        let changed = try await seller.send(
            .patch, path, json: ["verifiedOnly": true, "olderAccountsOnly": true])
        #expect(changed.json["verifiedOnly"] as? Bool == true && changed.json["olderAccountsOnly"] as? Bool == true)
        // A place is not taken away.
        #expect(try await queue.join(members[0]).status == 201)
        let stranger = try queue.rig.member()
        #expect(try await queue.join(stranger).code == "email-not-verified")
        #expect(try await queue.join(members[1]).code == "account-too-new")
        #expect(try await queue.join(members[2]).status == 201)
        let unverified = try await queue.join(members[3])
        #expect(unverified.status == 403 && unverified.code == "email-not-verified")
        _ = try await seller.send(.patch, path, json: ["verifiedOnly": false])
        #expect(try await queue.join(members[3]).status == 201)
        _ = try await seller.send(.patch, path, json: ["olderAccountsOnly": false])
        #expect(try await queue.join(members[1]).status == 201)
        #expect(try await queue.watermark()["olderAccountsOnly"] as? Bool == false)
    }

    @Test("a pass whose own time is over needs no look at the database")
    func oldPass() async throws {
        let queue = try QueueRig()
        let member = try queue.rig.member()
        try await queue.openNow()
        let now = try queue.rig.number(
            "SELECT (extract(epoch FROM now() - '2000-01-01 00:00:00+00'::timestamptz) * 1000000)::bigint")
        let ticket = QueueTicket(concert: queue.concert, member: member, number: 1)
        let pass = QueueSeals(keys: [(number: 1, key: QueueRig.key)]).text(
            of: QueuePass(ticket: ticket, until: now - 1_000_000))
        #expect(try await !queue.mayBuy(member, pass))
    }

    @Test("never more turns than there is room for, with two processes, joins, purchases and absences")
    func room() async throws {
        let queue = try QueueRig(rate: 7, active: 10)
        let other = try queue.another()
        let members = try queue.rig.members(60)
        try await queue.openNow()
        try await other.openNow()
        let tickets = try await queue.joinAll(members)
        var random = SplitMix(seed: 5)
        var (admitted, finished): (Set<Int64>, Set<Int64>) = ([], [])
        for _ in 0..<60 {
            let rig = random.next(below: 2) == 0 ? queue : other
            try await rig.tick()
            for member in members where random.next(below: 3) > 0 {
                let answer = try await (random.next(below: 2) == 0 ? queue : other).status(member, tickets[member])
                if answer.json["status"] as? String == "ADMITTED" { admitted.insert(member) }
            }
            let valid = try queue.rig.number(
                "SELECT count(*) FROM queue_member WHERE pass_until > now() AND ended_at IS NULL")
            #expect(valid <= 10)
            for member in admitted.subtracting(finished) where random.next(below: 2) == 0 {
                try await rig.finish(member)
                finished.insert(member)
            }
            try queue.pass(1 + random.next(below: 3))
        }
        #expect(admitted.count >= 50)
        // No second has more steps than the rate allows with what one second saves up.
        #expect(
            try queue.rig.number(
                """
                SELECT coalesce(max(width), 0) FROM (SELECT upto - coalesce(lag(upto) OVER (ORDER BY upto), 0) AS width
                FROM queue_step) AS t
                """) <= 7)
        #expect(try queue.rig.number("SELECT count(*) FROM queue_step") >= 9)
    }

    @Test("one process moves the pointer, another follows and takes over when that one is gone")
    func lease() async throws {
        let queue = try QueueRig(rate: 1)
        let other = try queue.another()
        let members = try queue.rig.members(4)
        try await queue.openNow()
        try await other.openNow()
        let tickets = try await queue.joinAll(members)
        try await queue.tick()
        try queue.free(seconds: 2)
        let mover = try queue.rig.sql("SELECT mover FROM queue_room")
        try await other.tick()
        #expect(try queue.rig.number("SELECT admitted FROM queue_room") == 1)
        let seen = try #require(other.service.rooms[queue.concert]?.room)
        #expect(seen.isMovedElsewhere)
        let tried = try await other.rig.onLoop { try await other.service.store.admit([(seen, 1)]) }
        #expect(tried.isEmpty)
        // It knows how far the pointer is all the same.
        #expect(try await other.admitted(tickets).count == 1)
        try queue.pass(4)
        try await other.tick()
        try queue.free(seconds: 2)
        #expect(try queue.rig.number("SELECT admitted FROM queue_room") == 2)
        #expect(try queue.rig.sql("SELECT mover FROM queue_room") != mover)
        // What the first one planned before it knew is refused, when nobody is the mover any more too.
        try queue.pass(4)
        let room = try #require(queue.service.rooms.all.first?.room)
        let moved = try await queue.rig.onLoop { try await queue.service.store.admit([(room, 1)]) }
        #expect(room.admitted == 1 && moved.isEmpty)
        #expect(try queue.rig.number("SELECT admitted FROM queue_room") == 2)
    }

    @Test("after a restart tickets, places and turns are what they were")
    func restart() async throws {
        let queue = try QueueRig(rate: 10, isOpen: false)
        let members = try queue.rig.members(30)
        let tickets = try await queue.joinAll(members)
        let second = try queue.another()
        #expect(try await second.joinAll(members) == tickets)
        try queue.open()
        try await second.openNow()
        try queue.stopTime()
        let passes = try await second.admitted(tickets)
        #expect(passes.count == 10)
        // The first who asks a new process, whoever it is.
        for member in members {
            guard passes[member] == nil else { continue }
            let answer = try await queue.another().status(member, tickets[member])
            #expect(answer.json["position"] is Int, "\(answer.text)")
            break
        }
        let third = try queue.another()
        let same = try await third.admitted(tickets)
        #expect(same == passes)
        let late = try queue.rig.member()
        #expect(try await third.join(late).json["number"] as? Int == 31)
        for _ in 0..<4 {
            try queue.pass(4)
            try queue.free(seconds: 5)
            let next = try queue.another()
            _ = try await next.watermark()
            try await next.tick()
            try queue.stopTime()
        }
        #expect(try queue.rig.sql("SELECT admitted, last_number FROM queue_room") == "31|31")
        #expect(try queue.rig.sql("SELECT string_agg(upto::text, ' ' ORDER BY upto) FROM queue_step") == "10 20 30 31")
    }

    @Test("it goes on by itself, and on after a failure, until it is told to stop")
    func run() async throws {
        let queue = try QueueRig(rate: 1000)
        let members = try queue.rig.members(5)
        _ = try await queue.joinAll(members)
        let (service, rig) = (queue.service, queue.rig)
        let task = Task(executorPreference: rig.group.loops[0]) {
            await service.run { await rig.pause(min($0, .milliseconds(5))) }
        }
        try await rig.wait { try rig.number("SELECT admitted FROM queue_room") == 5 }
        try rig.sql("ALTER TABLE queue_room RENAME TO queue_room_away")
        try await rig.wait { rig.logMemory.lines.contains { $0.contains("queues rest") } }
        try rig.sql("ALTER TABLE queue_room_away RENAME TO queue_room")
        _ = try await queue.ticket(try rig.member())
        try await rig.wait { try rig.number("SELECT admitted FROM queue_room") == 6 }
        task.cancel()
        await task.value
    }

    @Test("when all is sold, everybody is told at once, and the queue goes on when something comes back")
    func soldOut() async throws {
        let queue = try QueueRig(rate: 1)
        let other = try queue.another()
        let members = try queue.rig.members(3)
        try await queue.openNow()
        try await other.openNow()
        let tickets = try await queue.joinAll(members)
        try await queue.tick()
        try queue.stopTime()
        try await queue.setSoldOut(true)
        let told = try await queue.status(members[2], tickets[members[2]])
        #expect(told.status == 200 && told.json["status"] as? String == "SOLD_OUT")
        #expect(try await queue.join(members[2]).json["status"] as? String == "SOLD_OUT")
        #expect(try await queue.watermark()["state"] as? String == "SOLD_OUT")
        try queue.pass(5)
        try queue.free(seconds: 5)
        try await other.tick()
        #expect(try await other.status(members[2], tickets[members[2]]).json["status"] as? String == "SOLD_OUT")
        #expect(try queue.rig.number("SELECT admitted FROM queue_room") == 1)
        try await queue.setSoldOut(false)
        try await queue.tick()
        #expect(try queue.rig.number("SELECT admitted FROM queue_room") == 2)
    }

    @Test("rate, room and pause are set by who sells the concert, or manages the site, and by nobody else")
    func settings() async throws {
        let queue = try QueueRig(rate: 1)
        let members = try queue.rig.members(10)
        try await queue.openNow()
        let tickets = try await queue.joinAll(members)
        let path = "/api/v1/concert/\(queue.concert)/queue"
        let stranger = try await queue.client.as(members[0], .seller).send(.patch, path, json: ["paused": true])
        #expect(stranger.status == 403 && stranger.code == "forbidden")
        let paused = try await queue.client.as(queue.seller, .seller).send(.patch, path, json: ["paused": true])
        #expect(paused.status == 200 && paused.json["state"] as? String == "PAUSED")
        try await queue.tick()
        #expect(try queue.rig.number("SELECT admitted FROM queue_room") == 0)
        #expect(try await queue.status(members[5], tickets[members[5]]).json["paused"] as? Bool == true)
        let manager = queue.client.as(members[1], .manager)
        let changed = try await manager.send(
            .patch, path, json: ["paused": false, "admitPerSecond": 50, "maxActive": 4])
        #expect(changed.json["state"] as? String == "OPEN" && changed.json["admitPerSecond"] as? Int == 50)
        try await queue.tick()
        #expect(try queue.rig.number("SELECT admitted FROM queue_room") == 4)
        #expect(try await queue.status(members[5], tickets[members[5]]).json["paused"] as? Bool == false)
        #expect(try queue.rig.sql("SELECT updated_by FROM concert") == "member:\(members[1])")
        for wrong in [["admitPerSecond": 0], ["maxActive": 1_000_001], ["paused": 1]] {
            #expect(try await manager.send(.patch, path, json: wrong).status == 400)
        }
        // Before the concert is published too.
        try queue.rig.sql("UPDATE concert SET status = 'DRAFT'")
        let draft = try await manager.send(.patch, path, json: ["maxActive": 9])
        #expect(draft.status == 200 && draft.json["maxActive"] as? Int == 9)
        try queue.rig.sql("UPDATE concert SET status = 'PUBLISHED'")
        let off = try await manager.send(.patch, path, json: ["enabled": false])
        #expect(off.json["state"] as? String == "NONE")
        #expect(try await queue.mayBuy(members[5], nil))
    }

    @Test("that it is paused is told before it opens too, when its state says something else")
    func pausedBefore() async throws {
        let queue = try QueueRig(isOpen: false)
        let path = "/api/v1/concert/\(queue.concert)/queue"
        let seller = queue.client.as(queue.seller, .seller)
        let paused = try await seller.send(.patch, path, json: ["paused": true])
        #expect(paused.json["state"] as? String == "PREQUEUE" && paused.json["paused"] as? Bool == true)
        #expect(try await seller.send(.patch, path, json: ["admitPerSecond": 7]).json["paused"] as? Bool == true)
        #expect(try await queue.watermark()["paused"] as? Bool == true)
    }

    @Test("the server of the database is killed and comes back: nobody loses his place, nobody is let in twice")
    func killed() async throws {
        let cluster = TestCluster()
        let url = try cluster.database()
        let migrations = AuthMigrations.all + CommerceMigrations.all + TicketingMigrations.all
        for migration in migrations.sorted(by: { $0.number < $1.number }) {
            try cluster.query("BEGIN; \(migration.sql); COMMIT", at: url)
        }
        let queue = try QueueRig(rate: 3, url: url)
        let members = try queue.rig.members(20)
        try await queue.openNow()
        let tickets = try await queue.joinAll(members)
        try await queue.tick()
        try queue.stopTime()
        let passes = try await queue.admitted(tickets)
        #expect(passes.count == 3)
        try cluster.perform(.kill)
        await #expect(throws: (any Error).self) { try await queue.tick() }
        let refused = try await queue.join(members[0])
        #expect(refused.status == 503 && refused["retry-after"] != nil)
        // Who waits is told his place all the same.
        let waiting = try #require(members.first { passes[$0] == nil })
        #expect(try await queue.status(waiting, tickets[waiting]).json["status"] as? String == "WAITING")
        try cluster.perform(.start)
        try await queue.rig.wait { (try? await queue.tick()) != nil }
        #expect(try await queue.joinAll(members) == tickets)
        for member in passes.keys { #expect(try await queue.mayBuy(member, passes[member])) }
        let steps = try cluster.query("SELECT string_agg(upto::text, ' ' ORDER BY upto) FROM queue_step", at: url)
        #expect(steps == "3")
    }
}
