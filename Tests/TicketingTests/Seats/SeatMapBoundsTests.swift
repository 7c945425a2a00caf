import HTTPServer
import Primitives
import Synchronization
import Testing

@testable import Ticketing

/// How much of maps is kept in memory, and what nobody loses by it.
@Suite("Bounds of seat maps")
struct SeatMapBoundsTests {
    @Test("where nothing can be forgotten no other map is read, and none is followed beyond what may be")
    func full() async throws {
        let rig = try TicketingRig()
        var limits = SeatLimits()
        limits.mapCountMax = 2
        limits.followedMapCountMax = 2
        let process = ReservationRig(rig, seatLimits: limits)
        let sales = try (0..<4).map { _ in try rig.concertOnSale(rows: 1, columns: 4) }
        for sale in sales[..<2] {
            try await process.maps.load(sale.schedule)
            #expect(process.maps.follow(sale.schedule))
        }
        await #expect(throws: SeatMapsFull.self) { try await process.maps.load(sales[2].schedule) }
        let client = try process.client()
        let refused = try await client.send(.get, "/api/v1/schedule/\(sales[2].schedule)/seat")
        #expect(refused.status == 503 && refused.code == "overloaded" && refused["retry-after"] != nil)
        // Whoever is nobody's any more makes room, once.
        process.maps.unfollow(sales[0].schedule)
        process.maps.unfollow(sales[0].schedule)
        #expect(process.maps.state.withLock { $0.entries[sales[0].schedule]?.followerCount } == 0)
        try await process.maps.load(sales[2].schedule)
        #expect(process.maps.currentVersion(of: sales[0].schedule) == nil)
        #expect(!process.maps.follow(sales[0].schedule))

        limits.mapCountMax = 10
        limits.followedMapCountMax = 10
        limits.followedSeatCountMax = 9
        let narrow = ReservationRig(rig, seatLimits: limits)
        for sale in sales { try await narrow.maps.load(sale.schedule) }
        #expect(sales.map { narrow.maps.follow($0.schedule) } == [true, true, false, false])
        #expect(narrow.maps.follow(sales[0].schedule) && !narrow.maps.mayFollow(sales[2].schedule))
    }

    @Test("who waits for a map to be written gets it, though it is forgotten or read again meanwhile")
    func waiters() async throws {
        let rig = try TicketingRig()
        var limits = SeatLimits()
        limits.mapCountMax = 1
        limits.trustTime = .nanoseconds(0)
        let process = ReservationRig(rig, seatLimits: limits)
        let sales = try (0..<2).map { _ in try rig.concertOnSale(rows: 1, columns: 4) }
        let key = SeatRendering.Key(form: .json, section: nil)
        let (maps, schedule) = (process.maps, sales[0].schedule)
        try await maps.load(schedule)
        // One writes, and does not come to an end.
        let map = try #require(
            maps.state.withLock { table -> SeatMap? in
                let map = table.entries[schedule]?.map
                guard case .write? = table.entries[schedule]?.renderings.step(key, version: 0, now: .now, countMax: 4)
                else { return nil }
                return map
            })
        let waiting = Task { try await maps.rendering(of: schedule, key) }
        try await rig.wait { maps.state.withLock { $0.entries[schedule]?.renderings.waiterCount } == 1 }
        await #expect(throws: SeatMapsFull.self) { try await maps.load(sales[1].schedule) }
        try await maps.load(schedule)
        try rig.sql("UPDATE schedule SET deleted_at = now() WHERE id = \(schedule)")
        #expect(try await maps.version(of: schedule) == nil)
        let rendering = SeatRendering(map, key, mark: "m")
        for waiter in maps.state.withLock({
            $0.written(schedule, key, rendering, restUntil: .now, limits: limits)
        }) {
            waiter.resume(returning: rendering)
        }
        #expect(try await waiting.value === rendering)
    }

    @Test("of what is written no more is kept than may be, and that of maps asked for last")
    func renderingBytes() async throws {
        let rig = try TicketingRig()
        var limits = SeatLimits()
        limits.renderingByteCountMax = 3000
        let process = ReservationRig(rig, seatLimits: limits)
        let sales = try (0..<5).map { _ in try rig.concertOnSale(rows: 1, columns: 10) }
        let key = SeatRendering.Key(form: .json, section: nil)
        for sale in sales {
            let rendering = try #require(try await process.maps.rendering(of: sale.schedule, key))
            #expect((1000...2000).contains(rendering.byteCount), "\(rendering.byteCount)")
        }
        let kept = sales.map { sale in
            process.maps.state.withLock { $0.entries[sale.schedule]?.renderings.byteCount ?? -1 }
        }
        #expect(kept.reduce(0, +) <= 3000 && kept.allSatisfy { $0 >= 0 })
        #expect(kept.first == 0 && (kept.last ?? 0) > 0)
    }
}
