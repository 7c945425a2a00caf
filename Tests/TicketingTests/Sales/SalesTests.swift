import Foundation
import HTTPServer
import Postgres
import Primitives
import Synchronization
import Testing

@testable import Ticketing

private final class TestMoney: SaleMoney {
    private let state = Mutex<(count: Int, waiters: [CheckedContinuation<Void, Never>]?)>((0, nil))

    var count: Int { self.state.withLock { $0.count } }

    func money(of concert: Int64) async throws -> SaleMoneySums {
        await withCheckedContinuation { continuation in
            let isHeld = self.state.withLock { state in
                state.count += 1
                state.waiters?.append(continuation)
                return state.waiters != nil
            }
            if !isHeld { continuation.resume() }
        }
        return SaleMoneySums(taken: 5, returned: 3, promised: 2, kept: 1)
    }

    /// From here on nobody is answered, until `letGo`.
    func hold() { self.state.withLock { $0.waiters = [] } }

    func letGo() {
        let waiters = self.state.withLock { state in
            defer { state.waiters = nil }
            return state.waiters ?? []
        }
        for waiter in waiters { waiter.resume() }
    }
}

@Suite("What was sold of a concert", .timeLimit(.minutes(5)))
struct SalesTests {
    private let rig: TicketingRig
    private let seats: ReservationRig
    private let sale: TicketingRig.Sale
    private let client: TicketingClient
    private let money = TestMoney()

    init() throws {
        self.rig = try TicketingRig()
        self.seats = ReservationRig(self.rig)
        self.sale = try self.rig.concertOnSale()
        self.client = try Self.client(self.rig, self.sale, self.money, keepTime: .nanoseconds(0))
    }

    private static func client(
        _ rig: TicketingRig, _ sale: TicketingRig.Sale, _ money: TestMoney, keepTime: TimeAmount
    ) throws -> TicketingClient {
        let service = SalesService(
            database: rig.database, access: CatalogueAccess(database: rig.database), money: money, keepTime: keepTime)
        return try TicketingClient(rig, routes: SalesRoutes.table.map { $0.bound(to: service) })
            .as(sale.seller, .seller)
    }

    private var path: String { "/api/v1/concert/\(self.sale.concert)/sales" }

    /// Sells these seats to a new member, for so much less.
    private func sell(_ numbers: [Int], discount: Int64 = 0) async throws -> Int64 {
        let id = try await self.seats.held(self.sale, self.rig.member(), numbers)
        try await self.seats.pay { reservations, transaction in
            _ = try await reservations.confirm(id, in: transaction)
            if discount > 0 { try await reservations.discount(id, by: discount, in: transaction) }
        }
        return id
    }

    private func amount(_ object: [String: Any], _ name: String) -> Int? {
        (object[name] as? [String: Any])?["amount"] as? Int
    }

    @Test("is told by grade and schedule, by day, and in all, with what was given back")
    func report() async throws {
        _ = try await self.sell([0, 1, 50], discount: 1000)
        let back = try await self.sell([2, 51])
        _ = try await self.seats.held(self.sale, self.rig.member(), [3])
        let seat = self.sale.seat(2).value
        try await self.seats.pay { reservations, transaction in
            _ = try await reservations.cancel(back, seats: [seat], reason: "test", in: transaction)
        }
        try self.rig.sql("UPDATE seat SET state = 4 WHERE seat_no = 99")
        // A hold that nobody has any more is nobody's; sold two days ago is of that day.
        try self.rig.sql(
            "UPDATE ticket SET issued_at = issued_at - interval '2 days' WHERE reservation_id = \(back)")
        let other = try self.rig.concertOnSale()
        _ = try await self.seats.held(other, self.rig.member(), [0])
        try await self.seats.expectSound()

        let answer = try await self.client.send(.get, self.path)
        #expect(answer.status == 200, "\(answer.text)")
        let total = try #require(answer.json["total"] as? [String: Any])
        #expect(total["seats"] as? Int == 100 && total["sold"] as? Int == 4 && total["held"] as? Int == 1)
        #expect(total["available"] as? Int == 94 && total["blocked"] as? Int == 1)
        #expect(self.amount(total, "revenue") == 2 * 99_000 + 2 * 66_000 - 1000)
        #expect(self.amount(total, "discounts") == 1000)
        #expect(total["refundedSeats"] as? Int == 1 && self.amount(total, "refunds") == 99_000)
        let schedules = try #require(answer.json["schedules"] as? [[String: Any]])
        #expect(schedules.count == 1 && schedules[0]["scheduleId"] as? Int64 == self.sale.schedule)
        let grades = try #require(schedules[0]["grades"] as? [[String: Any]])
        #expect(grades.compactMap { $0["name"] as? String } == ["VIP", "R"])
        #expect(grades.compactMap { $0["sold"] as? Int } == [2, 2])
        #expect(grades.compactMap { $0["refundedSeats"] as? Int } == [1, 0])
        let days = try #require(answer.json["days"] as? [[String: Any]])
        #expect(days.compactMap { $0["sold"] as? Int } == [2, 3])
        #expect(days.compactMap { $0["refundedSeats"] as? Int } == [0, 1])
        #expect(self.amount(days[0], "revenue") == 165_000 && self.amount(days[1], "refunds") == 99_000)
        let money = try #require(answer.json["money"] as? [String: Any])
        #expect(self.amount(money, "taken") == 5 && self.amount(money, "cancelFees") == 1)
    }

