import Crypto
import Foundation
import HTTPServer
import Postgres
import Primitives
import Reactor
import Synchronization
import Testing

@testable import Ticketing

/// One process of Podo that serves a queue; several share a database.
struct QueueRig {
    static let key = SecretBytes(copying: [UInt8](repeating: 7, count: 32))

    let rig: TicketingRig
    let service: QueueService
    let client: TicketingClient
    let concert: Int64
    let seller: Int64

    /// Knows sellers by the table of concerts, as the adapter of a whole Podo does.
    struct Access: QueueAccess {
        let seller: Int64

        func mayManageQueue(of concert: Int64, _ caller: HTTPCaller) async throws -> Bool {
            caller.role >= .manager || caller.memberID == self.seller
        }
    }

    /// A concert that has been on sale for an hour, or will be in one.
    init(
        rate: Int = 100, active: Int = 1000, isOpen: Bool = true, hasQueue: Bool = true, url: String? = nil
    ) throws {
        let rig = try TicketingRig(url: url)
        let sale = try rig.concertOnSale(rows: 2, columns: 2, hasQueue: hasQueue)
        try rig.sql(
            """
            UPDATE concert SET queue_admit_per_second = \(rate), queue_active_max = \(active),
                sale_opens_at = now() + interval '\(isOpen ? -1 : 1) hour' WHERE id = \(sale.concert)
            """)
        try self.init(rig, concert: sale.concert, seller: sale.seller)
    }

    private init(_ rig: TicketingRig, concert: Int64, seller: Int64) throws {
        self.rig = rig
        self.concert = concert
        self.seller = seller
        let service = QueueService(
            database: rig.database, loops: rig.group.loops, keys: [(number: 1, key: Self.key)],
            access: Access(seller: seller), metrics: QueueMetrics(registry: rig.registry), log: rig.log)
        self.service = service
        self.client = try TicketingClient(rig, routes: QueueRoutes.table.map { $0.bound(to: service) })
    }

    /// Another process on the same database: beside this one, or after it.
    func another() throws -> QueueRig {
        try QueueRig(TicketingRig(loopCount: 2, url: self.rig.url), concert: self.concert, seller: self.seller)
    }

    // MARK: Asking

    func join(_ member: Int64) async throws -> TicketingClient.Answer {
        try await self.client.as(member).send(.post, "/concert/\(self.concert)/queue")
    }

    func ticket(_ member: Int64) async throws -> String {
        let answer = try await self.join(member)
        try #require(answer.status == 201, "\(answer.text)")
        return try #require(answer.json["queueTicket"] as? String)
    }

    func status(_ member: Int64, _ ticket: String?) async throws -> TicketingClient.Answer {
        try await self.client.as(member).send(
            .get, "/concert/\(self.concert)/queue/status", fields: ticket.map { [("queue-ticket", $0)] } ?? [])
    }

    /// All of them at the same time.
    func joinAll(_ members: [Int64]) async throws -> [Int64: String] {
        try await withThrowingTaskGroup(of: (Int64, String).self) { group in
            for member in members { group.addTask { (member, try await self.ticket(member)) } }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    func watermark() async throws -> [String: Any] {
        try await self.client.send(.get, "/api/v1/concert/\(self.concert)/queue/watermark").json
    }

    func tick() async throws { try await self.rig.onLoop { try await self.service.tick() } }

    func mayBuy(_ member: Int64, _ pass: String?) async throws -> Bool {
        try await self.rig.onLoop {
            try await self.service.mayBuy(
                concert: self.concert, member: member, pass: pass.map { Array($0.utf8)[...] })
        }
    }

    /// What a member reserves now, or so many seconds ago.
    func reserve(_ member: Int64, secondsAgo: Int = 0) throws -> Int64 {
        try self.rig.number(
            """
            INSERT INTO reservation (member_id, concert_id, schedule_id, currency, total, live_count, status, ended_at,
                created_at)
            SELECT \(member), \(self.concert), id, 'KRW', 0, 0, 'CANCELLED', now(),
                clock_timestamp() - interval '\(secondsAgo) s'
            FROM schedule WHERE concert_id = \(self.concert) LIMIT 1 RETURNING id
            """)
    }

    /// The member has paid for what he reserved.
    func finish(_ member: Int64, reservation: Int64? = nil) async throws {
        let reservation = try reservation ?? self.reserve(member)
        try await self.rig.onLoop {
            try await self.rig.database.transaction("test_finish") {
                try await self.service.purchaseFinished(
                    concert: self.concert, member: member, reservation: reservation, in: $0)
            }
        }
    }

    func setSoldOut(_ isSoldOut: Bool) async throws {
        try await self.rig.onLoop { try await self.service.setSoldOut(isSoldOut, concert: self.concert) }
    }

    // MARK: Time

    /// So much time passes, for everything that the database knows of the queue.
    func pass(_ seconds: Int) throws {
        let time = "interval '\(seconds) seconds'"
        try self.rig.sql(
            """
            UPDATE queue_room SET paced_at = paced_at - \(time), mover_until = mover_until - \(time);
            UPDATE queue_step SET at = at - \(time);
            UPDATE queue_member SET pass_until = pass_until - \(time) WHERE pass_until IS NOT NULL
            """)
    }

    /// Nobody is admitted from now on, however long the test takes, until so much of the rate is free again.
    func stopTime() throws { try self.rig.sql("UPDATE queue_room SET paced_at = now() + interval '1 hour'") }

    func free(seconds: Double) throws {
        try self.rig.sql("UPDATE queue_room SET paced_at = now() - \(seconds) * interval '1 second'")
    }

    func open() throws {
        try self.rig.sql("UPDATE concert SET sale_opens_at = now() WHERE id = \(self.concert)")
    }

    /// Who is admitted; everybody else waits.
    func admitted(_ tickets: [Int64: String]) async throws -> [Int64: String] {
        var passes: [Int64: String] = [:]
        for (member, ticket) in tickets {
            let answer = try await self.status(member, ticket)
            guard answer.json["status"] as? String == "ADMITTED" else { continue }
            passes[member] = try #require(answer.json["queuePass"] as? String)
        }
        return passes
    }
}
