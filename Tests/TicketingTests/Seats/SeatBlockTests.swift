import HTTPServer
import Observability
import Postgres
import Primitives
import Synchronization
import Testing

@testable import Ticketing

/// Seats that their seller keeps out of the sale.
@Suite("Blocked seats", .timeLimit(.minutes(5)))
struct SeatBlockTests {
    private let rig: TicketingRig
    private let process: ReservationRig
    private let sale: TicketingRig.Sale
    private let client: TicketingClient
    private let seller: TicketingClient

    init() throws {
        self.rig = try TicketingRig()
        self.process = ReservationRig(self.rig)
        self.sale = try self.rig.concertOnSale(rows: 2, columns: 10)
        self.client = try self.process.client()
        self.seller = self.client.as(self.sale.seller, .seller)
    }

    private var path: String { "/api/v1/schedule/\(self.sale.schedule)/seat" }

    private func ids(_ numbers: [Int]) -> [String: Any] { ["seatIds": numbers.map { self.sale.seat($0).value }] }

    private func change(
        _ way: String, _ numbers: [Int], by client: TicketingClient? = nil
    ) async throws -> TicketingClient.Answer {
        try await (client ?? self.seller).send(.post, "\(self.path)/\(way)", json: self.ids(numbers))
    }

    private func blocked(by client: TicketingClient? = nil, _ query: String = "") async throws -> [[Int64]] {
        let answer = try await (client ?? self.seller).send(.get, "\(self.path)/blocked\(query)")
        try #require(answer.status == 200, "\(answer.text)")
        return (answer.json["items"] as? [[String: Any]] ?? []).compactMap { item in
            guard let id = item["seatId"] as? Int64, let count = item["count"] as? Int64 else { return nil }
            return [id - self.sale.schedule << 20, count]
        }
    }

    private func status(_ number: Int) -> String? { self.process.maps.seat(self.sale.seat(number))?.status }

