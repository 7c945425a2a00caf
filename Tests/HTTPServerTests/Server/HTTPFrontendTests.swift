import Primitives
import Reactor
import Synchronization
import TestSupport
import Testing

@testable import HTTPServer

@Suite("A front end") struct HTTPFrontendTests {
    private static let get = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"

    /// Handlers of every kind; `gate` holds `/held` back until a test opens it.
    private static func routes(_ gate: Gate = Gate()) -> [HTTPRoute] {
        [
            HTTPRoute(
                .get, "/hello", access: .anyone,
                .immediate { _, _ in HTTPResponse(.ok, body: .bytes(Array("hello".utf8))) }),
            HTTPRoute(
                .get, "/held", access: .anyone,
                .concurrent { _, _ in
                    await gate.wait()
                    return HTTPResponse(.ok, body: .bytes(Array("held".utf8)))
                }),
            HTTPRoute(
                .post, "/echo", access: .anyone, bodyByteCountMax: 1 << 20,
                .concurrent { request, _ in HTTPResponse(.ok, body: .bytes(request.body)) }),
            HTTPRoute(.get, "/fails", access: .anyone, .concurrent { _, _ in throw SystemError(code: 1, call: "x") }),
            HTTPRoute(
                .get, "/counting", access: .anyone,
                .immediate { _, _ in HTTPResponse(.ok, body: .stream(Self.count(to: 20_000))) }),
            HTTPRoute(
                .get, "/cut", access: .anyone,
                .immediate { _, _ in
                    HTTPResponse(
                        .ok,
                        body: .stream { writer in
                            _ = writer.write(Array("some".utf8))
                            writer.abort()
                        })
                }),
        ]
    }

    /// Numbers, a line each, as fast as the client takes them.
    private static func count(to last: Int) -> HTTPStreamProducer {
        { writer in
            var next = 1
            func go() {
                while next <= last {
                    guard writer.write(Array("\(next)\n".utf8)) == .queued else { return }
                    next += 1
                }
                writer.finish()
            }
            writer.onDrain = go
            go()
        }
    }

