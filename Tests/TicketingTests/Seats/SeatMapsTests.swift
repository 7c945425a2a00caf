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

    @Test("what a payment is about to do is waited for, also when something before it is seen first")
    func frozenBefore() async throws {
        let rig = try TicketingRig()
        let process = ReservationRig(rig)
        let sale = try rig.concertOnSale(rows: 1, columns: 10)
        let id = try await process.held(sale, try rig.member(), [1])
        try await process.maps.load(sale.schedule)
        // Nobody tells the map of this, which changes the seat too.
        #expect(try await process.pay { try await $0.freeze([id], in: $1) } == [id])
        try await process.pay { reservations, transaction in
            _ = try await reservations.confirm(id, in: transaction)
            for _ in 0..<3 { _ = try await process.news.work() }
            #expect(Self.statuses(process, sale, [1]) == ["HELD"])
        }
        _ = try await process.news.work()
        #expect(Self.statuses(process, sale, [1]) == ["SOLD"])
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

    @Test("what could not be told is not lost: other processes read it again")
    func untold() async throws {
        let rig = try TicketingRig()
        let process = ReservationRig(rig)
        let other = ReservationRig(try TicketingRig(url: rig.url))
        let sale = try rig.concertOnSale(rows: 1, columns: 10)
        for maps in [process.maps, other.maps] { try await maps.load(sale.schedule) }
        let notifications = other.rig.database.listen(SeatNews.channel)
        #expect(await notifications.next() == .resynchronize)
        _ = try await process.held(sale, rig.member(), [3])
        try rig.sql("ALTER FUNCTION pg_catalog.pg_notify(text, text) RENAME TO no_notify")
        await #expect(throws: PostgresError.self) { _ = try await process.news.work() }
        try rig.sql("ALTER FUNCTION pg_catalog.no_notify(text, text) RENAME TO pg_notify")
        _ = try await process.news.work()
        guard case .message(let text) = await notifications.next() else {
            Issue.record("no message")
            return
        }
        other.news.hear(text)
        #expect(try await other.news.work())
        #expect(Self.statuses(other, sale, [3, 4]) == ["HELD", "AVAILABLE"])
    }

    @Test("of more than is worth telling every map is named that has to be read, also those that were missed before")
    func manyTexts() {
        let change = SeatChange(number: 1, version: 2, state: .sold, until: nil)
        let changes = Dictionary(uniqueKeysWithValues: (1...250 as ClosedRange<Int64>).map { ($0, [change]) })
        let few = SeatNews.texts(changes, missed: [1, 251], by: "x")
        #expect(few.count == 251 && few.count { $0.hasSuffix(" *") } == 2)
        #expect(few.contains("x 1 *") && few.contains("x 251 *") && !few.contains { $0.hasPrefix("x 1 1.") })
        let many = SeatNews.texts(changes, missed: Set(245...260), by: "x")
        #expect(Set(many) == Set((1...260).map { "x \($0) *" }))
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
        #expect(process.maps.follow(sales[0].schedule))
        for sale in sales { try await process.maps.load(sale.schedule) }
        #expect(sales.map { process.maps.currentVersion(of: $0.schedule) != nil } == [true, false, false, true])
        limits.mapCountMax = 10
        limits.seatCountMax = 9
        let small = ReservationRig(rig, seatLimits: limits)
        for sale in sales { try await small.maps.load(sale.schedule) }
        #expect(sales.map { small.maps.currentVersion(of: $0.schedule) != nil } == [false, false, true, true])
    }

    @Test("a map is read once for all who want it at the same time")
    func once() async throws {
        let rig = try TicketingRig(loopCount: 2)
        var limits = SeatLimits()
        limits.pageCountMax = 7
        let process = ReservationRig(rig, seatLimits: limits)
        let sales = try (0..<2).map { _ in try rig.concertOnSale(rows: 5, columns: 10) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<200 {
                group.addTask {
                    let version = try await Task(executorPreference: rig.group.loops[index / 2 % 2]) {
                        try await process.maps.version(of: sales[index % 2].schedule)
                    }.value
                    #expect(version != nil)
                }
            }
            try await group.waitForAll()
        }
        let text = String(decoding: process.registry.prometheusText(), as: UTF8.self)
        #expect(text.contains("podo_seat_map_loads_total 2\n"))
        #expect(process.maps.state.withLock { $0.entries[sales[0].schedule]?.map.seatCount } == 50)
        limits.loadWaiterCountMax = 1
        let small = ReservationRig(rig, seatLimits: limits)
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<50 {
                group.addTask { (try? await rig.onLoop { try await small.maps.load(sales[0].schedule) }) != nil }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.contains(true))
    }

    @Test("versions of another process are told from one's own")
    func marks() async throws {
        let rig = try TicketingRig()
        let process = ReservationRig(rig)
        let sale = try rig.concertOnSale(rows: 1, columns: 4)
        try await process.maps.load(sale.schedule)
        let (maps, other) = (process.maps, ReservationRig(rig).maps)
        #expect(maps.version(seen: maps.text(ofVersion: 5)) == 5 && maps.version(seen: "5") == 5)
        #expect(maps.version(seen: other.text(ofVersion: 5)) == -1 && maps.version(seen: "5-") == -1)
        for wrong in ["", "x", "-5", "-", "5x"] { #expect(maps.version(seen: wrong) == nil, "\(wrong)") }
        let path = "/api/v1/schedule/\(sale.schedule)/seat"
        let tag = try await process.client().send(.get, path)["etag"]
        #expect(tag?.contains(maps.mark) == true)
    }

    @Test("what changes in one statement is one version")
    func oneVersion() async throws {
        let rig = try TicketingRig()
        let process = ReservationRig(rig)
        let sale = try rig.concertOnSale(rows: 6, columns: 10)
        let members = try rig.members(60)
        try await process.maps.load(sale.schedule)
        let before = try #require(process.maps.currentVersion(of: sale.schedule))
        let outcomes = try await process.rush(sale, members.enumerated().map { ($1, [$0]) })
        #expect(outcomes.count(where: \.isHeld) == 60)
        let text = String(decoding: process.registry.prometheusText(), as: UTF8.self)
        let count = text.split(separator: "\n").first { $0.hasPrefix("podo_seat_hold_statements_total ") }
            .flatMap { Int64($0.split(separator: " ")[1]) }
        #expect(process.maps.currentVersion(of: sale.schedule) == count.map { before + $0 })
        #expect((count ?? 60) < 60)
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