    @Test("are to nobody's avail, whichever way he asks, until they are given back, and then at once")
    func outAndBack() async throws {
        let members = try self.rig.members(3)
        try await self.process.maps.load(self.sale.schedule)
        let out = try await self.change("block", [4, 5, 6, 12])
        #expect(out.status == 200 && out.json["changedCount"] as? Int == 4, "\(out.text)")
        #expect([3, 4, 5, 6, 12].map(self.status) == ["AVAILABLE", "SOLD", "SOLD", "SOLD", "SOLD"])
        #expect(try await self.process.hold(self.sale, members[0], [3, 4]) == .taken([4]))
        // The database says so too, whatever a map thinks.
        let late = ReservationRig(self.rig)
        #expect(try await late.hold(self.sale, members[0], [4]) == .taken([4]))
        let best = try await self.client.as(members[1]).send(
            .post, "/reservation",
            json: [
                "scheduleId": self.sale.schedule, "gradeId": self.sale.grades[0], "quantity": 4,
                "bestAvailable": true,
            ])
        #expect(best.json["seatIds"] as? [Int64] == [0, 1, 2, 3].map { self.sale.seat($0).value })
        let free = try await self.rig.database.run(CatalogueReadStatements.remaining, self.sale.concert)
        #expect(try free.flatMap { try $0.get(2, as: [Int64].self) }.sorted() == [3, 9])
        #expect(try await self.blocked() == [[4, 3], [12, 1]])
        #expect(try await self.blocked(by: self.seller, "?limit=1") == [[4, 3]])
        // Twice is once.
        #expect(try await self.change("block", [4, 12]).json["changedCount"] as? Int == 0)
        let back = try await self.change("release", [4, 5, 7])
        #expect(back.status == 200 && back.json["changedCount"] as? Int == 2, "\(back.text)")
        #expect([4, 5, 6].map(self.status) == ["AVAILABLE", "AVAILABLE", "SOLD"])
        #expect(try await self.process.hold(self.sale, members[2], [4, 5]).isHeld)
        #expect(
            try self.rig.events() == [
                "seats.blocked schedule:\(self.sale.schedule)", "seats.released schedule:\(self.sale.schedule)",
            ])
        let told = try self.rig.sql(
            "SELECT payload->>'memberId', payload->'seatIds' FROM outbox ORDER BY id DESC LIMIT 1")
        #expect(told == "\(self.sale.seller)|[\(self.sale.seat(4).value), \(self.sale.seat(5).value)]")
        try await self.process.expectSound()
    }

    @Test("go on in pages where there are many, each once")
    func pages() async throws {
        _ = try await self.change("block", [0, 2, 3, 5, 7, 19])
        let first = try await self.seller.send(.get, "\(self.path)/blocked?limit=2")
        let cursor = try #require(first.json["nextCursor"] as? String)
        #expect(try await self.blocked(by: self.seller, "?limit=3&cursor=\(cursor)") == [[5, 1], [7, 1], [19, 1]])
    }

    @Test("are none that somebody holds or has bought: which these are is said, and nothing is changed")
    func taken() async throws {
        let members = try self.rig.members(3)
        _ = try await self.process.held(self.sale, members[0], [1])
        _ = try await self.process.confirm(self.process.held(self.sale, members[1], [3]))
        let answer = try await self.change("block", [0, 1, 2, 3])
        #expect(answer.status == 409 && answer.code == "seat-taken", "\(answer.text)")
        #expect(answer.pointers == ["/seatIds/1", "/seatIds/3"])
        #expect(try await self.blocked() == [])
        #expect(try self.rig.events().contains { $0.hasPrefix("seats.") } == false)
        // What nobody has paid for in time is nobody's.
        _ = try await self.process.held(self.sale, members[2], [5, 6])
        try self.rig.lapse("true")
        #expect(try await self.change("block", [1, 5]).status == 200)
        #expect(try await self.blocked() == [[1, 1], [5, 1]])
        _ = try await ReservationSweeper(self.process.reservations).work()
        #expect(try await self.process.hold(self.sale, members[2], [6]).isHeld)
        try await self.process.expectSound()
    }

    @Test("are the business of the seller, of ADMINs of his team and of managers, and of nobody else")
    func rights() async throws {
        let team = try self.rig.members(3)
        for (member, role) in zip(team, ["ADMIN", "FINANCE", "STREAMER"]) {
            try self.rig.sql("INSERT INTO seller_team VALUES (\(self.sale.seller), \(member), '\(role)')")
        }
        let allowed = [
            self.seller, self.client.as(team[0]), self.client.as(try self.rig.member("MANAGER"), .manager),
        ]
        for (number, client) in allowed.enumerated() {
            #expect(try await self.change("block", [number], by: client).status == 200)
            #expect(try await self.blocked(by: client).count == 1)
            #expect(try await self.change("release", [number], by: client).status == 200)
        }
        let others = [
            (self.client.as(team[1]), 403), (self.client.as(team[2]), 403),
            (self.client.as(try self.rig.member()), 403),
            (self.client.as(try self.rig.member("SELLER"), .seller), 403), (self.client, 401),
        ]
        for (client, status) in others {
            #expect(try await self.change("block", [9], by: client).status == status)
            #expect(try await self.change("release", [9], by: client).status == status)
            #expect(try await client.send(.get, "\(self.path)/blocked").status == status)
        }
        #expect(try await self.blocked() == [])
    }

    @Test("are seats that there are, of one performance that is still to come")
    func refusals() async throws {
        let other = try self.rig.schedule(of: self.sale.concert, at: self.sale.stage, after: "50 days")
        for way in ["block", "release"] {
            for wrong in [[20], [0, 0]] {
                let answer = try await self.change(way, wrong)
                #expect(answer.status == 400 && answer.code == "invalid-seat", "\(way) \(wrong): \(answer.text)")
            }
            let elsewhere = try await self.seller.send(
                .post, "/api/v1/schedule/\(other)/seat/\(way)", json: self.ids([0]))
            #expect(elsewhere.status == 400 && elsewhere.code == "invalid-seat")
            let tooMany = try await self.seller.send(
                .post, "\(self.path)/\(way)", json: ["seatIds": (1...SeatLimits.blockCountMax + 1).map { $0 }])
            #expect(tooMany.status == 400 && tooMany.code == "invalid-request")
            let nowhere = try await self.seller.send(.post, "/api/v1/schedule/999/seat/\(way)", json: self.ids([0]))
            #expect(nowhere.status == 404)
        }
        for change in [
            "UPDATE schedule SET starts_at = now() - interval '3 hours', ends_at = now() - interval '1 hour'",
            "UPDATE schedule SET ends_at = now() + interval '1 hour', status = 'CANCELED'",
            "UPDATE schedule SET status = 'SCHEDULED'; UPDATE concert SET status = 'CANCELED'",
        ] {
            try self.rig.sql("DELETE FROM schedule WHERE id = \(other); \(change)")
            for way in ["block", "release"] {
                let answer = try await self.change(way, [0])
                #expect(answer.status == 409 && answer.code == "invalid-state", "\(change): \(answer.text)")
            }
        }
    }

    @Test("are not where nobody can sit: these places are for nobody to give back")
    func closed() async throws {
        // Row 1, columns 3 and 4, as the stage has it; made so when the seats were made.
        try self.rig.sql(
            """
            UPDATE stage SET blocked = '{10003,10004}';
            UPDATE seat SET state = 4 WHERE seat_no IN (2, 3)
            """)
        #expect(try await self.change("block", [1, 2, 4]).json["changedCount"] as? Int == 2)
        #expect(try await self.blocked() == [[1, 1], [4, 1]])
        let answer = try await self.change("release", [1, 2])
        #expect(answer.status == 400 && answer.code == "invalid-seat", "\(answer.text)")
        #expect(try await self.change("release", [1, 4]).json["changedCount"] as? Int == 2)
    }

    @Test("are told to those who follow the map, as any other change")
    func told() async throws {
        try await self.process.maps.load(self.sale.schedule)
        let before = try #require(self.process.maps.currentVersion(of: self.sale.schedule))
        _ = try await self.change("block", [2, 9])
        let changes = try #require(self.process.maps.changes(of: self.sale.schedule, since: before))
        #expect(changes.seats.map(\.number) == [2, 9] && changes.seats.allSatisfy { $0.state == .blocked })
        // And to other processes, by the words that they have for it.
        let other = ReservationRig(self.rig)
        try self.rig.sql("UPDATE seat SET state = 0, version = 0 WHERE seat_no = 2")
        try await other.maps.load(self.sale.schedule)
        let news = self.process.maps.state.withLock { $0.takeNews() }
        for text in SeatNews.texts(news.changes, missed: news.missed, by: "another") { other.news.hear(text) }
        #expect(other.maps.seat(self.sale.seat(2))?.status == "SOLD")
    }

    @Test("are nothing that may still be sold: a queue is told that all is gone, and goes on when they are back")
    func queue() async throws {
        let queue = try QueueRig()
        _ = try await queue.join(try queue.rig.member())
        try await queue.tick()
        let seats = ReservationRig(queue.rig)
        let schedule = try queue.rig.number("SELECT id FROM schedule")
        let seller = try seats.client().as(try queue.rig.number("SELECT seller_id FROM concert"), .seller)
        let numbers = try queue.rig.sql("SELECT seat_no FROM seat").split(separator: "\n").compactMap { Int64($0) }
        let body: [String: Any] = ["seatIds": numbers.map { schedule << 20 | $0 }]
        func isSoldOut() async throws -> Bool {
            try await queue.rig.onLoop { try await queue.service.lookForSeats() }
            return try queue.rig.number("SELECT count(*) FROM queue_room WHERE sold_out_at IS NOT NULL") == 1
        }
        #expect(try await !isSoldOut())
        #expect(try await seller.send(.post, "/api/v1/schedule/\(schedule)/seat/block", json: body).status == 200)
        #expect(try await isSoldOut())
        #expect(try await seller.send(.post, "/api/v1/schedule/\(schedule)/seat/release", json: body).status == 200)
        #expect(try await !isSoldOut())
    }
}

