import HTTPServer
import Observability
import Postgres
import Primitives
import Reactor
import Synchronization
import Testing

@testable import Ticketing

/// Maps in memory, as the database has them.
@Suite("Seat maps in memory")
struct SeatMapsTests {
    private static func statuses(_ process: ReservationRig, _ sale: TicketingRig.Sale, _ seats: [Int]) -> [String] {
        seats.map { process.maps.seat(sale.seat($0))?.status ?? "none" }
    }

    @Test("a map follows what its process does, at once")
    func own() async throws {
        let rig = try TicketingRig()
        let process = ReservationRig(rig)
        let sale = try rig.concertOnSale(rows: 1, columns: 10)
        let member = try rig.member()
        _ = try await process.held(sale, member, [1])
        try await process.maps.load(sale.schedule)
        #expect(Self.statuses(process, sale, [0, 1, 2, 10]) == ["AVAILABLE", "HELD", "AVAILABLE", "none"])
        let id = try await process.held(sale, member, [2])
        #expect(Self.statuses(process, sale, [0, 1, 2]) == ["AVAILABLE", "HELD", "HELD"])
        let reservations = process.reservations
        try await rig.onLoop { try await reservations.release(id, of: member) }
        #expect(Self.statuses(process, sale, [0, 1, 2]) == ["AVAILABLE", "HELD", "AVAILABLE"])
        try rig.lapse("true")
        #expect(try await reservations.sweepExpired(10) == 1)
        #expect(Self.statuses(process, sale, [0, 1, 2]) == ["AVAILABLE", "AVAILABLE", "AVAILABLE"])
        try await process.maps.load(999)
        #expect(process.maps.currentVersion(of: 999) == nil)
    }

    @Test("what is surely taken is refused without asking the database")
    func refusals() async throws {
        let rig = try TicketingRig()
        let process = ReservationRig(rig)
        let sale = try rig.concertOnSale(rows: 1, columns: 10)
        let members = try rig.members(2)
        try await process.maps.load(sale.schedule)
        let id = try await process.held(sale, members[0], [1])
        func statementCount() -> String? {
            String(decoding: process.registry.prometheusText(), as: UTF8.self).split(separator: "\n")
                .first { $0.hasPrefix("podo_seat_hold_statements_total") }.map(String.init)
        }
        let before = statementCount()
        #expect(try await process.hold(sale, members[1], [0, 1]) == .taken([1]))
        #expect(statementCount() == before)
        // The map does not know yet that it is free; the news find out.
        _ = try await process.confirm(id)
        _ = try await process.pay { try await $0.cancel(id, seats: [sale.seat(1).value], reason: "USER", in: $1) }
        _ = try await process.news.work()
        #expect(Self.statuses(process, sale, [1]) == ["AVAILABLE"])
        #expect(try await process.hold(sale, members[1], [0, 1]).isHeld)
    }

