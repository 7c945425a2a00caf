import Foundation
import HTTPServer
import Primitives
import Testing

@testable import Auth
@testable import podo

@Suite struct PublicAPITests {
    private func answer(_ application: HTTPApplication, _ path: String) throws -> HTTPResponse {
        let request = HTTPRequest(
            method: .get, version: .http1_1, target: Array(path.utf8), pathCount: path.utf8.count,
            authority: Array("a".utf8), fields: HTTPFields())
        guard case .accept(let match, _) = application.admit(request),
            case .immediate(let answer) = application.handler(of: match)
        else { return HTTPResponse(.notImplemented) }
        return answer(request, match.parameters)
    }

    private func body(_ response: HTTPResponse) -> [UInt8] {
        guard case .shared(let slice) = response.body else { return [] }
        return Array(slice.owner.copyBytes()[slice.range])
    }

    @Test("every route of the API has a description that fits it")
    func isWhole() { #expect(PublicAPI.document.mistakes == []) }

    @Test("what is served is what `podo openapi` prints, and tells of every row of the tables with who may call it")
    func isServed() throws {
        let temporary = try TemporaryDirectory()
        try Data("x".utf8).write(to: URL(filePath: temporary.path + "/index.html"))
        let application = try PublicApplication(
            webDirectory: temporary.path, api: PublicAPI.tables.flatMap(\.unbound)
        ).application
        let response = try self.answer(application, "/openapi.json")
        #expect(response.status == .ok && response.fields.contains(.etag))
        #expect(self.body(response) == PublicAPI.document.json)

        let document = try JSONSerialization.jsonObject(with: Data(self.body(response))) as? [String: Any]
        let paths = try #require(document?["paths"] as? [String: [String: [String: Any]]])
        for route in PublicAPI.table where route.aliasOf == nil {
            let operation = paths[route.path]?[route.method.name.description.lowercased()]
            #expect(operation?["x-authz"] as? String == route.access.map { "\($0)" })
        }
        #expect(paths.values.map(\.count).reduce(0, +) == PublicAPI.table.filter { $0.aliasOf == nil }.count)
        // The rows that are described are the rows that are served.
        let labels = Set(application.routeLabels)
        #expect(PublicAPI.table.allSatisfy { labels.contains($0.label) })
        let undescribed = labels.subtracting(PublicAPI.table.map(\.label)).filter { $0.contains(" /api/") }
        #expect(undescribed == [])
    }

    @Test("whoever may not call a route is told so by a code that its description names")
    func refusalsAreDescribed() throws {
        let document = try JSONSerialization.jsonObject(with: Data(PublicAPI.document.json)) as? [String: Any]
        let paths = try #require(document?["paths"] as? [String: [String: [String: Any]]])
        let codes = Set(TokenFailure.allCases.map { "`\($0.problemCode)`" } + ["`unauthenticated`"])
        for route in PublicAPI.table where route.aliasOf == nil && route.access != .anyone {
            let operation = paths[route.path]?[route.method.name.description.lowercased()]
            let answers = try #require(operation?["responses"] as? [String: [String: Any]], "\(route.label)")
            let text = try #require(answers["401"]?["description"] as? String, "\(route.label)")
            for code in codes { #expect(text.contains(code), "\(route.label)") }
        }
    }

    /// What members may send twice without a key, and why.
    private static let keyless = [
        "POST /api/v1/auth/email/verify": "a link is good once",
        "POST /api/v1/auth/email/resend": "one mail more or less, of a bounded number",
        "POST /api/v1/auth/password/change": "the old password is none any more",
        "POST /api/v1/member/{id}/follow": "following twice is following",
        "POST /api/v1/auth/social/{provider}/connect": "begins a new way to the provider each time",
        "POST /api/v1/schedule/{id}/stream-key": "a stored answer would keep the key",
        "POST /api/v1/schedule/{id}/end": "ending twice is ending",
        "POST /api/v1/admin/members/{id}/lock": "locking twice is locking",
        "POST /api/v1/schedule/{id}/reopen": "opening again twice is opening again",
    ]

    @Test("whatever a member makes can be made once by a key, but for what is the same twice")
    func keys() {
        let posts = PublicAPI.table.filter { $0.method == .post && $0.aliasOf == nil && $0.access != .anyone }
        #expect(posts.count > 15)
        let without = posts.filter { route in
            route.describe?().options.isDisjoint(with: [.idempotencyKey, .idempotencyKeyRequired]) != false
        }
        #expect(Set(without.map(\.label)) == Set(Self.keyless.keys))
    }

    @Test("a route of the API without a description would be found")
    func findsUndescribed() {
        let bare = HTTPRoute(.get, "/api/v1/seat", access: .anyone, .immediate { _, _ in HTTPResponse(.ok) })
        #expect(
            OpenAPIDocument(PublicAPI.info, routes: [bare]).mistakes == ["GET /api/v1/seat: has no description"])
    }

    @Test("routes have the names that programs of other ticket shops know, and none that is nobody's")
    func otherNames() {
        let routes = PublicAPI.table
        let labels = Set(routes.filter { $0.aliasOf == nil }.map(\.label))
        #expect(OtherNames.labels.subtracting(labels) == [])
        let named = Set(routes.filter { $0.aliasOf != nil }.map(\.label))
        let known = [
            "POST /auth/login", "POST /auth/sign-up", "GET /concerts/search", "POST /bookings", "POST /payments",
            "GET /ticket/{id}/qr", "GET /bookings/seats/{id}", "DELETE /users/me",
        ]
        #expect(Set(known).subtracting(named) == [])
    }
}
