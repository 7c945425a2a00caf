import Primitives
import TestSupport
import Testing

@testable import Reactor

@Suite("TLS: peers that do not play by the rules")
struct TLSHostileTests {
    private typealias Log = TestLog<TestHandler.Event>

    private func withServer(
        limits: Connection.Limits = .init(), _ body: (TestServer, TestLog<TestHandler.Event>) throws -> Void
    ) throws {
        let certificate = try TestCertificate()
        let log = Log()
        let server = try TestServer(security: try TLSContext(certificate), limits: limits) { .echo($0, log: log) }
        defer { server.stop() }
        try body(server, log)
    }

    struct Opening: CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        let reason: TLSFailure
        var testDescription: String { self.name }

        init(_ name: String, _ bytes: [UInt8], _ reason: TLSFailure) {
            self.name = name
            self.bytes = bytes
            self.reason = reason
        }
    }

    @Test(
        "What is no handshake is named for what it is",
        arguments: [
            Opening("GET", Array("GET / HTTP/1.1\r\nhost: x\r\n\r\n".utf8), .plaintextHTTP),
            Opening("POST", Array("POST /a HTTP/1.1\r\n\r\n".utf8), .plaintextHTTP),
            Opening("a request to a proxy", Array("CONNECT a:1 HTTP/1.1\r\n\r\n".utf8), .plaintextHTTP),
            Opening("HTTP/2", Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8), .protocolError),
            Opening("SSH", Array("SSH-2.0-OpenSSH_9.2\r\n".utf8), .protocolError),
            Opening("a hello of one byte", [22, 3, 1, 0, 5, 1, 0, 0, 1, 0], .protocolError),
            Opening("an alert", [21, 3, 1, 0, 2, 2, 40], .protocolError),
            Opening("data before any hello", [23, 3, 3, 0, 2, 1, 2], .protocolError),
        ])
    func noHandshake(opening: Opening) throws {
        try self.withServer { server, log in
            let client = try TestClient(port: server.port)
            try client.send(opening.bytes)
            #expect(log.closeReason == .secureTransport(opening.reason))
            #expect(log.entries.count == 1, "the handler is told of the end only")
        }
    }

    @Test("Random bytes end the connection, whatever they are")
    func garbage() throws {
        try self.withServer { server, log in
            var random = SplitMix(seed: 11)
            for round in 1...60 {
                let client = try TestClient(port: server.port)
                var bytes = random.bytes(600)
                // Two thirds look like a handshake record at first.
                if round % 3 != 0 { bytes.replaceSubrange(0..<5, with: [22, 3, 1, 2, 0]) }
                if round % 3 == 1 { bytes.replaceSubrange(5..<9, with: [1, 0, 1, 0xfc]) }
                try client.send(bytes)
                client.shutOutput()
                #expect(log.wait { $0.count == round })
                client.close()
            }
            #expect(log.entries.allSatisfy { if case .closed = $0 { true } else { false } })
        }
    }

    @Test("A hello that comes byte by byte is as good as any; one that is cut off is the peer's end")
    func pieces() throws {
        try self.withServer { server, log in
            let program = """
                import socket, ssl, sys
                cut = int(sys.argv[2])
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
                context.check_hostname = False
                context.verify_mode = ssl.CERT_NONE
                incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
                secure = context.wrap_bio(incoming, outgoing)
                raw = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 10)
                raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                def trickle():
                    data = outgoing.read()
                    for index in range(len(data)):
                        if index == cut: sys.exit()
                        raw.sendall(data[index:index + 1])
                def step(call):
                    while True:
                        try:
                            result = call()
                            trickle()
                            return result
                        except ssl.SSLWantReadError:
                            trickle()
                            incoming.write(raw.recv(1))
                step(secure.do_handshake)
                step(lambda: secure.write(b"drop by drop"))
                print(step(lambda: secure.read(12)).decode())
                """
            let whole = try TestCommand.python(program, ["\(server.port)", "-1"])
            #expect(whole.output.trimmed == "drop by drop")
            for cut in [1, 4, 5, 100] {
                let count = log.entries.count
                _ = try TestCommand.python(program, ["\(server.port)", "\(cut)"])
                #expect(log.wait { $0.count > count })
                #expect(log.entries.last == .closed(.peerGone))
            }
        }
    }

    @Test("A handshake that does not move is given up after its time")
    func timeout() throws {
        var limits = Connection.Limits()
        limits.handshakeTime = .milliseconds(50)
        try self.withServer(limits: limits) { server, log in
            let client = try TestClient(port: server.port)
            try client.send([22, 3])
            #expect(log.closeReason == .secureTransport(.timeout))
            #expect(try client.receive() == [])
        }
    }

    @Test("Beyond so many handshakes at once the newest is closed, until others are done or gone")
    func crowd() throws {
        var limits = Connection.Limits()
        limits.handshakeCountMax = 1
        try self.withServer(limits: limits) { server, log in
            let slow = try TestClient(port: server.port)
            try slow.send([22, 3])
            let refused = try TestClient(port: server.port)
            #expect(try refused.receive() == [])
            #expect(log.closeReason == .aborted("too-many-handshakes"))
            slow.close()
            #expect(log.wait { $0.contains(.closed(.peerGone)) })
            for _ in 1...3 {
                let result = try TestCommand.python(TLSHandshakeTests.client, ["\(server.port)", "TLSv1_3", ""])
                #expect(result.output.hasPrefix("TLSv1.3 "))
            }
        }
    }

    @Test("A client that does not trust the certificate says so, and is counted as that")
    func distrust() throws {
        try self.withServer { server, log in
            for version in ["-tls1_2", "-tls1_3"] {
                let count = log.entries.count
                _ = try TestCommand.run(
                    "/usr/bin/openssl",
                    [
                        "s_client", "-connect", "127.0.0.1:\(server.port)", "-verify_return_error", "-verify", "1",
                        version,
                    ])
                #expect(log.wait { $0.dropFirst(count).contains(.closed(.secureTransport(.badCertificate))) })
            }
        }
    }
}