    @Test("is a table for spreadsheets where that is asked for, and no formula")
    func csv() async throws {
        try self.rig.sql("UPDATE grade SET name = '=1+\"A\",B' WHERE id = \(self.sale.grades[0])")
        _ = try await self.sell([0])
        let asked = try await self.client.send(.get, self.path + "?format=csv")
        let accepted = try await self.client.send(.get, self.path, fields: [("accept", "text/csv")])
        for answer in [asked, accepted] {
            #expect(answer.status == 200 && answer["content-type"] == "text/csv; charset=utf-8")
            let lines = answer.text.dropFirst().split(separator: "\r\n")
            #expect(lines.count == 4)
            #expect(lines[1].contains(#","'=1+""A"",B",,50,1,0,49,0,99000,0,0,0,KRW"#), "\(lines[1])")
            #expect(lines[3].hasPrefix("DAY,,,,20") && lines[3].hasSuffix(",,1,,,,99000,,0,0,KRW"))
        }
        let json = [[("accept", "text/csv;q=0.5, application/json")], [("accept", "*/*")], []]
        for fields in json {
            let answer = try await self.client.send(.get, self.path, fields: fields)
            #expect(answer.json["concertId"] as? Int64 == self.sale.concert)
        }
        #expect(try await self.client.send(.get, self.path + "?format=xml").code == "invalid-request")
    }

