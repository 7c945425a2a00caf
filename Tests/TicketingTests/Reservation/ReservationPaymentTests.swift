import Commerce
import HTTPServer
import Postgres
import Primitives
import Testing

@testable import Ticketing

/// What payments do with reservations, and what can come between.
@Suite("Reservations and money")
struct ReservationPaymentTests {
    @Test("what is paid is sold, with tickets, once; asked again the answer is the same")
    func confirm() async throws {
        let rig = try TicketingRig()
        let process = ReservationRig(rig)
        let sale = try rig.concertOnSale(rows: 1, columns: 10)
        let members = try rig.members(2)
        let id = try await process.held(sale, members[0], [3, 4])
        let order = try await process.order(id, of: members[0])
        #expect(order?.total == Money(132_000) || order?.total == Money(198_000))
        #expect(order?.isPayable == true && order?.isConfirmed == false && order?.sellerID == sale.seller)
        #expect(try await process.order(id, of: members[1]) == nil)
        #expect(try await process.freeze(id))
        #expect(try await process.freeze(id))
        #expect(try await process.order(id, of: members[0])?.isPayable == false)
        let tickets = try await process.confirm(id)
        #expect(tickets?.count == 2)
        #expect(try await process.confirm(id) == tickets)
        #expect(try await process.order(id, of: members[0])?.isConfirmed == true)
        #expect(try rig.sql("SELECT count(*), count(DISTINCT code), min(length(code)) FROM ticket") == "2|2|22")
        #expect(
            try rig.events() == ["reservation.confirmed reservation:\(id)"]
                + (tickets ?? []).map { "ticket.issued ticket:\($0)" })
        #expect(try await process.hold(sale, members[1], [3]) == .taken([3]))
        try await process.expectSound()
    }

    @Test("many are paid in one transaction, and what is odd among them is left as it was")
    func together() async throws {
        let rig = try TicketingRig()
        let process = ReservationRig(rig)
        let sale = try rig.concertOnSale(rows: 4, columns: 10, purchaseLimit: 4)
        let members = try rig.members(6)
        var ids: [Int64] = []
        for (index, member) in members.enumerated() {
            ids.append(try await process.held(sale, member, [4 * index, 4 * index + 1, 4 * index + 2]))
        }
        try rig.lapse("id IN (\(ids[1]), \(ids[2]))")
        let plain = Set(ids[3...]).union([ids[0]])
        let asked = ids
        let frozen = try await process.pay { try await $0.freeze(asked + [12_345], in: $1) }
        #expect(frozen == plain)
        // One is sold before, two have lapsed, and the seats of the rest are being paid.
        let first = try await process.confirm(ids[0])
        let tickets: [Int64: [Int64]] = try await process.pay { try await $0.confirm(asked.reversed(), in: $1) }
        #expect(Set(tickets.keys) == plain)
        #expect(tickets[ids[0]] == first)
        #expect(tickets.values.allSatisfy { $0.count == 3 } && Set(tickets.values.joined()).count == 12)
        #expect(
            try rig.sql("SELECT string_agg(status, ' ' ORDER BY id) FROM reservation")
                == "CONFIRMED PENDING PENDING CONFIRMED CONFIRMED CONFIRMED")
        #expect(try rig.number("SELECT count(*) FROM seat WHERE state = 3") == 12)
        #expect(try await process.confirm(ids[1])?.count == 3)
        try await process.expectSound()
    }

    @Test("a payment that fails leaves the seats held for another try, and for as long as they were")
    func thaw() async throws {
        let rig = try TicketingRig()
        let process = ReservationRig(rig)
        let sale = try rig.concertOnSale(rows: 1, columns: 10, holdSeconds: 300)
        let member = try rig.member()
        let id = try await process.held(sale, member, [3, 4])
        let left = "SELECT ceil(extract(epoch FROM held_until - now())) FROM reservation WHERE id = \(id)"
        let end = "SELECT held_until FROM reservation WHERE id = \(id)"
        let before = try rig.sql(end)
        #expect(try await process.freeze(id))
        try await process.pay { try await $0.thaw(id, heldFor: .seconds(60), in: $1) }
        #expect(try rig.sql(end) == before)
        #expect(try await process.freeze(id))
        try rig.sql("UPDATE reservation SET held_until = now() - interval '1 hour'")
        try await process.pay { try await $0.thaw(id, heldFor: .seconds(60), in: $1) }
        #expect(try (1...60).contains(rig.number(left)))
        try await process.expectSound()
        #expect(try await process.confirm(id)?.count == 2)
        // Nothing to thaw any more.
        try await process.pay { try await $0.thaw(id, heldFor: .seconds(60), in: $1) }
        try await process.expectSound()
    }

    @Test("what is given back goes by the rules that held when the seats were taken")
    func rules() async throws {
        let rig = try TicketingRig()
        let process = ReservationRig(rig)
        let sale = try rig.concertOnSale(rows: 1, columns: 10)
        func sell(_ seat: Int) async throws -> Int64 {
            let id = try await process.held(sale, rig.member(), [seat])
            _ = try await process.confirm(id)
            return id
        }
        func rules(_ id: Int64) async throws -> String? {
            let order = try await process.pay { try await $0.refundable(id, in: $1) }
            return try #require(order).rules
        }
        /// A while ago: who buys now has nothing else before him.
        func change(_ rules: String) throws {
            try rig.sql(
                """
                UPDATE concert SET refund_rules = \(rules);
                UPDATE concert_refund_rules SET until = until - interval '1 minute' WHERE until > now()
                """)
        }
        func fee(_ points: Int) -> String { #"[{"daysBefore": 0, "feeBasisPoints": \#(points)}]"# }
        let first = try await sell(0)
        #expect(try await rules(first) == nil)
        try change("'\(fee(10_000))'")
        let second = try await sell(1)
        try change("'\(fee(5000))'")
        let third = try await sell(2)
        try change("NULL")
        try rig.sql("UPDATE concert SET name = '다른 밤'")
        let last = try await sell(3)
        #expect(try await rules(first) == nil)
        #expect(try await rules(second) == fee(10_000))
        #expect(try await rules(third) == fee(5000))
        #expect(try await rules(last) == nil)
        // Who buys within a minute of a change may have seen the rules of before.
        try rig.sql("UPDATE concert SET refund_rules = '\(fee(1))'")
        let late = try await sell(4)
        #expect(try await rules(late) == nil)
        // Or those of after it: he is held to neither where the other is better. Before, nobody knew of it.
        let both = try await process.pay { try await $0.refundable(late, in: $1) }
        #expect(both?.otherRules == fee(1))
        #expect(try await process.pay { try await $0.refundable(last, in: $1) }?.otherRules == nil)
        #expect(try rig.number("SELECT count(*) FROM concert_refund_rules") == 4)
        try await process.expectSound()
    }

    @Test("who held a seat before its show was moved gets everything back, though he paid after it")
    func heldBeforeMove() async throws {
        let rig = try TicketingRig()
        let process = ReservationRig(rig)
        let sale = try rig.concertOnSale(rows: 1, columns: 10)
        func rules(_ id: Int64) async throws -> String? {
            _ = try await process.confirm(id)
            return try #require(try await process.pay { try await $0.refundable(id, in: $1) }).rules
        }
        let held = try await process.held(sale, rig.member(), [0])
        try rig.sql("UPDATE schedule SET moved_at = clock_timestamp()")
        #expect(try await rules(held) == #"[{"daysBefore": 0, "feeBasisPoints": 0}]"#)
        // Who comes later knows when it is; a page that is open may be a minute old.
        let next = try await process.held(sale, rig.member(), [1])
        #expect(try await rules(next) != nil)
        try rig.sql("UPDATE schedule SET moved_at = clock_timestamp() - interval '61 seconds'")
        let late = try await process.held(sale, rig.member(), [2])
        #expect(try await rules(late) == nil)
        try await process.expectSound()
    }

    @Test("nobody is charged for what has lapsed")
    func freezeLapsed() async throws {
        let rig = try TicketingRig()
        let process = ReservationRig(rig)
        let sale = try rig.concertOnSale(rows: 1, columns: 10)
        let members = try rig.members(2)
        let id = try await process.held(sale, members[0], [3, 4])
        try rig.lapse("true")
        #expect(try await process.freeze(id) == false)
        #expect(try await process.order(id, of: members[0])?.isPayable == false)
        #expect(try await process.freeze(12_345) == false)
        try await process.expectSound()
    }

    @Test("money that comes late gets the seats if they are free still, swept or not")
    func lateAndFree() async throws {
        let rig = try TicketingRig()
        let process = ReservationRig(rig)
        let sale = try rig.concertOnSale(rows: 1, columns: 10)
        let members = try rig.members(2)
        let first = try await process.held(sale, members[0], [0, 1])
        let second = try await process.held(sale, members[1], [2, 3])
        try rig.lapse("id = \(first)")
        #expect(try await process.reservations.sweepExpired(10) == 1)
        #expect(try await process.confirm(first)?.count == 2)
        try rig.lapse("id = \(second)")
        #expect(try await process.confirm(second)?.count == 2)
        try await process.expectSound()
        #expect(
            try rig.events().filter { $0.contains("reservation.") }
                == [
                    "reservation.expired reservation:\(first)", "reservation.confirmed reservation:\(first)",
                    "reservation.confirmed reservation:\(second)",
                ])
    }

    @Test("money that comes too late gets nothing, and no seat stays behind")
    func tooLate() async throws {
        let rig = try TicketingRig()
        let process = ReservationRig(rig)
        let sale = try rig.concertOnSale(rows: 1, columns: 10)
        let members = try rig.members(3)
        let id = try await process.held(sale, members[0], [0, 1])
        try rig.lapse("true")
        let other = try await process.held(sale, members[1], [1])
        #expect(try await process.confirm(id) == nil)
        #expect(
            try rig.sql("SELECT status, live_count, end_reason FROM reservation WHERE id = \(id)")
                == "CANCELLED|0|PAID_TOO_LATE")
        #expect(
            try rig.sql("SELECT state, reservation_id FROM seat WHERE seat_no < 2 ORDER BY seat_no") == "0|\n1|\(other)"
        )
        #expect(try rig.number("SELECT count(*) FROM ticket") == 0)
        #expect(try await process.confirm(id) == nil)
        try await process.expectSound()
    }

    @Test("money for a concert that was cancelled meanwhile gets nothing")
    func cancelledConcert() async throws {
        let rig = try TicketingRig()
        let process = ReservationRig(rig)
        let sale = try rig.concertOnSale(rows: 1, columns: 10)
        let members = try rig.members(4)
        let paying = try await process.held(sale, members[0], [0, 1])
        #expect(try await process.freeze(paying))
        for (index, member) in members[1...].enumerated() { _ = try await process.held(sale, member, [2 + index]) }
        try rig.sql("UPDATE concert SET status = 'CANCELED'")
        #expect(try await process.reservations.cancelAll(concert: sale.concert) == 3)
        #expect(try rig.number("SELECT count(*) FROM reservation WHERE end_reason = 'CONCERT_CANCELED'") == 3)
        #expect(try await process.confirm(paying) == nil)
        #expect(try rig.number("SELECT count(*) FROM seat WHERE state <> 0") == 0)
        try await process.expectSound()
    }

    @Test("cancelling a concert goes page by page")
    func cancelPages() async throws {
        let rig = try TicketingRig()
        var limits = ReservationLimits()
        limits.cancelCountMax = 2
        let process = ReservationRig(rig, limits: limits)
        let sale = try rig.concertOnSale(rows: 1, columns: 10)
        for (index, member) in try rig.members(5).enumerated() { _ = try await process.held(sale, member, [index]) }
        #expect(try await process.reservations.cancelAll(concert: sale.concert) == 5)
        #expect(try await process.reservations.cancelAll(concert: sale.concert) == 0)
        try await process.expectSound()
    }

    @Test("a late payment does not give a member more than his share")
    func lateBeyondLimit() async throws {
        let rig = try TicketingRig()
        let process = ReservationRig(rig)
        let sale = try rig.concertOnSale(rows: 1, columns: 10, purchaseLimit: 4)
        let member = try rig.member()
        let old = try await process.held(sale, member, [0, 1, 2])
        try rig.lapse("true")
        let new = try await process.held(sale, member, [5, 6])
        #expect(try await process.confirm(old) == nil)
        #expect(try await process.confirm(new)?.count == 2)
        try await process.expectSound()
    }

    @Test("a refund gives seats back one by one, voids their tickets, and ends with the last")
    func refund() async throws {
        let rig = try TicketingRig()
        let process = ReservationRig(rig)
        let sale = try rig.concertOnSale(rows: 2, columns: 10)
        let members = try rig.members(2)
        let id = try await process.held(sale, members[0], [9, 10, 11])
        #expect(try await process.pay { try await $0.refundable(id, in: $1) } == nil)
        let tickets = try #require(try await process.confirm(id))
        let terms = try #require(try await process.pay { try await $0.refundable(id, in: $1) })
        #expect(terms.lines.map(\.seatID) == [9, 10, 11].map { sale.seat($0).value })
        #expect(terms.lines.map(\.paid) == [99_000, 66_000, 66_000])
        #expect(terms.currency == .krw && terms.timeZone == "Asia/Seoul" && terms.startsAt > terms.confirmedAt)
        // Whether there is a show is asked of it and of its concert.
        #expect(!terms.isCalledOff)
        for table in ["schedule", "concert"] {
            let before = try rig.sql("SELECT status FROM \(table)")
            try rig.sql("UPDATE \(table) SET status = 'CANCELED'")
            #expect(try await process.pay { try await $0.refundable(id, in: $1) }?.isCalledOff == true)
            try rig.sql("UPDATE \(table) SET status = '\(before)'")
        }
        let gone = try await process.pay {
            try await $0.cancel(id, seats: [sale.seat(10).value], reason: "USER", in: $1)
        }
        #expect(gone == [tickets[1]])
        #expect(try rig.sql("SELECT status, live_count FROM reservation WHERE id = \(id)") == "CONFIRMED|2")
        #expect(
            try rig.sql("SELECT status, epoch, revoke_reason FROM ticket WHERE id = \(tickets[1])") == "REVOKED|2|USER")
        try await process.expectSound()
        // What is not sold cannot be given back, and the rest of the transaction is undone.
        await #expect(throws: HTTPProblem.self) {
            try await process.pay {
                try await $0.cancel(id, seats: [9, 10].map { sale.seat($0).value }, reason: "USER", in: $1)
            }
        }
        #expect(try rig.number("SELECT live_count FROM reservation WHERE id = \(id)") == 2)
        // The seat is for sale again, and the old ticket stays void.
        let next = try await process.held(sale, members[1], [10])
        #expect(try await process.confirm(next)?.count == 1)
        let rest = try await process.pay {
            try await $0.cancel(id, seats: [9, 11].map { sale.seat($0).value }, reason: "USER", in: $1)
        }
        #expect(rest == [tickets[0], tickets[2]])
        #expect(
            try rig.sql("SELECT status, live_count, end_reason FROM reservation WHERE id = \(id)") == "CANCELLED|0|USER"
        )
        #expect(try await process.pay { try await $0.refundable(id, in: $1) } == nil)
        try await process.expectSound()
        #expect(
            try rig.events().suffix(3) == [
                "ticket.revoked ticket:\(tickets[0])",
                "ticket.revoked ticket:\(tickets[2])", "reservation.cancelled reservation:\(id)",
            ])
    }

    @Test("the member gives held seats back himself, but not what is being paid or sold")
    func release() async throws {
        let rig = try TicketingRig()
        let process = ReservationRig(rig)
        let sale = try rig.concertOnSale(rows: 1, columns: 10)
        let members = try rig.members(2)
        let id = try await process.held(sale, members[0], [0, 1])
        let client = try process.client()
        #expect(try await client.as(members[1]).send(.delete, "/api/v1/reservation/\(id)").status == 404)
        #expect(try await process.freeze(id))
        let refused = try await client.as(members[0]).send(.delete, "/api/v1/reservation/\(id)")
        #expect(refused.status == 409 && refused.code == "payment-in-progress")
        try await process.pay { try await $0.thaw(id, heldFor: .seconds(60), in: $1) }
        #expect(try await client.as(members[0]).send(.delete, "/api/v1/reservation/\(id)").status == 204)
        #expect(try await client.as(members[0]).send(.delete, "/api/v1/reservation/\(id)").status == 204)
        #expect(try await process.hold(sale, members[1], [0, 1]).isHeld)
        let sold = try await process.held(sale, members[0], [5])
        _ = try await process.confirm(sold)
        #expect(try await client.as(members[0]).send(.delete, "/api/v1/reservation/\(sold)").code == "invalid-state")
        try await process.expectSound()
    }

    @Test("a sweep ends so many, the oldest first, and leaves what another one has")
    func sweep() async throws {
        let rig = try TicketingRig()
        let process = ReservationRig(rig)
        let sale = try rig.concertOnSale(rows: 2, columns: 10)
        var ids: [Int64] = []
        for (index, member) in try rig.members(5).enumerated() {
            ids.append(try await process.held(sale, member, [2 * index, 2 * index + 1]))
        }
        try rig.lapse("id <> \(ids[4])")
        let counts = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<3 { group.addTask { try await process.reservations.sweepExpired(2) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(counts.reduce(0, +) == 4)
        #expect(try await process.reservations.sweepExpired(2) == 0)
        #expect(try rig.number("SELECT count(*) FROM seat WHERE state = 1") == 2)
        #expect(try rig.events().count == 4)
        try await process.expectSound()
    }
}
