import Primitives
import Testing

@testable import HTTPServer

@Suite struct HTTP2HeadBuilderTests {
    struct Case: Sendable {
        let fields: [(String, String)]
        let outcome: String

        init(_ outcome: String, _ fields: [(String, String)]) {
            self.fields = fields
            self.outcome = outcome
        }
    }

    static func get(
        path: String = "/", authority: String? = "a.b", scheme: String = "https", method: String = "GET",
        _ more: [(String, String)] = []
    ) -> [(String, String)] {
        [(":method", method), (":scheme", scheme), (":path", path)] + (authority.map { [(":authority", $0)] } ?? [])
            + more
    }

    static let cases: [Case] = [
        Case("GET / a.b", get()),
        Case("GET /x?y a.b:443", get(path: "/x?y", authority: "a.b:443", scheme: "http")),
        Case("GET / a.b", get([("host", "A.B")])),
        Case("OPTIONS * a.b", get(path: "*", method: "OPTIONS")),
        Case("TRACE / a.b", get(method: "TRACE")),
        Case("GET / [::1]:80", get(authority: "[::1]:80")),
        Case("400 target-malformed", get(path: "*")),
        Case("400 target-malformed", get(path: "")),
        Case("400 target-malformed", get(path: "x")),
        Case("400 target-malformed", get(path: "http://a.b/")),
        Case("400 target-illegal-byte", get(path: "/a#b")),
        Case("400 target-illegal-byte", get(path: "/a b")),
        Case("400 target-illegal-byte", get(path: "/ä")),
        Case("414 request-line-too-long", get(path: "/" + String(repeating: "a", count: 8 * 1024))),
        Case("501 method-unknown", get(method: "BREW")),
        Case("501 method-unknown", get(method: "get")),
        Case("405 connect-refused", [(":method", "CONNECT"), (":authority", "a.b:443")]),
        Case("400 scheme-unknown", get(scheme: "ftp")),
        Case("400 host-missing", get(authority: nil)),
        Case("GET / a.b:8", get(authority: nil, [("host", "a.b:8")])),
        Case("400 host-invalid", get(authority: nil, [("host", "user@a.b")])),
        Case("400 host-invalid", get(authority: nil, [("host", "")])),
        Case("400 host-invalid", get(authority: "user@a.b", [("host", "a.b")])),
        Case("400 host-invalid", get(authority: "user@a.b")),
        Case("400 host-invalid", get(authority: "")),
        Case("400 host-contradicts-target", get([("host", "a.c")])),
        Case("400 illegal-field", get([(":protocol", "websocket")])),
        Case("431 field-too-long", get([("x", String(repeating: "a", count: 16 * 1024))])),
        Case(
            "431 field-too-long",
            get([("cookie", String(repeating: "a", count: 9000)), ("cookie", String(repeating: "b", count: 9000))])),
        Case("431 too-many-fields", get((0...100).map { ("x\($0)", "") })),
        Case("431 head-too-long", get((0..<5).map { ("x\($0)", String(repeating: "a", count: 15_000)) })),
    ]

    private static func add(_ name: String, _ value: String, to builder: inout HTTP2HeadBuilder) {
        let isBearable = builder.add(name: Array(name.utf8).span, value: Array(value.utf8).span)
        #expect(isBearable)
    }

    @Test("Heads are requests or refused with a status and a reason.", arguments: cases)
    func outcome(_ test: Case) {
        var builder = HTTP2HeadBuilder(limits: HTTPLimits())
        for (name, value) in test.fields {
            Self.add(name, value, to: &builder)
        }
        switch builder.finish() {
        case .request(let request):
            let target = String(decoding: request.target, as: UTF8.self)
            let authority = String(decoding: request.authority, as: UTF8.self)
            #expect("\(request.method.name) \(target) \(authority)" == test.outcome)
        case .refuse(let refusal):
            #expect("\(refusal.status.code) \(refusal.reason)" == test.outcome)
        }
    }

    @Test("A hundred fields are taken; the list may grow to twice its limit before the connection has to end.")
    func limits() {
        var builder = HTTP2HeadBuilder(limits: HTTPLimits())
        for (name, value) in Self.get((0..<100).map { ("x\($0)", "") }) {
            Self.add(name, value, to: &builder)
        }
        guard case .request(let request) = builder.finish() else {
            Issue.record("refused")
            return
        }
        #expect(request.fields.count == 100)

        builder = HTTP2HeadBuilder(limits: HTTPLimits())
        let value = Array(repeating: UInt8(ascii: "a"), count: 1000)
        var count = 0
        while builder.add(name: Array("x".utf8).span, value: value.span), count < 1000 { count += 1 }
        #expect(count == 2 * 65_536 / 1033)
    }
}