    @Test("is counted once for all who look within a moment, and of few concerts at the same time")
    func bounds() async throws {
        func path(_ concert: Int64) -> String { "/api/v1/concert/\(concert)/sales" }
        let manager = self.client.as(try self.rig.member("MANAGER"), .manager)
        let keeping = try Self.client(self.rig, self.sale, self.money, keepTime: .seconds(3600))
        for _ in 0..<5 { #expect(try await keeping.send(.get, self.path).status == 200) }
        #expect(self.money.count == 1)
        // A while later it is counted anew.
        _ = try await self.sell([0])
        for (client, count) in [(keeping, 0), (self.client, 1)] {
            let total = try await client.send(.get, self.path).json["total"] as? [String: Any]
            #expect(total?["sold"] as? Int == count)
        }
        let concerts = try (0..<3).map { _ in try self.rig.concertOnSale(rows: 1, columns: 2).concert }
        self.money.hold()
        let before = self.money.count
        let first = concerts.prefix(SalesReports.flightCountMax).map { concert in
            Task { try await manager.send(.get, path(concert)).status }
        }
        try await self.rig.wait { self.money.count == before + SalesReports.flightCountMax }
        let refused = try await manager.send(.get, path(concerts[2]))
        #expect(refused.status == 503 && refused["retry-after"] == "1", "\(refused.text)")
        self.money.letGo()
        for answer in first { #expect(try await answer.value == 200) }
        #expect(try await manager.send(.get, path(concerts[2])).status == 200)
    }

    private static let lock = PostgresStatement("test_lock_tickets", "LOCK TABLE ticket IN ACCESS EXCLUSIVE MODE")

    @Test("keeps nobody waiting who buys, however long the database counts")
    func beside() async throws {
        var limits = PostgresLimits()
        // Reads share connections: of two, one would be left. A report that had this one would keep it from who buys.
        limits.lockTime = .seconds(60)
        limits.interactive = PoolLimits(connectionCountMax: 1, statementTime: .seconds(60), acquireTime: .seconds(10))
        let rig = try TicketingRig(limits: limits)
        let (sale, other) = (try rig.concertOnSale(), try rig.concertOnSale())
        let seats = ReservationRig(rig)
        let client = try Self.client(rig, sale, self.money, keepTime: .nanoseconds(0))
            .as(try rig.member("MANAGER"), .manager)
        let elsewhere = try TicketingRig(url: rig.url)
        let holder = Holder()
        let holding = Task {
            try await elsewhere.database.transaction("test_lock") { transaction in
                _ = try await transaction.run(Holder.stay)
                _ = try await transaction.run(Self.lock)
                await holder.hold()
            }
        }
        try await rig.wait { holder.isHolding }
        let reports = [sale, other].map { sale in
            Task { try await client.send(.get, "/api/v1/concert/\(sale.concert)/sales").status }
        }
        let waiting = """
            SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
            """
        try await rig.wait { try rig.number(waiting) > 0 }
        await rig.pause(.milliseconds(100))
        #expect(try await seats.hold(sale, rig.member(), [5]).isHeld)
        #expect(try rig.number(waiting) > 0 && holder.isHolding)
        holder.letGo()
        for report in reports { #expect(try await report.value == 200) }
        try await holding.value
    }

    @Test("is for the seller, those of his team who see money, and managers")
    func access() async throws {
        let team = try ["ADMIN", "FINANCE", "STREAMER"].map { role in
            let member = try self.rig.member()
            try self.rig.sql(
                "INSERT INTO seller_team VALUES (\(self.sale.seller), \(member), '\(role)')")
            return member
        }
        let others = (try self.rig.member("SELLER"), try self.rig.member("MANAGER"), try self.rig.member())
        let rows: [(TicketingClient, Int)] = [
            (self.client, 200), (self.client.as(team[0]), 200), (self.client.as(team[1]), 200),
            (self.client.as(team[2]), 403), (self.client.as(others.0, .seller), 403),
            (self.client.as(others.1, .manager), 200), (self.client.as(others.2), 403), (self.client.anonymous, 401),
        ]
        for (client, status) in rows { #expect(try await client.send(.get, self.path).status == status) }
        #expect(try await self.client.send(.get, "/api/v1/concert/999/sales").status == 404)
        try self.rig.sql("UPDATE concert SET status = 'DRAFT'")
        #expect(try await self.client.as(others.2).send(.get, self.path).status == 404)
    }

    @Test("of fifty thousand seats is counted")
    func large() async throws {
        try self.rig.sql(
            """
            DELETE FROM seat;
            INSERT INTO seat (schedule_id, seat_no, grade_id, price, state, reservation_id)
                SELECT \(self.sale.schedule), n, \(self.sale.grades[0]), 99000, 3, n + 1
                FROM generate_series(0, 49999) AS n;
            INSERT INTO reservation (id, member_id, concert_id, schedule_id, status, currency, total, live_count,
                confirmed_at) OVERRIDING SYSTEM VALUE
                SELECT n + 1, \(self.sale.seller), \(self.sale.concert), \(self.sale.schedule), 'CONFIRMED', 'KRW',
                    99000, 1, now() FROM generate_series(0, 49999) AS n;
            INSERT INTO reservation_seat (reservation_id, schedule_id, seat_no, grade_id, price, status)
                SELECT n + 1, \(self.sale.schedule), n, \(self.sale.grades[0]), 99000, 'CONFIRMED'
                FROM generate_series(0, 49999) AS n;
            INSERT INTO ticket (reservation_id, schedule_id, seat_no, member_id, code)
                SELECT n + 1, \(self.sale.schedule), n, \(self.sale.seller), n::text
                FROM generate_series(0, 49999) AS n;
            ANALYZE;
            """)
        let answer = try await self.client.send(.get, self.path)
        let total = try #require(answer.json["total"] as? [String: Any])
        #expect(total["sold"] as? Int == 50_000 && self.amount(total, "revenue") == 4_950_000_000)
        let days = try #require(answer.json["days"] as? [[String: Any]])
        #expect(days.count == 1 && days[0]["sold"] as? Int == 50_000)
    }
}
