import HTTPServer
import Primitives
import Testing

@testable import Commerce

@Suite("The parts of idempotency that are values")
struct IdempotencyValueTests {
    private static let hash = [UInt8](repeating: 1, count: 32)
    private static let answer = StoredAnswer(status: 201, fields: [], body: [1])

    @Test("what is done follows from what the database says")
    func decisions() {
        let (hash, other, answer) = (Self.hash, [UInt8](repeating: 2, count: 32), Self.answer)
        func decide(_ isClaimed: Bool, _ stored: [UInt8], _ answer: StoredAnswer?) -> IdempotencyDecision {
            IdempotencyDecision(
                IdempotencyRow(isClaimed: isClaimed, requestHash: stored, answer: answer), requestHash: hash)
        }
        #expect(decide(true, hash, nil) == .run)
        #expect(decide(false, hash, answer) == .replay(answer))
        #expect(decide(false, hash, nil) == .inProgress)
        #expect(decide(false, other, nil) == .reused)
        #expect(decide(false, other, answer) == .reused)
        #expect(IdempotencyDecision(nil, requestHash: hash) == .inProgress)
    }

    @Test("a key is 1 to 255 visible ASCII characters, once")
    func keys() throws {
        func key(_ values: String...) throws -> IdempotencyKey? {
            var fields = HTTPFields()
            for value in values { try fields.append(IdempotencyKey.fieldName, checking: value) }
            return try IdempotencyKey(fields)
        }
        #expect(try key() == nil)
        #expect(try key("8e03978e-40d5-43e8-bc93-6894a57f9324")?.text == "8e03978e-40d5-43e8-bc93-6894a57f9324")
        #expect(try key("!~")?.text == "!~")
        #expect(try key(String(repeating: "k", count: 255)) != nil)
        for wrong in ["", " ", "a b", "키", "a\t", String(repeating: "k", count: 256)] {
            let problem = #expect(throws: HTTPProblem.self, "\(wrong)") { try key(wrong) }
            #expect(problem?.status == .badRequest && problem?.code.description == "idempotency-key-invalid")
        }
        #expect(throws: HTTPProblem.self) { try key("a", "a") }
    }

    @Test("an answer comes back as it was kept, and says so")
    func answers() throws {
        var response = HTTPResponse(.created, body: .bytes(Array(#"{"a":1}"#.utf8)))
        response.fields.append(.contentType, "application/json")
        response.fields.append(.location, "/reservation/7")
        response.fields.append(.vary, "")
        response.fields.append(.setCookie, "session=secret")
        response.fields.append(.requestID, "abc")
        let stored = try #require(StoredAnswer(response, limits: IdempotencyLimits()))
        #expect(!String(decoding: stored.fields, as: UTF8.self).contains("secret"))
        let again = try #require(stored.response)
        #expect(again.status == .created)
        #expect(again.fields[.location] == "/reservation/7")
        #expect(again.fields[.contentType] == "application/json")
        #expect(again.fields[.vary]?.isEmpty == true)
        #expect(again.fields[HTTPFieldName("idempotent-replayed")] == "true")
        #expect(!again.fields.contains(.setCookie) && !again.fields.contains(.requestID))
        guard case .bytes(let body) = again.body else {
            Issue.record("no body")
            return
        }
        #expect(String(decoding: body, as: UTF8.self) == #"{"a":1}"#)
    }

    @Test("trouble of the server, a word to come again, and what another pass or another day changes are not kept")
    func notKept() {
        let limits = IdempotencyLimits()
        var later = HTTPResponse(.conflict)
        later.fields.append(.retryAfter, 1)
        for response in [
            HTTPResponse(.internalServerError), HTTPResponse(.serviceUnavailable), HTTPResponse(.badGateway), later,
            HTTPResponse(.tooManyRequests), HTTPResponse(.unauthorized), HTTPResponse(.forbidden),
        ] {
            #expect(StoredAnswer(response, limits: limits) == nil)
        }
        for status in [HTTPStatus.ok, .noContent, .badRequest, .conflict, .gone, .unprocessableContent] {
            #expect(StoredAnswer(HTTPResponse(status), limits: limits) != nil)
        }
        #expect(StoredAnswer(HTTPResponse(.conflict), code: "not-on-sale", limits: limits) == nil)
        #expect(StoredAnswer(HTTPResponse(.conflict), code: "seat-taken", limits: limits) != nil)
    }

    @Test("what is too large to keep is left out, and what nobody kept is not given")
    func bounds() throws {
        var limits = IdempotencyLimits()
        limits.bodyByteCountMax = 4
        limits.fieldByteCountMax = 40
        #expect(StoredAnswer(HTTPResponse(.ok, body: .bytes([1, 2, 3, 4])), limits: limits)?.body == [1, 2, 3, 4])
        #expect(StoredAnswer(HTTPResponse(.ok, body: .bytes([1, 2, 3, 4, 5])), limits: limits)?.body == nil)
        var response = HTTPResponse(.ok)
        try response.fields.append(.location, checking: String(repeating: "x", count: 40))
        #expect(StoredAnswer(response, limits: limits)?.fields == [])
        for fields in ["a", "a: b", "a\r\n", ": b\r\n", "a:\r\n", "a b: c\r\n", "a: b\r\nc"] {
            #expect(StoredAnswer(status: 200, fields: Array(fields.utf8), body: nil).response == nil, "\(fields)")
        }
        #expect(StoredAnswer(status: 299, fields: [], body: nil).response == nil)
    }

    @Test("two requests are the same by what they ask, not by how it is written")
    func sameness() {
        func hash(
            _ target: String, _ body: String, type: String = "application/json",
            on path: String = "/api/v1/payment/{id}/refund"
        ) -> [UInt8] {
            var fields = HTTPFields()
            try? fields.append(.contentType, checking: type)
            let bytes = Array(target.utf8)
            var request = HTTPRequest(
                method: .post, version: .http2, target: bytes,
                pathCount: bytes.firstIndex(of: UInt8(ascii: "?")) ?? bytes.count, authority: [], fields: fields)
            request.body = Array(body.utf8)
            return IdempotencyRequest.hash(
                of: request, on: HTTPRoute(.post, path, access: .member, .immediate { _, _ in HTTPResponse(.ok) }))
        }
        let first = hash("/api/v1/payment/5/refund", #"{"a":1,"b":[1,2]}"#)
        #expect(hash("/api/v1/payment/5/refund", "{ \"b\": [1, 2],\n\"a\" : 1 }") == first)
        #expect(hash("/payment/5/refund", #"{"a":1,"b":[1,2]}"#, on: "/payment/{id}/refund") == first)
        #expect(hash("/api/v1/payment/6/refund", #"{"a":1,"b":[1,2]}"#) != first)
        #expect(hash("/api/v1/payment/5/refund", #"{"a":1,"b":[2,1]}"#) != first)
        #expect(hash("/api/v1/payment/5/refund?x=1", #"{"a":1,"b":[1,2]}"#) != first)
        #expect(hash("/api/v1/payment/5/refund", #"{"a":1,"b":[1,2]}"#, type: "text/plain") != first)
        #expect(hash("/api/v1/payment/5/refund", "") != first)
        #expect(hash("/api/v1/payment/5/refund", "{") != hash("/api/v1/payment/5/refund", "{ "))
    }
}