    @Test("what payments do is seen when it has committed")
    func payments() async throws {
        let rig = try TicketingRig()
        let process = ReservationRig(rig)
        let sale = try rig.concertOnSale(rows: 1, columns: 10)
        let member = try rig.member()
        let id = try await process.held(sale, member, [1, 2])
        try await process.maps.load(sale.schedule)
        struct Undone: Error {}
        await #expect(throws: Undone.self) {
            try await process.pay { reservations, transaction in
                _ = try await reservations.confirm(id, in: transaction)
                throw Undone()
            }
        }
        _ = try await process.news.work()
        #expect(Self.statuses(process, sale, [1, 2]) == ["HELD", "HELD"])
        _ = try await process.confirm(id)
        _ = try await process.news.work()
        #expect(Self.statuses(process, sale, [1, 2]) == ["SOLD", "SOLD"])
    }

    @Test("another process is told, and reads again what it was not told")
    func news() async throws {
        let rig = try TicketingRig()
        let process = ReservationRig(rig)
        let other = ReservationRig(try TicketingRig(url: rig.url))
        let sale = try rig.concertOnSale(rows: 2, columns: 10, purchaseLimit: 20)
        let member = try rig.member()
        try await process.maps.load(sale.schedule)
        try await other.maps.load(sale.schedule)
        let notifications = other.rig.database.listen(SeatNews.channel)
        #expect(await notifications.next() == .resynchronize)
        _ = try await process.held(sale, member, [3, 4])
        _ = try await process.news.work()
        guard case .message(let text) = await notifications.next() else {
            Issue.record("no message")
            return
        }
        process.news.hear(text)
        other.news.hear(text)
        #expect(Self.statuses(other, sale, [3, 4, 5]) == ["HELD", "HELD", "AVAILABLE"])
        // Nobody tells of this.
        _ = try await ReservationRig(rig).held(sale, member, [5])
        #expect(Self.statuses(other, sale, [5]) == ["AVAILABLE"])
        other.news.reload()
        #expect(try await other.news.work())
        #expect(Self.statuses(other, sale, [3, 4, 5]) == ["HELD", "HELD", "HELD"])
        #expect(try await !other.news.work())
        for text in ["", "x", "x y z", "x \(sale.schedule) 7", "x \(sale.schedule) 7.1.9.0 8.1 9.5.3.0", "x 1 *"] {
            other.news.hear(text)
        }
        #expect(Self.statuses(other, sale, [7, 8, 9]) == ["AVAILABLE", "AVAILABLE", "SOLD"])
    }

    @Test("a seat that the database says is taken is looked at")
    func corrected() async throws {
        let rig = try TicketingRig()
        let process = ReservationRig(rig)
        let sale = try rig.concertOnSale(rows: 1, columns: 10)
        let members = try rig.members(2)
        try await process.maps.load(sale.schedule)
        _ = try await ReservationRig(rig).held(sale, members[0], [3])
        #expect(Self.statuses(process, sale, [3]) == ["AVAILABLE"])
        #expect(try await process.hold(sale, members[1], [3]) == .taken([3]))
        _ = try await process.news.work()
        #expect(Self.statuses(process, sale, [3]) == ["HELD"])
    }

    @Test("the maps that were used longest ago are forgotten, but none that somebody follows")
    func forgetting() async throws {
        let rig = try TicketingRig()
        var limits = SeatLimits()
        limits.mapCountMax = 2
        let process = ReservationRig(rig, seatLimits: limits)
        let sales = try (0..<4).map { _ in try rig.concertOnSale(rows: 1, columns: 4) }
        try await process.maps.load(sales[0].schedule)
        process.maps.addFollower(sales[0].schedule, 1)
        for sale in sales { try await process.maps.load(sale.schedule) }
        #expect(sales.map { process.maps.currentVersion(of: $0.schedule) != nil } == [true, false, false, true])
        limits.mapCountMax = 10
        limits.seatCountMax = 9
        let small = ReservationRig(rig, seatLimits: limits)
        for sale in sales { try await small.maps.load(sale.schedule) }
        #expect(sales.map { small.maps.currentVersion(of: $0.schedule) != nil } == [false, false, true, true])
    }

    @Test("changes that come while a map is read are not lost")
    func whileLoading() async throws {
        let rig = try TicketingRig()
        let process = ReservationRig(rig)
        let sale = try rig.concertOnSale(rows: 4, columns: 10, purchaseLimit: 40)
        let member = try rig.member()
        for number in 0..<20 {
            let fresh = ReservationRig(rig)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await fresh.maps.load(sale.schedule) }
                group.addTask { _ = try await fresh.held(sale, member, [number]) }
                try await group.waitForAll()
            }
            #expect(Self.statuses(fresh, sale, [number]) == ["HELD"])
        }
        try await process.expectSound()
    }
}

@Suite("Following seat maps")
struct SeatEventTests {
    /// What a follower gets, and whether his connection takes it.
    private final class Follower: @unchecked Sendable {
        // SAFETY: touched on the loop only.
        var text = ""
        var isFull = false
        var events: ServerSentEvents?
        var writer: HTTPStreamWriter?

