import HTTPServer
import Testing

@testable import Ticketing

@Suite("Routes of the catalogue")
struct CatalogueRoutesTests {
    @Test("every route has a description that fits it")
    func descriptions() {
        let info = OpenAPIInfo(
            title: "Catalogue", version: "1", about: HTTPWording("What is for sale", korean: "판매"),
            tags: [
                (name: CatalogueRoutes.stageTag, about: HTTPWording("Stages", korean: "공연장")),
                (name: CatalogueRoutes.concertTag, about: HTTPWording("Concerts", korean: "공연")),
            ], sessionCookieName: "session", unauthenticated: HTTPProblemDescription(.unauthorized, "unauthenticated"))
        let document = OpenAPIDocument(info, routes: CatalogueRoutes.table.map(\.unbound))
        #expect(document.mistakes == [])
        let undescribed = CatalogueRoutes.table.map(\.unbound).filter { $0.aliasOf == nil && $0.describe == nil }
        #expect(undescribed.map(\.label) == [])
    }

    /// What a stranger with an account of each role gets, for what is another seller's: nobody, user, seller, manager.
    private static let expectations: [String: [Int]] = [
        "GET /api/v1/concert": [200, 200, 200, 200], "GET /api/v1/concert/{id}": [200, 200, 200, 200],
        "GET /api/v1/concert/{id}/poster": [404, 404, 404, 404], "GET /api/v1/stage/{id}": [200, 200, 200, 200],
        "GET /api/v1/member/me/concert": [401, 200, 200, 200], "GET /api/v1/stage": [401, 200, 200, 200],
        "GET /api/v1/admin/concerts": [401, 403, 403, 200],
        "GET /api/v1/member/me/team": [401, 403, 200, 200], "POST /api/v1/member/me/team": [401, 403, 415, 415],
        "DELETE /api/v1/member/me/team/{id}": [401, 403, 204, 204],
        "GET /api/v1/member/me/teams": [401, 200, 200, 200],
        "POST /api/v1/stage": [401, 403, 201, 201], "POST /api/v1/concert": [401, 403, 403, 409],
        "PATCH /api/v1/concert/{id}": [401, 403, 403, 200], "PATCH /api/v1/stage/{id}": [401, 403, 403, 200],
        "POST /api/v1/concert/{id}/schedule": [401, 403, 403, 201],
        "POST /api/v1/concert/{id}/poster": [401, 403, 403, 415],
        "POST /api/v1/concert/{id}/publish": [401, 403, 403, 200],
        "POST /api/v1/concert/{id}/close": [401, 403, 403, 200],
        "POST /api/v1/concert/{id}/cancel": [401, 403, 403, 202], "DELETE /api/v1/concert/{id}": [401, 403, 403, 204],
        "DELETE /api/v1/schedule/{id}": [401, 403, 403, 202],
        "DELETE /api/v1/stage/{id}": [401, 403, 403, 204],
    ]

    private static func body(of label: String, _ made: CatalogueRig.Made) -> [String: Any]? {
        switch label {
        case "POST /api/v1/stage": CatalogueRig.stage
        case "POST /api/v1/concert": CatalogueRig.concert(stage: made.stage)
        case "PATCH /api/v1/concert/{id}", "PATCH /api/v1/stage/{id}": ["name": "x"]
        case "POST /api/v1/concert/{id}/schedule": ["startsAt": "2041-05-05T00:00:00Z"]
        default: nil
        }
    }

    @Test("everybody gets what the table says")
    func access() async throws {
        let rig = try CatalogueRig()
        let made = try await rig.concert()
        let schedule = try rig.rig.number("SELECT min(id) FROM schedule")
        let clients = [rig.client, try rig.user(), try rig.seller(), try rig.manager()]
        let routes = CatalogueRoutes.table.map(\.unbound).filter { $0.aliasOf == nil }
        #expect(Set(routes.map(\.label)) == Set(Self.expectations.keys))
        // What ends a concert or a stage comes last.
        let ends = ["/close", "/cancel"]
        let ordered =
            routes.filter { route in route.method != .delete && !ends.contains { route.path.hasSuffix($0) } }
            + routes.filter { route in ends.contains { route.path.hasSuffix($0) } }
            + routes.filter { $0.method == .delete && $0.path.contains("/schedule/") }
            + routes.filter {
                $0.method == .delete && !$0.path.contains("/stage/") && !$0.path.contains("/schedule/")
            }
            + routes.filter { $0.method == .delete && $0.path.contains("/stage/") }
        #expect(ordered.count == routes.count)
        for route in ordered {
            let isOfSchedule = route.path.contains("/schedule/{id}")
            let id = isOfSchedule ? schedule : route.path.contains("/stage/") ? made.stage : made.id
            let path = route.path.replacing("{id}", with: "\(id)")
            var statuses: [Int] = []
            for client in clients {
                let body = Self.body(of: route.label, made)
                statuses.append(try await client.send(route.method, path, json: body).status)
            }
            #expect(statuses == Self.expectations[route.label], "\(route.label)")
        }
    }

    @Test("the routes that programs know without the prefix answer there too")
    func aliases() {
        let aliases = CatalogueRoutes.table.map(\.unbound).filter { $0.aliasOf != nil }.map(\.label)
        #expect(aliases == ["GET /concert", "GET /concert/{id}"])
    }
}
