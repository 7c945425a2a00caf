import HTTPServer
import Observability
import Postgres
import Primitives
import Reactor
import Synchronization
import Testing

@testable import Ticketing

/// What those who follow maps are told.
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

    @Test("many are told in several turns of the loop, all the same and in order")
    func turns() async throws {
        let rig = try TicketingRig()
        var limits = SeatLimits()
        limits.followerTurnCountMax = 3
        limits.eventInterval = .milliseconds(5)
        let process = ReservationRig(rig, seatLimits: limits)
        let sale = try rig.concertOnSale(rows: 3, columns: 10)
        let members = try rig.members(12)
        var followers: [Follower] = []
        for _ in 0..<10 { followers.append(try await Self.follow(process, sale)) }
        for (index, member) in members.enumerated() { _ = try await process.held(sale, member, [index]) }
        let end = try #require(process.maps.currentVersion(of: sale.schedule))
        let all = followers
        try await rig.wait {
            try await rig.onLoop { all.allSatisfy { $0.data.last?.hasPrefix("{\"version\":\(end),") == true } }
        }
        let told = try await rig.onLoop { all.map(\.data) }
        #expect(told.allSatisfy { $0 == told[0] })
        let changes = told[0].joined()
        #expect((0..<12).allSatisfy { changes.contains("[\($0),\"HELD\"]") })
        // One that follows an old version while a round goes on is told all the same.
        let late = try await Self.follow(process, sale)
        #expect(try await rig.onLoop { late.data } == ["{\"version\":\(end),\"changes\":[]}"])
        try await rig.onLoop { for follower in all + [late] { follower.events?.finish() } }
        #expect(process.maps.state.withLock { $0.entries[sale.schedule]?.followerCount } == 0)
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