        var data: [String] {
            self.text.split(separator: "\n").filter { $0.hasPrefix("data: ") || $0.hasPrefix("event: ") }
                .map { $0.hasPrefix("data: ") ? String($0.dropFirst(6)) : String($0) }
        }
    }

    private static func follow(
        _ process: ReservationRig, _ sale: TicketingRig.Sale, seen: Int64? = nil
    ) async throws -> Follower {
        let follower = Follower()
        try await process.maps.load(sale.schedule)
        let maps = process.maps
        let loop = process.rig.group.loops[0]
        try await process.rig.onLoop {
            let response = ServerSentEvents.response(slowClient: .skip) { events in
                follower.events = events
                maps.hub?.follow(sale.schedule, events, seen: seen, maps: maps)
            }
            guard case .stream(let produce) = response.body else { return }
            let writer = HTTPStreamWriter(
                loop: loop,
                transport: .init(
                    write: { bytes in
                        if follower.isFull { return .full }
                        follower.text += String(decoding: bytes, as: UTF8.self)
                        return .queued
                    }, finish: {}, abort: {}))
            follower.writer = writer
            produce(writer)
        }
        return follower
    }

    @Test("changes are gathered and told to all, and what was missed is told to who comes back")
    func changes() async throws {
        let rig = try TicketingRig()
        let process = ReservationRig(rig)
        let sale = try rig.concertOnSale(rows: 1, columns: 10)
        let members = try rig.members(3)
        let first = try await Self.follow(process, sale)
        let second = try await Self.follow(process, sale)
        let start = try #require(process.maps.currentVersion(of: sale.schedule))
        _ = try await process.held(sale, members[0], [2])
        _ = try await process.held(sale, members[1], [7, 3])
        let last = "{\"version\":\(start + 2),"
        try await rig.wait {
            try await rig.onLoop { [first, second].allSatisfy { $0.data.last?.hasPrefix(last) == true } }
        }
        let told = try await rig.onLoop { [first.data, second.data] }
        #expect(told[0] == told[1])
        #expect(told[0][0] == "{\"version\":\(start),\"changes\":[]}")
        // The two may have come together or, on a slow machine, one after the other.
        let changes = told[0].dropFirst().joined()
        #expect([2, 3, 7].allSatisfy { changes.contains("[\($0),\"HELD\"]") } && told[0].count <= 3)
        let third = try await Self.follow(process, sale, seen: start + 1)
        let missed = "{\"version\":\(start + 2),\"changes\":[[3,\"HELD\"],[7,\"HELD\"]]}"
        #expect(try await rig.onLoop { third.data } == [missed])
        let old = try await Self.follow(process, sale, seen: 5)
        #expect(try await rig.onLoop { old.data } == ["event: reload", "{\"version\":\(start + 2)}"])
        try await rig.onLoop { for follower in [first, second, third, old] { follower.events?.finish() } }
    }

    @Test("one that lags is told to read the map again, and one that leaves is forgotten")
    func lagging() async throws {
        let rig = try TicketingRig()
        let process = ReservationRig(rig)
        let sale = try rig.concertOnSale(rows: 1, columns: 10)
        let members = try rig.members(3)
        let slow = try await Self.follow(process, sale)
        let quick = try await Self.follow(process, sale)
        try await rig.onLoop { slow.isFull = true }
        _ = try await process.held(sale, members[0], [2])
        try await rig.wait { try await rig.onLoop { quick.data.count == 2 } }
        try await rig.onLoop {
            slow.isFull = false
            // As the connection says when it has room again.
            slow.writer?.transportDrained()
        }
        try await rig.wait { try await rig.onLoop { slow.data.count >= 2 } }
        #expect(try await rig.onLoop { slow.data[1] } == "event: reload")
        _ = try await process.held(sale, members[1], [3])
        try await rig.wait { try await rig.onLoop { slow.data.count == 4 && quick.data.count == 3 } }
        #expect(try await rig.onLoop { slow.data.last == quick.data.last })
        try await rig.onLoop { for follower in [slow, quick] { follower.events?.finish() } }
        #expect(process.maps.state.withLock { $0.entries[sale.schedule]?.followerCount } == 0)
    }
}
