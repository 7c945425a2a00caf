import Crypto
import Foundation
import HTTPServer
import Observability
import Postgres
import Primitives
import Reactor
import TestSupport
import Testing

@testable import Auth

/// S-07 and S-10: every route, for everybody, also with what is somebody else's. Made from the route table: a route
/// that is not in `expectations` fails, so nobody can add one without saying what strangers get.
@Suite(.timeLimit(.minutes(5)))
struct AccessMatrixTests {
    /// What a route answers to each role, when the request is otherwise right.
    private struct Expectation {
        var nobody: Int
        var user: Int
        var seller: Int
        var manager: Int
        var body: [String: Any]?
        /// What takes an id gets this for one of a stranger that it must not touch, or does not know; nil without one.
        var stranger: Int?

        static func open(_ status: Int, _ body: [String: Any]? = nil, stranger: Int? = nil) -> Expectation {
            Expectation(nobody: status, user: status, seller: status, manager: status, body: body, stranger: stranger)
        }

        static func member(_ status: Int, _ body: [String: Any]? = nil, stranger: Int? = nil) -> Expectation {
            Expectation(nobody: 401, user: status, seller: status, manager: status, body: body, stranger: stranger)
        }

        static func manager(_ status: Int) -> Expectation {
            Expectation(nobody: 401, user: 403, seller: 403, manager: status)
        }
    }

    private static let wrongToken = String(repeating: "A", count: 43)

    /// By method and canonical path. Requests are those that do no harm, so that one after the other can be made.
    private static var expectations: [String: Expectation] {
        [
            "POST /api/v1/auth/signin": .open(401, ["email": "nobody@example.com", "password": "a wrong grape"]),
            "POST /api/v1/auth/refresh": .open(401, ["refreshToken": "nonsense"]),
            "POST /api/v1/auth/signout": .open(204, ["refreshToken": "nonsense"]),
            "POST /api/v1/auth/password/forgot": .open(202, ["email": "nobody@example.com"]),
            "POST /api/v1/auth/password/reset": .open(
                422, ["token": self.wrongToken, "newPassword": "a quiet new grape"]),
            "POST /api/v1/auth/email/verify": .member(422, ["token": self.wrongToken]),
            "POST /api/v1/auth/email/resend": .member(202),
            "POST /api/v1/auth/password/change": .member(
                401, ["currentPassword": "a wrong grape", "newPassword": "a quiet new grape"]),
            "POST /api/v1/member": .open(
                409, ["name": "user", "email": "user@example.com", "password": AuthClient.password]),
            "GET /api/v1/member/me": .member(200),
            "PATCH /api/v1/member/me": .member(200, [:]),
            "DELETE /api/v1/member/me": .member(401, ["password": "a wrong grape"]),
            "POST /api/v1/member/{id}/follow": .member(204, stranger: 404),
            "DELETE /api/v1/member/{id}/follow": .member(204, stranger: 204),
            "GET /api/v1/organizer/{id}": .open(200, stranger: 404),
            "GET /api/v1/member/me/following": .member(200),
            "GET /api/v1/admin/members": .manager(200),
            "POST /api/v1/admin/members/{id}/lock": .manager(204),
            "DELETE /api/v1/admin/members/{id}/lock": .manager(204),
            "GET /api/v1/auth/social": .open(200),
            "GET /api/v1/auth/social/{provider}/start": .open(302),
            "GET /api/v1/auth/social/{provider}/callback": .open(400),
            "POST /api/v1/auth/social/exchange": .open(401, ["code": self.wrongToken]),
            "GET /api/v1/member/me/social": .member(200),
            "POST /api/v1/auth/social/{provider}/connect": .member(401, ["password": "a wrong grape"]),
            // What the organizer has connected is not theirs.
            "DELETE /api/v1/auth/social/{provider}": .member(404),
        ]
    }

    private static var routes: [HTTPRoute] { AuthRoutes.table.map(\.unbound) + SocialRoutes.table.map(\.unbound) }

    /// The path of a route for what is `id`'s.
    private static func path(_ route: HTTPRoute, _ id: String) -> String {
        route.path.replacing("{id}", with: id).replacing("{provider}", with: "corp")
    }

