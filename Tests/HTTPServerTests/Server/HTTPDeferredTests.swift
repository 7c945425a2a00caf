import Observability
import Primitives
import Reactor
import Synchronization
import TestSupport
import Testing

@testable import HTTPServer

@Suite("A handler that answers later") struct HTTPDeferredTests {
    /// Requests that wait, as a handler keeps them: on the server's one loop.
    private final class Waiting: @unchecked Sendable {
        // SAFETY: `responders` is touched on the loop of the server only.
        var responders: [HTTPResponder] = []
        let count = Atomic<Int>(0)
        let cancelledCount = Atomic<Int>(0)

        func add(_ responder: HTTPResponder) {
            responder.whenCancelled { self.cancelledCount.add(1, ordering: .relaxed) }
            self.responders.append(responder)
            self.count.add(1, ordering: .relaxed)
        }

        var route: HTTPRoute {
            HTTPRoute(
                .get, "/wait/{word}", access: .anyone,
                .deferred { _, parameters, responder in
                    if parameters["word"] == "not" { return HTTPResponse(.ok, body: .bytes(Array("now".utf8))) }
                    self.add(responder)
                    return nil
                })
        }
    }

    private static func get(_ word: String) -> String { "GET /wait/\(word) HTTP/1.1\r\nHost: a\r\n\r\n" }

    private static func answer(_ waiting: Waiting, _ text: String, tag: String? = nil, on server: LiveServer) {
        server.group.loops[0].execute {
            for responder in waiting.responders {
                var response = HTTPResponse(.ok, body: .bytes(Array(text.utf8)))
                // A tag of these tests is a legal value.
                if let tag { try? response.fields.append(.etag, checking: tag) }
                responder.respond(response)
                // What is said twice is not sent twice.
                responder.respond(HTTPResponse(.gone))
            }
        }
    }

    @Test("answers at once, or all who wait by one call, each once, in the order of their connections")
    func answers() throws {
        let waiting = Waiting()
        let server = try LiveServer(routes: [waiting.route])
        let clients = try (0..<3).map { _ in try TestClient(port: server.port) }
        #expect(try clients[0].exchange(Self.get("not")).hasSuffix("\r\n\r\nnow"))
        for client in clients { try client.send(Self.get("long") + Self.get("not")) }
        #expect(server.eventually { waiting.count.load(ordering: .relaxed) == 3 })
        Self.answer(waiting, "then", on: server)
        for client in clients {
            #expect(try client.receiveAnswer().hasSuffix("\r\n\r\nthen"))
            #expect(try client.receiveAnswer().hasSuffix("\r\n\r\nnow"))
        }
        #expect(waiting.cancelledCount.load(ordering: .relaxed) == 0)
    }

    @Test("answers later as the request asked: to a tag that is known, and to a range") func conditions() throws {
        let waiting = Waiting()
        let server = try LiveServer(routes: [waiting.route])
        let fields = ["If-None-Match: \"t\"", "Range: bytes=1-2"]
        let clients = try fields.map { _ in try TestClient(port: server.port) }
        for (client, field) in zip(clients, fields) {
            try client.send("GET /wait/long HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\(field)\r\n\r\n")
        }
        #expect(server.eventually { waiting.count.load(ordering: .relaxed) == 2 })
        Self.answer(waiting, "then", tag: "\"t\"", on: server)
        #expect(try clients[0].receiveAnswer().hasPrefix("HTTP/1.1 304 "))
        let part = try clients[1].receiveAnswer()
        #expect(part.hasPrefix("HTTP/1.1 206 ") && part.hasSuffix("\r\n\r\nhe"))
    }

    private static let long = String(repeating: "a", count: 8000)

    @Test("holds no more of a request than its answer depends on") func remembered() throws {
        let fields = [
            ("user-agent", Self.long), ("if-none-match", "\"t\""), ("cookie", Self.long), ("range", "bytes=1-2"),
            ("if-match", Self.long), ("accept-encoding", "gzip"),
        ]
        var request = try HTTPTestDriver.request(.head, "/wait/long?" + Self.long, fields: fields, isSecure: true)
        request.trace = TraceContext(traceparent: "00-\(String(repeating: "1", count: 32))-1111111111111111-01".utf8)
        let kept = request.remembered(byteCountMax: HTTPLimits().deferredFieldByteCountMax)
        #expect(kept.method == .head && kept.isSecure && kept.trace == request.trace && kept.trace != nil)
        #expect(kept.target.isEmpty && kept.fields.count == 4 && kept.fields.wire.count < 100)
        #expect(kept.fields[.ifNoneMatch] == "\"t\"" && kept.fields[.range] == "bytes=1-2")
        #expect(kept.fields[.acceptEncoding] == "gzip" && kept.fields[.cookie] == "")
    }

    @Test("hears once of a client that has gone, and sends it nothing") func gone() throws {
        let waiting = Waiting()
        let server = try LiveServer(routes: [waiting.route])
        let client = try TestClient(port: server.port)
        try client.send(Self.get("long"))
        #expect(server.eventually { waiting.count.load(ordering: .relaxed) == 1 })
        client.reset()
        #expect(server.eventually { waiting.cancelledCount.load(ordering: .relaxed) == 1 })
        Self.answer(waiting, "late", on: server)
        let other = try TestClient(port: server.port)
        #expect(try other.exchange(Self.get("not")).hasSuffix("now"))
        #expect(waiting.cancelledCount.load(ordering: .relaxed) == 1)
    }

    @Test("that never does is answered for") func tooSlow() throws {
        var limits = HTTPLimits()
        limits.handlerTime = .milliseconds(50)
        let waiting = Waiting()
        let server = try LiveServer(routes: [waiting.route], limits: limits)
        let client = try TestClient(port: server.port)
        try client.send(Self.get("long") + Self.get("not"))
        #expect(try client.receiveAnswer().hasPrefix("HTTP/1.1 503 "))
        #expect(try client.receiveAnswer().hasSuffix("now"))
        #expect(waiting.cancelledCount.load(ordering: .relaxed) == 1)
    }

    @Test("ends a drain when it has answered") func drain() async throws {
        let waiting = Waiting()
        let server = try LiveServer(routes: [waiting.route])
        let client = try TestClient(port: server.port)
        try client.send(Self.get("long"))
        #expect(server.eventually { waiting.count.load(ordering: .relaxed) == 1 })
        let drained = Task(executorPreference: server.group.loops[0]) { await server.frontend.drain() }
        Self.answer(waiting, "last", on: server)
        #expect(await drained.value)
        let answer = String(decoding: try client.receiveToEnd(), as: UTF8.self)
        #expect(answer.hasSuffix("last"))
    }
}

@Suite("A route that is open to all origins") struct HTTPOpenRouteTests {
    @Test("says so to a preflight, and others do not") func preflight() throws {
        let routes = [true, false].map { isOpen in
            HTTPRoute(
                .get, isOpen ? "/media" : "/page", access: .anyone, isOpenToAllOrigins: isOpen,
                .immediate { _, _ in HTTPResponse(.ok) })
        }
        let application = try HTTPApplication(routes: routes)
        for (path, expected) in [("/media", "*"), ("/page", nil)] {
            let fields = [("origin", "https://other.example"), ("access-control-request-method", "GET")]
            guard
                case .refuse(let response, _) = application.admit(
                    try HTTPTestDriver.request(.options, path, fields: fields))
            else { throw HTTPProblem.internalError }
            #expect(response.status == .noContent)
            #expect(response.fields[HTTPFieldName("access-control-allow-origin")] == expected)
        }
    }
}
