import Foundation
import HTTPServer
import Postgres
import Testing

@testable import Ticketing

@Suite("Tickets")
struct TicketTests {
    @Test("an owner sees his tickets, with the code only where he looks at one that is valid")
    func reading() async throws {
        let rig = try TicketingRig()
        let process = ReservationRig(rig)
        let sale = try rig.concertOnSale(rows: 2, columns: 10)
        let members = try rig.members(2)
        let id = try await process.held(sale, members[0], [0, 1, 10])
        let tickets = try #require(try await process.confirm(id))
        let client = try process.client()
        let list = try await client.as(members[0]).send(.get, "/api/v1/ticket?limit=2")
        let items = list.json["items"] as? [[String: Any]] ?? []
        #expect(items.compactMap { $0["ticketId"] as? Int64 } == [tickets[2], tickets[1]])
        #expect(items.allSatisfy { $0["qr"] == nil && $0["status"] as? String == "ISSUED" })
        let cursor = try #require(list.json["nextCursor"] as? String)
        let rest = try await client.as(members[0]).send(.get, "/api/v1/ticket?limit=2&cursor=\(cursor)")
        #expect((rest.json["items"] as? [Any])?.count == 1)
        let one = try await client.as(members[0]).send(.get, "/api/v1/ticket/\(tickets[0])")
        #expect((one.json["qr"] as? String)?.hasPrefix("P1:") == true && one.json["qrUntil"] is String)
        #expect(one.json["code"] as? String == (try rig.sql("SELECT code FROM ticket WHERE id = \(tickets[0])")))
        #expect(one.json["grade"] as? String == "VIP" && one.json["row"] as? Int == 1 && one.json["col"] as? Int == 1)
        #expect(one.json["concertName"] as? String == "보라빛 밤")
        #expect(try await client.as(members[1]).send(.get, "/api/v1/ticket/\(tickets[0])").status == 404)
        _ = try await process.pay { try await $0.cancel(id, seats: [sale.seat(0).value], reason: "USER", in: $1) }
        let void = try await client.as(members[0]).send(.get, "/api/v1/ticket/\(tickets[0])")
        #expect(void.json["status"] as? String == "REVOKED" && void.json["qr"] == nil && void.json["code"] == nil)
    }