/// Sellers and buyers who want the same seat at the same moment.
@Suite("Races for blocked seats", .serialized, .timeLimit(.minutes(5)))
struct SeatBlockRaceTests {
    @Test("one of a seller and a crowd gets a seat, and never both", arguments: [true, false])
    func race(isBatching: Bool) async throws {
        let rig = try TicketingRig(loopCount: 2)
        let processes = [
            ReservationRig(rig, isBatching: isBatching),
            ReservationRig(try TicketingRig(loopCount: 2, url: rig.url), isBatching: isBatching),
        ]
        let members = try rig.members(20)
        let metrics = ReservationMetrics(registry: MetricsRegistry(loopCount: 2))
        for round in 0..<ReservationRig.repetitionCount * 2 {
            let sale = try rig.concertOnSale(rows: 1, columns: 10)
            let blocks = SeatBlocks(database: rig.database, maps: processes[0].maps, metrics: metrics)
            let caller = HTTPCaller(memberID: sale.seller, role: .seller, proof: .bearer)
            let seats = [4, 5]
            let (isBlocked, held) = try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask {
                    do {
                        return try await rig.onLoop {
                            try await blocks.block(seats.map(sale.seat), of: sale.schedule, by: caller)
                        } == 2
                    } catch let problem as HTTPProblem where "\(problem.code)" == "seat-taken" { return false }
                }
                // The seller asks more of the database before he is as far: sooner or later he is the first.
                await rig.pause(.milliseconds(Int64(round % 20)))
                let outcomes = try await rushOver(processes, sale, members.map { ($0, [seats[Int($0 % 2)]]) })
                return (try await group.next() ?? false, outcomes.count(where: \.isHeld))
            }
            #expect(isBlocked ? held == 0 : held == 2, "\(isBlocked) \(held)")
            let states = try rig.sql(
                "SELECT string_agg(state::text, '' ORDER BY seat_no) FROM seat WHERE schedule_id = \(sale.schedule) "
                    + "AND seat_no IN (4, 5)")
            #expect(states == (isBlocked ? "44" : "11"))
        }
        try await processes[0].expectSound()
    }
}
