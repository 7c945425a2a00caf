import HTTPServer
import Primitives
import Testing

private let modified = "Sun, 06 Nov 1994 08:49:37 GMT"
private let later = "Sun, 06 Nov 1994 08:49:38 GMT"
private let earlier = "Sun, 06 Nov 1994 08:49:36 GMT"
private let long = String(repeating: "podo ", count: 600)

private func route(
    _ path: String, _ body: HTTPBody, _ fields: [(HTTPFieldName, String)], allowsRange: Bool = true,
    method: HTTPMethod = .get
) -> HTTPRoute {
    var list = HTTPFields()
    // A field that could not be added makes the test that needs it fail.
    for (name, value) in fields { try? list.append(name, checking: value) }
    var response = HTTPResponse(.ok, fields: list, body: body)
    response.allowsRange = allowsRange
    return HTTPRoute(method, path, access: .anyone, .immediate { [response] _, _ in response })
}

private func driver(isSecure: Bool = false, demandsTLS: Bool = false) throws -> HTTPTestDriver {
    let digits = Array("0123456789".utf8)
    let dated: [(HTTPFieldName, String)] = [(.etag, "\"a\""), (.lastModified, modified), (.contentType, "text/plain")]
    let application = try HTTPApplication(
        routes: [
            route("/page", .bytes(digits), dated), route("/weak", .bytes(digits), [(.etag, "W/\"a\"")]),
            route("/bare", .bytes(digits), []),
            route("/shared", .shared(SharedSlice(SharedBytes(digits), 2..<8)), [(.etag, "\"s\"")]),
            route("/playlist", .bytes(digits), dated, allowsRange: false), route("/page", .empty, dated, method: .post),
            route("/empty", .empty, dated),
            route("/long", .bytes(Array(long.utf8)), [(.contentType, "application/json"), (.etag, "\"l\"")]),
            route(
                "/public", .bytes(Array(long.utf8)),
                [(.contentType, "text/plain"), (.cacheControl, "max-age=60, Public")]),
            route("/cookie", .bytes(Array(long.utf8)), [(.contentType, "text/plain"), (.setCookie, "a=b")]),
            route("/image", .bytes(Array(long.utf8)), [(.contentType, "image/png")]),
            route("/encoded", .bytes(Array(long.utf8)), [(.contentType, "text/plain"), (.contentEncoding, "br")]),
            route("/html", .bytes(digits), [(.contentType, "text/html; charset=utf-8"), (.cacheControl, "no-cache")]),
            route("/own", .bytes(digits), [(.contentSecurityPolicy, "sandbox")]),
            route("/open", .bytes(digits), [(.etag, "\"a\""), (HTTPFieldName("access-control-allow-origin"), "*")]),
            route("/dated-html", .bytes(digits), [(.contentType, "text/html"), (.etag, "\"a\"")]),
        ], demandsTLS: demandsTLS)
    return HTTPTestDriver(application: application, isSecure: isSecure)
}