    @Test("a ticket that is given away is void in the old hands")
    func transfer() async throws {
        let rig = try TicketingRig()
        let process = ReservationRig(rig)
        let sale = try rig.concertOnSale(rows: 1, columns: 10)
        let members = try rig.members(3)
        let id = try await process.held(sale, members[0], [0, 1])
        let tickets = try #require(try await process.confirm(id))
        process.directory.add("heir@podo.test", members[1])
        process.directory.add("own@podo.test", members[0])
        let client = try process.client()
        let path = "/api/v1/ticket/\(tickets[0])/transfer"
        let code = try rig.sql("SELECT code FROM ticket WHERE id = \(tickets[0])")
        func give(_ member: Int64, _ email: String) async throws -> (Int, String?) {
            let answer = try await client.as(member).send(.post, path, json: ["email": email])
            return (answer.status, answer.code)
        }
        #expect(try await give(members[2], "heir@podo.test") == (404, "not-found"))
        #expect(try await give(members[0], "nobody@podo.test") == (422, "member-not-found"))
        #expect(try await give(members[0], "own@podo.test") == (409, "invalid-state"))
        #expect(try await give(members[0], "heir@podo.test").0 == 204)
        #expect(
            try rig.sql("SELECT member_id, epoch, code <> '\(code)' FROM ticket WHERE id = \(tickets[0])")
                == "\(members[1])|2|t")
        #expect(try rig.events().last == "ticket.transferred ticket:\(tickets[0])")
        #expect(try await give(members[0], "heir@podo.test").0 == 404)
        let received = try await client.as(members[1]).send(.get, "/api/v1/ticket/\(tickets[0])")
        #expect(received.status == 200 && received.json["isReceived"] as? Bool == true)
        let bought = try await client.as(members[0]).send(.get, "/api/v1/ticket/\(tickets[1])")
        #expect(bought.json["isReceived"] as? Bool == false && bought.json["timeZone"] as? String == "Asia/Seoul")
        try await process.expectSound()
        // Whoever bought it is told that he has it no more, so that he does not give it back. Others may void it still.
        let terms = try #require(try await process.pay { try await $0.refundable(id, in: $1) })
        #expect(terms.lines.map(\.isHeldByBuyer) == [false, true])
        // What was bought for another time goes back whole until it begins, and after that by the organizer's rules.
        #expect(terms.rules == nil)
        try rig.sql("UPDATE schedule SET moved_at = now()")
        let own = #"[{"daysBefore": 5, "feeBasisPoints": 9000}, {"daysBefore": -1, "feeBasisPoints": 500}]"#
        for (rules, expected) in [
            (nil, #"[{"daysBefore": 0, "feeBasisPoints": 0}]"#),
            (own, #"[{"daysBefore": -1, "feeBasisPoints": 500}, {"daysBefore": 0, "feeBasisPoints": 0}]"#),
        ] {
            // As if they had always been these: rules that came later are nothing to him.
            try rig.sql(
                """
                UPDATE concert SET refund_rules = \(rules.map { "'\($0)'" } ?? "NULL");
                DELETE FROM concert_refund_rules
                """)
            let moved = try #require(try await process.pay { try await $0.refundable(id, in: $1) })
            let read = try JSONSerialization.jsonObject(with: Data(try #require(moved.rules).utf8)) as? NSArray
            #expect(read == (try JSONSerialization.jsonObject(with: Data(expected.utf8)) as? NSArray))
        }
        try rig.sql("UPDATE schedule SET moved_at = now() - interval '1 day'")
        #expect(try await process.pay { try await $0.refundable(id, in: $1) }?.rules?.contains("9000") == true)
        let gone = try await process.pay {
            try await $0.cancel(id, seats: [sale.seat(0).value], reason: "USER", in: $1)
        }
        #expect(gone == [tickets[0]])
        #expect(try await give(members[1], "own@podo.test") == (409, "invalid-state"))
        try rig.sql("UPDATE schedule SET starts_at = now() - interval '3 h', ends_at = now() - interval '1 h'")
        let late = try await client.as(members[0]).send(
            .post, "/api/v1/ticket/\(tickets[1])/transfer", json: ["email": "heir@podo.test"])
        #expect(late.code == "invalid-state")
        // Whom he may not give it to he is not told of.
        #expect(try await give(members[1], "nobody@podo.test") == (409, "invalid-state"))
        let over = try await client.as(members[0]).send(
            .post, "/api/v1/ticket/\(tickets[1])/transfer", json: ["email": "nobody@podo.test"])
        #expect(over.status == 409 && over.code == "invalid-state")
        try await process.expectSound()
    }

    @Test("a ticket is given away or back, never both")
    func transferAndRefund() async throws {
        let rig = try TicketingRig(loopCount: 2)
        let process = ReservationRig(rig)
        let sale = try rig.concertOnSale(rows: 3, columns: 10, purchaseLimit: 30)
        let members = try rig.members(2)
        let tickets = Tickets(database: rig.database, directory: process.directory)
        process.directory.add("heir@podo.test", members[1])
        for number in 0..<ReservationRig.repetitionCount {
            let id = try await process.held(sale, members[0], [number % 30])
            let ticket = try #require(try await process.confirm(id)?.first)
            let isGiven = try await withThrowingTaskGroup(of: Bool?.self) { group in
                group.addTask {
                    do {
                        try await tickets.transfer(ticket, of: members[0], toEmail: "heir@podo.test")
                        return true
                    } catch is HTTPProblem { return false }
                }
                group.addTask {
                    _ = try await process.pay { reservations, transaction in
                        let terms = try await reservations.refundable(id, in: transaction)
                        let seats = (terms?.lines ?? []).filter(\.isHeldByBuyer).map(\.seatID)
                        guard !seats.isEmpty else { return [Int64]() }
                        return try await reservations.cancel(id, seats: seats, reason: "USER", in: transaction)
                    }
                    return nil
                }
                return try await group.reduce(into: false) { if $1 == true { $0 = true } }
            }
            #expect(
                try rig.sql("SELECT status, epoch, member_id FROM ticket WHERE id = \(ticket)")
                    == (isGiven ? "ISSUED|2|\(members[1])" : "REVOKED|2|\(members[0])"))
            if isGiven {
                _ = try await process.pay {
                    try await $0.cancel(id, seats: [sale.seat(number % 30).value], reason: "CONCERT", in: $1)
                }
            }
        }
        try await process.expectSound()
    }
}