    @Test("answers at once, later, and after a failure, on one connection") func kinds() throws {
        let gate = Gate()
        let server = try LiveServer(routes: Self.routes(gate))
        let client = try TestClient(port: server.port)
        #expect(try client.exchange(Self.get).hasSuffix("\r\n\r\nhello"))
        try client.send("GET /held HTTP/1.1\r\nHost: a\r\n\r\n" + Self.get)
        #expect(server.eventually { gate.waiterCount == 1 })
        gate.open()
        #expect(try client.receiveAnswer().hasSuffix("\r\n\r\nheld"))
        #expect(try client.receiveAnswer().hasSuffix("\r\n\r\nhello"))
        let failed = try client.exchange("GET /fails HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(failed.hasPrefix("HTTP/1.1 500 "))
        #expect(!failed.contains("SystemError"))
        let body = String(repeating: "x", count: 200_000)
        let echo = try client.exchange("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n" + body)
        #expect(echo.hasSuffix("\r\n\r\n" + body))
    }

    @Test("names every request it may be asked about, in the client's own trace") func requestIDs() throws {
        let gate = Gate()
        gate.open()
        let server = try LiveServer(routes: Self.routes(gate))
        let client = try TestClient(port: server.port)
        let trace = "0af7651916cd43dd8448eb211c80319c"
        let head = "HTTP/1.1\r\nHost: a\r\ntraceparent: 00-\(trace)-b7ad6b7169203331-01\r\n\r\n"
        #expect(try client.exchange("GET /held " + head).contains("x-request-id: \(trace)\r\n"))
        let problem = try client.exchange("GET /nowhere " + head)
        #expect(problem.contains("x-request-id: \(trace)\r\n") && problem.contains(#""requestId":"\#(trace)""#))
        let other = try client.exchange("GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(other.contains("x-request-id: ") && !other.contains(trace))
    }

    @Test("streams to a slow reader without piling up, and marks the end") func streaming() throws {
        let server = try LiveServer(routes: Self.routes())
        let client = try TestClient(port: server.port, receiveBufferByteCount: 4096)
        try client.send("GET /counting HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        let answer = String(decoding: try client.receiveToEnd(), as: UTF8.self)
        #expect(answer.contains("transfer-encoding: chunked\r\n"))
        #expect(answer.hasSuffix("\r\n20000\n\r\n0\r\n\r\n"))
        let ahead = try TestClient(port: server.port)
        try ahead.send(
            "GET /counting HTTP/1.1\r\nHost: a\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        let both = String(decoding: try ahead.receiveToEnd(), as: UTF8.self)
        #expect(both.contains("\r\n20000\n\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n") && both.hasSuffix("\r\n\r\nhello"))
        let cut = try TestClient(port: server.port)
        try cut.send("GET /cut HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(String(decoding: try cut.receiveToEnd(), as: UTF8.self).hasSuffix("\r\n\r\n4\r\nsome\r\n"))
        let cutOld = try TestClient(port: server.port)
        try cutOld.send("GET /cut HTTP/1.0\r\n\r\n")
        #expect(throws: TestClient.Failure.self) { try cutOld.receiveToEnd() }
        let old = try TestClient(port: server.port)
        try old.send("GET /counting HTTP/1.0\r\n\r\n")
        let plain = String(decoding: try old.receiveToEnd(), as: UTF8.self)
        #expect(!plain.contains("transfer-encoding"))
        #expect(plain.hasSuffix("\n19999\n20000\n"))
    }

    @Test("stops the work of clients that leave, and gives up handlers that do not come back") func leaving() throws {
        let gate = Gate()
        var limits = HTTPLimits()
        limits.handlerTime = .milliseconds(200)
        let server = try LiveServer(routes: Self.routes(gate), limits: limits)
        let leaving = try TestClient(port: server.port)
        try leaving.send("GET /held HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(server.eventually { gate.waiterCount == 1 })
        leaving.reset()
        #expect(server.eventually { server.metric("podo_http_requests_cancelled_total") == 1 })
        let waiting = try TestClient(port: server.port)
        #expect(try waiting.exchange("GET /held HTTP/1.1\r\nHost: a\r\n\r\n").hasPrefix("HTTP/1.1 503 "))
        gate.open()
        #expect(try waiting.exchange(Self.get).hasSuffix("hello"))
    }

    @Test("runs no more handlers than it may") func handlerBound() throws {
        let gate = Gate()
        var limits = HTTPLimits()
        limits.concurrentHandlerCountMax = 1
        let server = try LiveServer(routes: Self.routes(gate), limits: limits)
        let first = try TestClient(port: server.port)
        try first.send("GET /held HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(server.eventually { gate.waiterCount == 1 })
        let second = try TestClient(port: server.port)
        let refused = try second.exchange("GET /held HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(refused.hasPrefix("HTTP/1.1 503 ") && refused.contains("retry-after: "))
        #expect(try second.exchange(Self.get).hasSuffix("hello"))
        gate.open()
        #expect(try first.receiveAnswer().hasSuffix("held"))
    }

    @Test("turns connections away over its bounds, and takes new ones when others went") func connectionBound() throws {
        var limits = HTTPLimits()
        limits.connectionCountPerAddressMax = 2
        let server = try LiveServer(routes: Self.routes(), limits: limits)
        let first = try TestClient(port: server.port)
        let second = try TestClient(port: server.port)
        #expect(try first.exchange(Self.get).hasSuffix("hello"))
        #expect(try second.exchange(Self.get).hasSuffix("hello"))
        let third = try TestClient(port: server.port)
        #expect(try third.receiveAnswer().hasPrefix("HTTP/1.1 503 "))
        second.close()
        #expect(server.eventually { server.frontend.connectionCount == 1 })
        #expect(server.metric(#"podo_http_received_bytes_total{frontend="test"}"#) == Self.get.utf8.count)
        #expect(server.metric(#"podo_http_sent_bytes_total{frontend="test"}"#) ?? 0 > 5)
        #expect(try TestClient(port: server.port).exchange(Self.get).hasSuffix("hello"))
    }

    @Test("ends slow heads, and connections that say nothing") func slowHeads() throws {
        var limits = HTTPLimits()
        limits.headTime = .milliseconds(100)
        limits.idleTime = .milliseconds(100)
        let server = try LiveServer(routes: Self.routes(), limits: limits)
        let silent = try TestClient(port: server.port)
        #expect(try silent.receiveToEnd() == [])
        let slow = try TestClient(port: server.port)
        #expect(try slow.exchange("GET /he").hasPrefix("HTTP/1.1 408 "))
        let idle = try TestClient(port: server.port)
        #expect(try idle.exchange(Self.get).hasSuffix("hello"))
        #expect(try idle.receiveToEnd() == [])
    }

    @Test("drains: answers what has begun, says that it closes, and ends") func draining() async throws {
        let gate = Gate()
        var limits = HTTPLimits()
        limits.drainIdleGraceTime = .seconds(5)
        let server = try LiveServer(routes: Self.routes(gate), limits: limits, loopCount: 2)
        let busy = try TestClient(port: server.port)
        try busy.send("GET /held HTTP/1.1\r\nHost: a\r\n\r\n")
        let idle = try TestClient(port: server.port)
        #expect(try idle.exchange(Self.get).hasSuffix("hello"))
        #expect(server.eventually { gate.waiterCount == 1 })
        // On a loop, as Podo does it: tests that block hold the threads of the default executor.
        let drained = Task(executorPreference: server.group.loops[0]) { await server.frontend.drain() }
        #expect(server.eventually { (try? TestClient(port: server.port)) == nil })
        var last = try idle.exchange(Self.get)
        // The listener ends a moment before the loops hear of it.
        while last.hasSuffix("hello"), !last.contains("connection: close\r\n") { last = try idle.exchange(Self.get) }
        #expect(last.contains("connection: close\r\n") && last.hasSuffix("hello"))
        #expect(try idle.receiveToEnd() == [])
        gate.open()
        #expect(try busy.receiveAnswer().hasSuffix("held"))
        #expect(await drained.value)
        #expect(server.frontend.connectionCount == 0)
    }

    @Test("lets a request that has begun to come be answered") func drainingHalfHead() async throws {
        var limits = HTTPLimits()
        limits.drainIdleGraceTime = .milliseconds(1)
        let server = try LiveServer(routes: Self.routes(), limits: limits)
        let half = try TestClient(port: server.port)
        #expect(try half.exchange(Self.get).hasSuffix("hello"))
        let idle = try TestClient(port: server.port)
        #expect(try idle.exchange(Self.get).hasSuffix("hello"))
        try half.send("GET /he")
        // Both clients' bytes go through one loop: once this is answered, the half head has been read.
        #expect(try idle.exchange(Self.get).hasSuffix("hello"))
        let drained = Task(executorPreference: server.group.loops[0]) { await server.frontend.drain() }
        #expect(try idle.receiveToEnd() == [])
        let last = try half.exchange("llo HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(last.contains("connection: close\r\n") && last.hasSuffix("hello"))
        half.close()
        #expect(await drained.value)
    }

    @Test("cuts off what does not end in time") func drainTimeout() async throws {
        var limits = HTTPLimits()
        limits.drainTime = .milliseconds(100)
        let gate = Gate()
        let server = try LiveServer(routes: Self.routes(gate), limits: limits)
        let busy = try TestClient(port: server.port)
        try busy.send("GET /held HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(server.eventually { gate.waiterCount == 1 })
        // On the loop: other tests may hold the threads of the default executor for longer than a handler may take.
        let drained = Task(executorPreference: server.group.loops[0]) { await server.frontend.drain() }
        #expect(await drained.value == false)
        #expect(try busy.receiveToEnd() == [])
        gate.open()
    }
}

/// Holds tasks back until it is opened. Does not give way to cancellation, like a handler that ignores it.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    var waiterCount: Int { self.state.withLock { $0.waiters.count } }

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = self.state.withLock { state in
                if !state.isOpen { state.waiters.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    func open() {
        let waiters = self.state.withLock { state in
            state.isOpen = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}