@Suite("What is done to an answer") struct HTTPFinishTests {
    @Test(
        "conditions are checked in the order of RFC 9110 §13.2.2",
        arguments: [
            ("/page", [("if-none-match", "\"a\"")], 304), ("/page", [("if-none-match", "W/\"a\"")], 304),
            ("/page", [("if-none-match", "\"b\", W/\"x,y\" ,\"a\"")], 304), ("/page", [("if-none-match", "*")], 304),
            ("/page", [("if-none-match", "\"b\"")], 200), ("/page", [("if-none-match", "a")], 200),
            ("/page", [("if-none-match", "\"b")], 200), ("/page", [("if-none-match", "\"b\" \"a\"")], 200),
            ("/weak", [("if-none-match", "\"a\"")], 304), ("/bare", [("if-none-match", "\"a\"")], 200),
            ("/page", [("if-modified-since", modified)], 304), ("/page", [("if-modified-since", later)], 304),
            ("/page", [("if-modified-since", earlier)], 200), ("/page", [("if-modified-since", "yesterday")], 200),
            ("/bare", [("if-modified-since", later)], 200),
            ("/page", [("if-none-match", "\"b\""), ("if-modified-since", later)], 200),
            ("/page", [("if-match", "\"a\"")], 200), ("/page", [("if-match", "*")], 200),
            ("/page", [("if-match", "\"b\"")], 412), ("/page", [("if-match", "W/\"a\"")], 412),
            ("/weak", [("if-match", "W/\"a\"")], 412), ("/bare", [("if-match", "\"a\"")], 412),
            ("/page", [("if-unmodified-since", earlier)], 412), ("/page", [("if-unmodified-since", modified)], 200),
            ("/page", [("if-match", "\"b\""), ("if-none-match", "\"a\"")], 412),
            ("/page", [("if-match", "\"a\""), ("if-unmodified-since", earlier)], 200),
            ("/dated-html", [("if-none-match", "\"a\"")], 304),
        ] as [(String, [(String, String)], Int)])
    func conditions(target: String, fields: [(String, String)], status: Int) async throws {
        for method in [HTTPMethod.get, .head] {
            let response = try await driver().send(method, target, fields: fields)
            #expect(response.status == status)
            if status == 304 {
                #expect(response.body.isEmpty)
                #expect(response["etag"] != nil)
                #expect(response["content-type"] == nil)
                // Or the browser would take the policy of data for that of the page it keeps.
                let whole = try await driver().send(method, target)
                #expect(response["content-security-policy"] == whole["content-security-policy"])
            }
        }
        if target == "/page" { #expect(try await driver().send(.post, target, fields: fields).status == 200) }
    }

    @Test(
        "one range is cut out, several or strange ones are passed over",
        arguments: [
            ("/page", [("range", "bytes=0-3")], 206, "0123", "bytes 0-3/10"),
            ("/page", [("range", "bytes=0-")], 206, "0123456789", "bytes 0-9/10"),
            ("/page", [("range", "bytes=7-99")], 206, "789", "bytes 7-9/10"),
            ("/page", [("range", "bytes=-3")], 206, "789", "bytes 7-9/10"),
            ("/page", [("range", "bytes=-99")], 206, "0123456789", "bytes 0-9/10"),
            ("/page", [("range", "BYTES=9-9")], 206, "9", "bytes 9-9/10"),
            ("/shared", [("range", "bytes=1-2")], 206, "34", "bytes 1-2/6"),
            ("/page", [("range", "bytes=10-")], 416, nil, "bytes */10"),
            ("/page", [("range", "bytes=-0")], 416, nil, "bytes */10"),
            ("/empty", [("range", "bytes=0-")], 416, nil, "bytes */0"),
            ("/page", [("range", "bytes=0-1,3-4")], 200, "0123456789", nil),
            ("/page", [("range", "bytes=3-1")], 200, "0123456789", nil),
            ("/page", [("range", "bytes=-")], 200, "0123456789", nil),
            ("/page", [("range", "bytes=a-b")], 200, "0123456789", nil),
            ("/page", [("range", "bytes=0-99999999999999999999")], 200, "0123456789", nil),
            ("/page", [("range", "lines=0-1")], 200, "0123456789", nil),
            ("/playlist", [("range", "bytes=0-")], 200, "0123456789", nil),
            ("/page", [("range", "bytes=0-1"), ("if-range", "\"a\"")], 206, "01", "bytes 0-1/10"),
            ("/page", [("range", "bytes=0-1"), ("if-range", "\"b\"")], 200, "0123456789", nil),
            ("/weak", [("range", "bytes=0-1"), ("if-range", "W/\"a\"")], 200, "0123456789", nil),
            ("/page", [("range", "bytes=0-1"), ("if-range", modified)], 206, "01", "bytes 0-1/10"),
            ("/page", [("range", "bytes=0-1"), ("if-range", later)], 200, "0123456789", nil),
            ("/page", [("range", "bytes=0-1"), ("if-none-match", "\"a\"")], 304, "", nil),
        ] as [(String, [(String, String)], Int, String?, String?)])
    func ranges(
        target: String, fields: [(String, String)], status: Int, body: String?, contentRange: String?
    ) async throws {
        let response = try await driver().get(target, fields)
        #expect(response.status == status)
        if let body { #expect(response.text == body) }
        #expect(response["content-range"] == contentRange)
        let head = try await driver().send(.head, "/page", fields: [("range", "bytes=0-3")])
        #expect(head.status == 200)
        #expect(head.contentLength == 10)
    }

    @Test(
        "a refusal of a range or a condition is as open to other origins as the answer would have been",
        arguments: [("range", "bytes=10-", 416), ("if-match", "\"b\"", 412)])
    func openRefusal(field: String, value: String, status: Int) async throws {
        for (path, origin) in [("/open", "*"), ("/page", nil)] as [(String, String?)] {
            let response = try await driver().get(path, [(field, value)])
            #expect(response.status == status)
            #expect(response["access-control-allow-origin"] == origin)
        }
    }

    @Test(
        "text is compressed for who takes it",
        arguments: [
            ("gzip", true), ("deflate, gzip;q=0.5", true), ("*", true), ("GZIP", true), ("gzip;q=1.000", true),
            ("gzip ; q=0.001", true), ("gzip;q=0", false), ("gzip;q=0, *", false), ("*;q=0", false), ("br", false),
            ("identity", false), ("", false), ("gzip;q=2", false), ("gzipped", false),
        ])
    func compression(accept: String, isCompressed: Bool) async throws {
        let response = try await driver().get("/long", [("accept-encoding", accept)])
        #expect(response["vary"] == "accept-encoding")
        #expect((response["content-encoding"] == "gzip") == isCompressed)
        #expect(response["etag"] == (isCompressed ? "W/\"l\"" : "\"l\""))
        #expect(try (isCompressed ? Gunzip.text(response.body) : response.text) == long)
        let again = try await driver().get(
            "/long", [("accept-encoding", accept), ("if-none-match", response["etag"] ?? "")])
        #expect(again.status == 304)
        // Or a cache would take the page it has for another form of it.
        #expect(again["etag"] == response["etag"])
        #expect(again["vary"] == "accept-encoding")
    }

    @Test("a part, and what stands in for the page, are never compressed")
    func partsAndProblems() async throws {
        let gzip = ("accept-encoding", "gzip")
        let part = try await driver().get("/long", [gzip, ("range", "bytes=5-9"), ("if-range", "\"l\"")])
        #expect(part.status == 206)
        #expect(part.text == "podo ")
        #expect(part["etag"] == "\"l\"")
        let problem = try await driver().get("/long", [gzip, ("accept", "text/html"), ("if-match", "\"other\"")])
        #expect(problem.status == 412)
        #expect(problem["content-encoding"] == nil)
    }

    @Test("what is for one client alone is not compressed", arguments: ["cookie", "authorization"])
    func personal(field: String) async throws {
        let fields = [("accept-encoding", "gzip"), (field, "a=b")]
        let personal = try await driver().get("/long", fields)
        #expect(personal["content-encoding"] == nil)
        #expect(personal["etag"] == "\"l\"")
        #expect(personal["vary"] == "accept-encoding")
        #expect(try await driver().get("/public", fields)["content-encoding"] == "gzip")
    }

    @Test(
        "what is small, not text, encoded, or secret is not compressed",
        arguments: ["/page", "/cookie", "/image", "/encoded"])
    func notCompressed(target: String) async throws {
        #expect(try await driver().get(target, [("accept-encoding", "gzip")])["content-encoding"] != "gzip")
    }

    @Test("every answer carries what keeps a browser safe")
    func security() async throws {
        for target in ["/page", "/html", "/nowhere"] {
            let response = try await driver().get(target)
            #expect(response["x-content-type-options"] == "nosniff")
            #expect(response["x-frame-options"] == "DENY")
            #expect(response["referrer-policy"] == "same-origin")
            #expect(response["cross-origin-opener-policy"] == "same-origin")
            #expect(response["content-security-policy"]?.contains("frame-ancestors 'none'") == true)
            #expect(response["strict-transport-security"] == nil)
        }
        for (isSecure, demandsTLS) in [(true, true), (true, false), (false, true)] {
            let response = try await driver(isSecure: isSecure, demandsTLS: demandsTLS).get("/page")
            #expect((response["strict-transport-security"] != nil) == (isSecure && demandsTLS))
        }
        #expect(try await driver().get("/page")["cache-control"] == "no-store")
        let page = try await driver().get("/html")
        #expect(page["cache-control"] == "no-cache")
        #expect(page["content-security-policy"]?.contains("default-src 'self'") == true)
        #expect(page["content-security-policy"]?.contains("unsafe") == false)
        #expect(try await driver().get("/own").fields.all(.contentSecurityPolicy) == ["sandbox"])
    }

    @Test("finishing twice changes nothing")
    func twice() throws {
        let application = try driver().application
        let request = try HTTPTestDriver.request(.get, "/page", fields: [("range", "bytes=1-2")])
        guard case .accept(let match, _) = application.admit(request),
            case .immediate(let handle) = application.handler(of: match)
        else {
            Issue.record("the route is not met")
            return
        }
        let once = application.finish(handle(request, match.parameters), for: request)
        let twice = application.finish(once, for: request)
        #expect(once.fields.wire == twice.fields.wire)
        #expect(once.body.count == twice.body.count)
    }
}
