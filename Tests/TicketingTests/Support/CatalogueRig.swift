import HTTPServer
import Postgres
import Primitives
import Synchronization
import Testing

@testable import Ticketing

/// The routes of the catalogue over a database of their own.
struct CatalogueRig {
    let rig: TicketingRig
    let encoder = FakePosterEncoder()
    let directory = TestDirectory()
    let service: CatalogueService
    /// Nobody.
    let client: TicketingClient

    /// - Parameter remainingTime: For how long the numbers of seats are told that are left; most tests ask at once.
    init(remainingTime: TimeAmount = .nanoseconds(0)) throws {
        self.rig = try TicketingRig()
        let service = CatalogueService(
            database: self.rig.database, authorizer: TestAuthorizer(), posterEncoder: self.encoder,
            directory: self.directory,
            remainingTime: remainingTime, metrics: CatalogueMetrics(registry: self.rig.registry))
        self.service = service
        self.client = try TicketingClient(self.rig, routes: CatalogueRoutes.table.map { $0.bound(to: service) })
    }

    func seller() throws -> TicketingClient { self.client.as(try self.rig.member("SELLER"), .seller) }

    func user() throws -> TicketingClient { self.client.as(try self.rig.member()) }

    func manager() throws -> TicketingClient { self.client.as(try self.rig.member("MANAGER"), .manager) }

    // MARK: What most tests send

    static var stage: [String: Any] { ["name": "포도홀", "location": "서울", "rows": 6, "cols": 5] }

    /// A stage, by its seller.
    func stage(_ seller: TicketingClient, _ changes: [String: Any] = [:]) async throws -> Int64 {
        let body = Self.stage.merging(changes) { $1 }
        let answer = try await seller.send(.post, "/api/v1/stage", json: body)
        try #require(answer.status == 201, "\(answer.text)")
        return try #require(answer.json["stageId"] as? Int64)
    }

    /// A concert as the API's document shows it: VIP in rows 1 and 2, R in rows 3 to 5, row 6 is not sold.
    static func concert(stage: Int64?, _ changes: [String: Any] = [:]) -> [String: Any] {
        var body: [String: Any] = [
            "name": "보라빛 밤", "description": "한 해의 끝", "runtimeMinutes": 120, "category": "CONCERT",
            "saleOpensAt": "2026-01-01T00:00:00Z", "saleClosesAt": "2040-12-24T09:00:00Z",
            "grades": [
                ["name": "VIP", "price": 99_000, "rows": [1, 2]], ["name": "R", "price": 66_000, "rows": [3, 5]],
            ],
            "schedules": [["startsAt": "2040-12-24T19:00:00+09:00"], ["startsAt": "2040-12-25T19:00:00+09:00"]],
        ]
        body["stageId"] = stage
        return body.merging(changes) { $1 }
    }

    struct Made {
        let seller: TicketingClient
        let stage: Int64
        let id: Int64
        let schedules: [Int64]

        var path: String { "/api/v1/concert/\(self.id)" }
    }

    func concert(_ seller: TicketingClient? = nil, _ changes: [String: Any] = [:]) async throws -> Made {
        let seller = try seller ?? self.seller()
        let stage = try await self.stage(seller)
        let answer = try await seller.send(
            .post, "/api/v1/concert", json: Self.concert(stage: stage, changes))
        try #require(answer.status == 201, "\(answer.text)")
        let schedules = try #require(answer.json["schedules"] as? [[String: Any]])
        return Made(
            seller: seller, stage: stage, id: try #require(answer.json["concertId"] as? Int64),
            schedules: try schedules.map { try #require($0["scheduleId"] as? Int64) })
    }
}

/// Stands for the part of the house that decodes pictures; its own tests are where that is.
final class FakePosterEncoder: PosterEncoder {
    private let state = Mutex<(count: Int, isBroken: Bool)>((0, false))

    var count: Int { self.state.withLock { $0.count } }

    func breakDown() { self.state.withLock { $0.isBroken = true } }

    func encode(_ bytes: [UInt8]) async throws -> EncodedPoster {
        let isBroken = self.state.withLock { state in
            state.count += 1
            return state.isBroken
        }
        if isBroken { throw PosterUnreadable() }
        return EncodedPoster(jpeg: [0xff, 0xd8] + bytes.suffix(4), width: 600, height: 800)
    }
}
