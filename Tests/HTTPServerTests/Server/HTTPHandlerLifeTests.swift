import Primitives
import Reactor
import Synchronization
import TestSupport
import Testing

@testable import HTTPServer

@Suite("A handler that comes back late") struct HTTPHandlerLifeTests {
    private static let get = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"
    private static let hello = HTTPRoute(
        .get, "/hello", access: .anyone, .immediate { _, _ in HTTPResponse(.ok, body: .bytes(Array("hello".utf8))) })

    /// Keeps the writer of a streamed answer for the test.
    private final class WriterBox: Sendable {
        private let writer = Mutex<HTTPStreamWriter?>(nil)

        var held: HTTPStreamWriter? { self.writer.withLock { $0 } }

        func keep(_ writer: HTTPStreamWriter) { self.writer.withLock { $0 = writer } }
    }

    @Test("or never is answered for, and what was sent ahead gets its answer") func tooSlow() throws {
        let gate = Gate()
        var limits = HTTPLimits()
        limits.handlerTime = .milliseconds(100)
        limits.idleTime = .milliseconds(300)
        let held = HTTPRoute(
            .get, "/held", access: .anyone,
            .concurrent { _, _ in
                await gate.wait()
                return HTTPResponse(.ok)
            })
        let server = try LiveServer(routes: [Self.hello, held], limits: limits)
        let client = try TestClient(port: server.port)
        try client.send("GET /held HTTP/1.1\r\nHost: a\r\n\r\n" + Self.get)
        #expect(try client.receiveAnswer().hasPrefix("HTTP/1.1 503 "))
        #expect(try client.receiveAnswer().hasSuffix("hello"))
        #expect(try client.receiveToEnd() == [])
        #expect(server.metric(#"podo_http_refused_total{frontend="test",reason="handler-too-slow"}"#) == 1)
        gate.open()
    }

    @Test("has its time from the end of the upload, however long that took") func slowUpload() throws {
        var limits = HTTPLimits()
        limits.handlerTime = .milliseconds(50)
        let route = HTTPRoute(
            .post, "/echo", access: .anyone, bodyByteCountMax: 100,
            .concurrent { request, _ in HTTPResponse(.ok, body: .bytes(request.body)) })
        let server = try LiveServer(routes: [route], limits: limits)
        let client = try TestClient(port: server.port)
        try client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab")
        let later = MonotonicTime.now + .milliseconds(150)
        #expect(server.eventually { MonotonicTime.now > later })
        #expect(try client.exchange("cd").hasSuffix("\r\n\r\nabcd"))
    }

    @Test("and ends its stream then lets the next request go on") func lateStream() throws {
        let box = WriterBox()
        var limits = HTTPLimits()
        limits.idleTime = .milliseconds(300)
        let route = HTTPRoute(
            .get, "/stream", access: .anyone, .immediate { _, _ in HTTPResponse(.ok, body: .stream { box.keep($0) }) })
        let server = try LiveServer(routes: [Self.hello, route], limits: limits)
        let client = try TestClient(port: server.port)
        try client.send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n" + Self.get)
        #expect(server.eventually { box.held != nil })
        server.group.loops[0].execute {
            _ = box.held?.write(Array("late".utf8))
            box.held?.finish()
        }
        let answer = String(decoding: try client.receiveToEnd(), as: UTF8.self)
        #expect(answer.contains("\r\n\r\n4\r\nlate\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n"))
        #expect(answer.hasSuffix("hello"))
    }

    @Test("to a client that has gone finds a closed stream") func goneClient() throws {
        let box = WriterBox()
        let route = HTTPRoute(
            .get, "/stream", access: .anyone, .immediate { _, _ in HTTPResponse(.ok, body: .stream { box.keep($0) }) })
        let server = try LiveServer(routes: [route])
        let client = try TestClient(port: server.port)
        try client.send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(server.eventually { box.held != nil })
        client.reset()
        #expect(server.eventually { server.frontend.connectionCount == 0 })
        let results = TestLog<HTTPStreamWriter.WriteResult>()
        server.group.loops[0].execute {
            if let writer = box.held {
                results.add(writer.write(Array("late".utf8)))
                writer.abort()
            }
        }
        #expect(results.wait { $0 == [.closed] })
    }

    @Test("cannot give a body to a status that has none") func bodiless() throws {
        let route = HTTPRoute(
            .get, "/none", access: .anyone,
            .immediate { _, _ in
                HTTPResponse(
                    .noContent,
                    body: .stream { writer in
                        _ = writer.write(Array("never".utf8))
                        writer.finish()
                    })
            })
        let server = try LiveServer(routes: [Self.hello, route])
        let client = try TestClient(port: server.port)
        try client.send("GET /none HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        let answer = String(decoding: try client.receiveToEnd(), as: UTF8.self)
        #expect(answer.hasPrefix("HTTP/1.1 204 ") && answer.hasSuffix("\r\n\r\n"))
        #expect(!answer.contains("transfer-encoding") && !answer.contains("never"))
    }

    @Test("is not called for a request that was cut short, which is told so") func truncated() throws {
        let route = HTTPRoute(
            .post, "/echo", access: .anyone, bodyByteCountMax: 100,
            .immediate { _, _ in HTTPResponse(.ok) })
        let server = try LiveServer(routes: [route])
        for text in ["POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab", "POST /ec"] {
            let client = try TestClient(port: server.port)
            try client.send(text)
            client.shutOutput()
            #expect(String(decoding: try client.receiveToEnd(), as: UTF8.self).hasPrefix("HTTP/1.1 400 "))
        }
        #expect(server.metric(#"podo_http_refused_total{frontend="test",reason="request-truncated"}"#) == 2)
    }
}
