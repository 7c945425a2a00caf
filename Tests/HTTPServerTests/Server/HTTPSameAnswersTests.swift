import Primitives
import Reactor
import Testing

@testable import HTTPServer

/// The same questions to the application alone and to a live server: whatever a test without a socket proves holds
/// over one.
@Suite("An application answers the same without a socket and over one") struct HTTPSameAnswersTests {
    private struct Question {
        let method: HTTPMethod
        let target: String
        var fields: [(String, String)] = []
        var body: [UInt8] = []
        let status: Int
        var text: String?
    }

    private static let routes = [
        HTTPRoute(
            .get, "/page", access: .anyone,
            .immediate { _, _ in
                var response = HTTPResponse(.ok, body: .bytes(Array(String(repeating: "page ", count: 400).utf8)))
                response.fields.append(HTTPFieldName("content-type"), "text/html")
                response.fields.append(HTTPFieldName("etag"), "\"p\"")
                return response
            }),
        HTTPRoute(
            .get, "/hello/{name}", access: .anyone,
            .concurrent { _, parameters in
                HTTPResponse(.ok, body: .bytes(Array("hello \(parameters["name"] ?? "?")".utf8)))
            }),
        HTTPRoute(
            .post, "/echo", access: .anyone, bodyByteCountMax: 8,
            .concurrent { request, _ in HTTPResponse(.created, body: .bytes(request.body)) }),
        HTTPRoute(.get, "/fails", access: .anyone, .concurrent { _, _ in throw SystemError(code: 1, call: "x") }),
        HTTPRoute(.get, "/closed", access: .manager, .immediate { _, _ in HTTPResponse(.ok) }),
        HTTPRoute(
            .post, "/mine", access: .member, bodyByteCountMax: 8,
            .concurrent { request, _ in
                HTTPResponse(.ok, body: .bytes(Array("member \(request.caller?.memberID ?? 0)".utf8)))
            }),
        HTTPRoute(.delete, "/page", access: .anyone, .immediate { _, _ in HTTPResponse(.noContent) }),
    ]

    /// Lets everybody in who says so, as member 7.
    private struct Trusting: HTTPAuthorizer {
        func caller(of head: borrowing HTTPRequest, for access: HTTPAccess) throws(HTTPProblem) -> HTTPCaller {
            guard head.fields.contains(.authorization), access == .member else {
                throw HTTPProblem(.unauthorized, code: "unauthenticated")
            }
            return HTTPCaller(memberID: 7, role: .member, proof: .bearer)
        }
    }

    private static let questions: [Question] = [
        Question(method: .get, target: "/page", status: 200),
        Question(method: .head, target: "/page", status: 200),
        Question(method: .get, target: "/page", fields: [("accept-encoding", "gzip")], status: 200),
        Question(method: .get, target: "/page", fields: [("if-none-match", "\"p\"")], status: 304),
        Question(method: .get, target: "/page", fields: [("range", "bytes=5-8")], status: 206),
        Question(method: .get, target: "/page", fields: [("range", "bytes=9999-")], status: 416),
        Question(method: .delete, target: "/page", status: 204),
        Question(method: .get, target: "/hello/%ED%8F%AC%EB%8F%84", status: 200),
        Question(method: .post, target: "/echo", body: Array("12345678".utf8), status: 201),
        Question(method: .get, target: "/fails", status: 500),
        Question(method: .get, target: "/closed", status: 401),
        Question(
            method: .post, target: "/mine", fields: [("authorization", "me")], body: Array("x".utf8), status: 200,
            text: "member 7"),
        Question(method: .post, target: "/mine", status: 401),
        Question(method: .get, target: "/nowhere", status: 404),
        Question(method: .get, target: "/nowhere", fields: [("accept", "text/html")], status: 404),
        Question(method: .get, target: "/%2e%2e/x", status: 400),
        Question(method: .put, target: "/page", status: 405),
        Question(method: .options, target: "/page", status: 204),
    ]

    /// What a live answer has beside, or says of this very request.
    private static let ofTheMoment: Set<String> = ["date", "content-length", "x-request-id"]

    @Test("status, fields and body", arguments: questions.indices) func same(index: Int) async throws {
        let question = Self.questions[index]
        let server = try LiveServer(routes: Self.routes, authorizer: Trusting())
        let clients: [any HTTPTestClient] = [
            HTTPTestDriver(application: try HTTPApplication(routes: Self.routes, authorizer: Trusting())),
            try LiveTestClient(port: server.port),
        ]
        var seen: [String] = []
        for client in clients {
            let response = try await client.send(
                question.method, question.target, fields: question.fields, body: question.body)
            #expect(response.status == question.status)
            if let text = question.text { #expect(response.text == text) }
            seen.append(Self.describe(response))
        }
        #expect(seen[0] == seen[1])
    }

    private static func describe(_ response: HTTPTestResponse) -> String {
        var lines = ["\(response.status)"]
        for entry in response.fields.entries {
            let name = String(decoding: response.fields.wire[entry.name], as: UTF8.self)
            if !Self.ofTheMoment.contains(name) {
                lines.append(name + ": " + String(decoding: response.fields.wire[entry.value], as: UTF8.self))
            }
        }
        let requestID = /,?"requestId":"[0-9a-f]+"/
        lines.append(
            response.text.replacing(requestID, with: "").replacing(
                /<p class="quiet"><small>[0-9a-f]{32}<\/small><\/p>\n/, with: ""))
        return lines.joined(separator: "\n")
    }
}