    @Test
    func `every route has its row, and every row its route`() {
        let routes = Self.routes
        let canonical = Set(routes.filter { $0.aliasOf == nil }.map(\.label))
        #expect(canonical == Set(Self.expectations.keys))
        for route in routes.filter({ $0.aliasOf != nil }) {
            #expect(canonical.contains("\(route.method.name) \(route.aliasOf ?? "")"), "\(route.label)")
        }
        for route in routes { #expect(route.access != nil, "\(route.label)") }
    }

    @Test
    func `everybody gets what the row says`() async throws {
        let rig = try AuthRig()
        let social = try SocialRig(auth: rig)
        let client = AuthClient(rig: rig, application: social.application)
        let (user, _) = try await client.asNewMember("user")
        let (seller, sellerTokens) = try await client.asNewMember("seller", roleType: "ROLE_SELLER")
        let managerID = try await client.signUp("manager")
        try await rig.onLoop { try await rig.members.setRole(.manager, of: managerID, actor: "test") }
        let (manager, _) = try await client.asMember("manager", managerID)
        let (_, organizer) = try await client.asNewMember("organizer", roleType: "ROLE_SELLER")
        let (_, stranger) = try await client.asNewMember("stranger")
        try rig.sql("INSERT INTO member_identity VALUES ('corp', 'organizer', \(organizer.id))")

        var host: UInt32 = 0x0a00_0000
        for route in Self.routes {
            let key = "\(route.method.name) \(route.aliasOf ?? route.path)"
            let expected = try #require(Self.expectations[key], "\(key)")
            let roles = [
                ("nobody", client, expected.nobody), ("user", user, expected.user), ("seller", seller, expected.seller),
                ("manager", manager, expected.manager),
            ]
            for (name, asker, status) in roles {
                var asker = asker
                // From a new address each time: limits are tested elsewhere.
                host += 1
                asker.address = .v4(host)
                let path = Self.path(route, "\(organizer.id)")
                let answer = try await asker.send(route.method, path, json: expected.body)
                #expect(answer.status == status, "\(name): \(route.label) -> \(answer.status) \(answer.text)")
                guard route.path.contains("{id}"), let strangerStatus = expected.stranger, status < 300 else {
                    continue
                }
                for id in ["\(stranger.id)", "1", "0", "-1", "9007199254740992", "x", "1e3"] {
                    let answer = try await asker.send(
                        route.method, Self.path(route, id), json: expected.body)
                    let isNumber = Int64(id).map { $0 > 0 && $0 < 1 << 53 } ?? false
                    #expect(answer.status == (isNumber ? strangerStatus : 404), "\(name): \(route.label) with \(id)")
                }
            }
        }
        _ = sellerTokens
        #expect(try rig.sql("SELECT member_id FROM member_identity") == "\(organizer.id)")
    }

    @Test
    func `a token that is not ours opens nothing, whatever role it claims`() async throws {
        let rig = try AuthRig()
        let social = try SocialRig(auth: rig)
        let client = AuthClient(rig: rig, application: social.application)
        let (user, tokens) = try await client.asNewMember("user")
        let foreign = TokenService(
            tokens: AccessTokens(root: .random(), issuer: "http://podo.test"), epochs: TokenEpochs())
        var forger = user
        forger.accessToken =
            foreign.issue(
                memberID: tokens.id, role: .manager, epoch: 0, session: [UInt8](repeating: 1, count: 16)
            ).accessToken
        for route in Self.routes where route.access != .anyone {
            let answer = try await forger.send(route.method, Self.path(route, "1"))
            #expect(answer.status == 401, "\(route.label)")
        }
    }

    @Test
    func `a role that was taken away is gone at once`() async throws {
        let rig = try AuthRig()
        let client = AuthClient(rig: rig)
        let id = try await client.signUp("manager")
        try await rig.onLoop { try await rig.members.setRole(.manager, of: id, actor: "test") }
        let (manager, tokens) = try await client.asMember("manager", id)
        #expect(try await manager.send(.get, "/api/v1/admin/members").status == 200)
        try await rig.onLoop {
            try await rig.members.setRole(.user, of: id, actor: "test")
            try await AuthNews(database: rig.database, signIns: rig.signIns, streamKeys: rig.streamKeys).reload()
        }
        #expect(try await manager.send(.get, "/api/v1/admin/members").status == 401)
        #expect(try await client.refresh(tokens.refresh).status == 401)
        let (again, _) = try await client.asMember("manager", id)
        #expect(try await again.send(.get, "/api/v1/admin/members").status == 403)
    }
}
