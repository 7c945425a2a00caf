import Foundation
import HTTPServer
import Testing

@Suite("The description of an API") struct OpenAPIDocumentTests {
    private static let plain = HTTPHandler.immediate { _, _ in HTTPResponse(.ok) }

    private func described(
        _ route: HTTPRoute, tag: String = "members", takes body: JSONSchema? = nil,
        parameters: [HTTPParameterDescription] = [],
        answers: [HTTPAnswerDescription] = [HTTPAnswerDescription(.ok, "Done.")]
    ) -> HTTPRoute {
        route.described(
            HTTPRouteDescription(
                "Something", korean: "무엇", tag: tag, parameters: parameters, takes: body, answers: answers))
    }

    private func mistakes(_ routes: HTTPRoute...) -> [String] {
        OpenAPIDocument(TinyTable.info, routes: routes).mistakes
    }

    private func json(_ bytes: [UInt8]) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    }

    /// `UPDATE_DOCUMENTS=1` writes it anew.
    @Test("the document of a small table is the one that was looked at")
    func golden() throws {
        let document = OpenAPIDocument(TinyTable.info, routes: TinyTable.routes)
        #expect(document.mistakes == [])
        let pretty: JSONSerialization.WritingOptions = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let written = try JSONSerialization.data(withJSONObject: try self.json(document.json), options: pretty)
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../../fixtures/openapi/tiny.json")
        if ProcessInfo.processInfo.environment["UPDATE_DOCUMENTS"] == "1" { try (written + [0x0a]).write(to: file) }
        #expect(try Data(contentsOf: file) == written + [0x0a])
    }

    @Test("every route that has to be described and is not is named, and so is an alias of nothing")
    func undescribed() {
        let bare = HTTPRoute(.get, "/api/v1/seat", access: .anyone, Self.plain)
        let page = HTTPRoute(.get, "/index.html", access: .anyone, Self.plain)
        #expect(self.mistakes(bare, page) == ["GET /api/v1/seat: has no description"])
        #expect(
            self.mistakes(page.alias("/index")) == ["GET /index: repeats /index.html, which is no route"])
    }

    @Test("a description that does not fit its route is a mistake")
    func misfits() {
        let route = HTTPRoute(.post, "/api/v1/seat/{id}", access: .anyone, Self.plain)
        #expect(self.mistakes(self.described(route)) == [])
        #expect(
            self.mistakes(self.described(route, tag: "seats")) == [
                "POST /api/v1/seat/{id}: belongs to seats, which is no tag"
            ])
        #expect(
            self.mistakes(self.described(route, takes: JSONSchema(.object([])))) == [
                "POST /api/v1/seat/{id}: describes a body and takes none"
            ])
        #expect(self.mistakes(self.described(route, answers: [])) == ["POST /api/v1/seat/{id}: tells no answer"])
        let name = HTTPParameterDescription(.path, "name", .string())
        #expect(
            self.mistakes(self.described(route, parameters: [name])) == [
                "POST /api/v1/seat/{id}: describes {name}, which is not in its path"
            ])
    }

    @Test("two operations or two different schemas of one name are a mistake")
    func twins() {
        let one = HTTPRoute(.post, "/api/v1/seat/row", access: .anyone, bodyByteCountMax: 9, Self.plain)
        let other = HTTPRoute(.post, "/api/v1/seat-row", access: .anyone, bodyByteCountMax: 9, Self.plain)
        #expect(self.mistakes(self.described(one), self.described(other)).count == 2)
        let third = HTTPRoute(.post, "/api/v1/seat", access: .anyone, bodyByteCountMax: 9, Self.plain)
        let (seat, stage) = (JSONSchema(.number).named("Place"), JSONSchema(.boolean).named("Place"))
        #expect(self.mistakes(self.described(one, takes: seat), self.described(third, takes: seat)) == [])
        #expect(
            self.mistakes(self.described(one, takes: seat), self.described(third, takes: stage)) == [
                "two different schemas are called Place"
            ])
    }

    @Test("a route that takes a key says so, and what it answers for keys")
    func keys() throws {
        for isRequired in [false, true] {
            let route = HTTPRoute(.post, "/api/v1/seat", access: .member, Self.plain).described(
                HTTPRouteDescription(
                    "Something", korean: "무엇", tag: "members",
                    answers: [HTTPAnswerDescription(.created, "Made.", fields: [("Location", "Where it is.")])],
                    options: isRequired ? .idempotencyKeyRequired : .idempotencyKey))
            let document = try self.json(OpenAPIDocument(TinyTable.info, routes: [route]).json)
            let paths = document["paths"] as? [String: [String: [String: Any]]]
            let operation = try #require(paths?["/api/v1/seat"]?["post"])
            let name = isRequired ? "IdempotencyKeyRequired" : "IdempotencyKey"
            #expect(operation["parameters"] as? [[String: String]] == [["$ref": "#/components/parameters/\(name)"]])
            let responses = try #require(operation["responses"] as? [String: [String: Any]])
            let fields = try #require(responses["201"]?["headers"] as? [String: Any])
            #expect(Set(fields.keys) == ["Location", "Idempotent-Replayed"])
            #expect((responses["409"]?["description"] as? String)?.contains("idempotency-in-progress") == true)
            #expect((responses["409"]?["headers"] as? [String: Any])?["Retry-After"] != nil)
            #expect((responses["422"]?["description"] as? String)?.contains("idempotency-key-reused") == true)
            let mistakes = responses["400"]?["description"] as? String
            #expect(mistakes?.contains("idempotency-key-invalid") == true)
            #expect((mistakes?.contains("idempotency-key-required") == true) == isRequired)
        }
    }

    @Test("who may call it stands at every operation, and so do the answers to whom may not")
    func access() throws {
        for access in [HTTPAccess.anyone, .member, .seller, .manager] {
            let route = self.described(HTTPRoute(.get, "/api/v1/seat", access: access, Self.plain))
            let document = try self.json(OpenAPIDocument(TinyTable.info, routes: [route]).json)
            let paths = document["paths"] as? [String: [String: [String: Any]]]
            let operation = try #require(paths?["/api/v1/seat"]?["get"])
            #expect(operation["x-authz"] as? String == "\(access)")
            #expect((operation["security"] as? [Any])?.count == (access == .anyone ? 0 : 2))
            let responses = try #require(operation["responses"] as? [String: Any])
            #expect((responses["401"] != nil) == (access != .anyone))
            #expect((responses["403"] != nil) == (access == .seller || access == .manager))
        }
    }

    @Test("a table is described before there is anything to bind it to, and answers 503 until then")
    func bound() async throws {
        let table = APIDocumentRoute.table(tag: "api")
        let unbound = HTTPTestDriver(application: try HTTPApplication(routes: table.map(\.unbound)))
        #expect(try await unbound.get("/openapi.json").status == 503)

        let document = OpenAPIDocument(TinyTable.info, routes: TinyTable.routes)
        let content = APIDocumentRoute.content(of: document, modifiedAtUnixSeconds: 1_700_000_000)
        let routes = (table + table.map { $0.alias("/swagger.json") }).map { $0.bound(to: content) }
        let driver = HTTPTestDriver(application: try HTTPApplication(routes: routes))
        let answer = try await driver.get("/openapi.json")
        #expect(answer.status == 200 && answer["content-type"] == "application/json")
        #expect(answer.body == document.json)
        #expect(answer["cache-control"] == "no-cache")
        let tag = try #require(answer["etag"])
        #expect(try await driver.get("/openapi.json", [("if-none-match", tag)]).status == 304)
        #expect(try await driver.get("/swagger.json").body == document.json)
        #expect(routes.map(\.aliasOf) == [nil, "/openapi.json"])
    }
}
