import Glibc
import Primitives
import Reactor
import TestSupport
import Testing

@testable import HTTPServer

@Suite("An end out of order") struct HTTPCloseReasonTests {
    private static let get = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"

    private static func route(_ path: String, _ body: HTTPBody) -> HTTPRoute {
        HTTPRoute(.get, path, access: .anyone, .immediate { _, _ in HTTPResponse(.ok, body: body) })
    }

    private static let hello = route("/hello", .bytes(Array("hello".utf8)))

    private func count(_ reason: String, _ server: LiveServer) -> Int? {
        server.metric(#"podo_http_refused_total{frontend="test",reason="\#(reason)"}"#)
    }

    /// One end is counted under this word, and nothing else is.
    private func expect(_ reason: String, _ server: LiveServer) {
        #expect(server.eventually { server.frontend.connectionCount == 0 })
        #expect(server.eventually { self.count(reason, server) == 1 }, "\(reason)")
        let words = HTTPReasonCounters.reasons.map(\.description) + ["other"]
        for word in words where word != reason {
            #expect(self.count(word, server) == 0, "\(word)")
        }
    }

    @Test("of a handshake is counted for what it was")
    func handshakes() throws {
        let certificate = try TestCertificate()
        let openings: [([UInt8], String)] = [
            (Array(Self.get.utf8), "tls-plaintext-http"), (Array("SSH-2.0-OpenSSH_9.2\r\n".utf8), "tls-protocol-error"),
            ([22, 3], "peer-gone"), ([], "peer-gone"),
        ]
        for (bytes, reason) in openings {
            let security = try TLSContext(
                certificateFile: certificate.certificateFile, keyFile: certificate.keyFile,
                applicationProtocols: ["http/1.1"])
            let server = try LiveServer(routes: [Self.hello], security: security)
            let client = try TestClient(port: server.port)
            try client.send(bytes)
            client.shutOutput()
            #expect(server.eventually { server.metric("podo_http_connections_total") == 1 })
            self.expect(reason, server)
        }
    }

    @Test("of too many handshakes is counted")
    func crowd() throws {
        let certificate = try TestCertificate()
        var limits = HTTPLimits()
        limits.handshakeCountMax = 0
        let security = try TLSContext(
            certificateFile: certificate.certificateFile, keyFile: certificate.keyFile,
            applicationProtocols: ["http/1.1"])
        let server = try LiveServer(routes: [Self.hello], limits: limits, security: security)
        #expect(try TestClient(port: server.port).receiveToEnd() == [])
        self.expect("too-many-handshakes", server)
    }

    @Test("for want of a first word is counted once")
    func silence() throws {
        var limits = HTTPLimits()
        limits.headTime = .milliseconds(50)
        let server = try LiveServer(routes: [Self.hello], limits: limits)
        #expect(try TestClient(port: server.port).receiveToEnd() == [])
        self.expect("sniff-timeout", server)
    }

    @Test("of a body that cannot be sent whole is counted")
    func bodies() throws {
        let empty = try #require(tmpfile())
        defer { fclose(empty) }
        let descriptor = OwnedDescriptor(dup(fileno(empty)))
        let cut: HTTPStreamProducer = { writer in
            _ = writer.write(Array("some".utf8))
            writer.abort()
        }
        for (body, reason) in [
            (HTTPBody.file(FileSlice(file: descriptor, offset: 0, count: 10)), "file-truncated"),
            (HTTPBody.stream(cut), "stream-aborted"),
        ] {
            let server = try LiveServer(routes: [Self.route("/body", body)])
            let client = try TestClient(port: server.port)
            try client.send("GET /body HTTP/1.0\r\n\r\n")
            // The head may come before the end or not; a reset is an error here.
            _ = try? client.receiveToEnd()
            self.expect(reason, server)
        }
    }

    @Test("of a drain is counted for those that lose something")
    func draining() async throws {
        var limits = HTTPLimits()
        limits.drainTime = .milliseconds(100)
        limits.drainIdleGraceTime = .seconds(5)
        let gate = Gate()
        let held = HTTPRoute(
            .get, "/held", access: .anyone,
            .concurrent { _, _ in
                await gate.wait()
                return HTTPResponse(.ok)
            })
        let server = try LiveServer(routes: [Self.hello, held], limits: limits)
        let busy = try TestClient(port: server.port)
        try busy.send("GET /held HTTP/1.1\r\nHost: a\r\n\r\n")
        let idle = try TestClient(port: server.port)
        #expect(try idle.exchange(Self.get).hasSuffix("hello"))
        #expect(server.eventually { gate.waiterCount == 1 })
        // On the loop: other tests may hold the threads of the default executor for longer than a handler may take.
        let drained = Task(executorPreference: server.group.loops[0]) { await server.frontend.drain() }
        #expect(await drained.value == false)
        #expect(try busy.receiveToEnd() == [])
        self.expect("drain-timeout", server)
        gate.open()
    }

    @Test("of TLS has a word for every cause")
    func words() {
        let listed = HTTPReasonCounters.reasons.map(\.description)
        for failure in TLSFailure.allCases { #expect(listed.contains(failure.label.description)) }
        #expect(Set(listed).count == listed.count)
    }
}
