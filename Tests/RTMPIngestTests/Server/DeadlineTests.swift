import Primitives
import Reactor
import TestSupport
import Testing

@testable import RTMPIngest

@Suite("A connection that is no use") struct DeadlineTests {
    @Test("closes when the handshake does not come")
    func handshake() throws {
        let ingest = try LiveIngest(LiveIngest.quickLimits { $0.handshakeTime = .milliseconds(50) })
        let client = try TestClient(port: ingest.port)
        #expect(try client.receiveToEnd() == [])
        #expect(ingest.eventually { ingest.frontend.connectionCount == 0 })
        #expect(ingest.refused("handshake-timeout") == 1)
        #expect(ingest.log.contains(#""reason":"handshake-timeout""#))
    }

    @Test("closes when no publish comes")
    func publish() throws {
        let ingest = try LiveIngest(LiveIngest.quickLimits { $0.publishTime = .milliseconds(50) })
        let client = try ingest.client("main")
        try client.shakeHands()
        try client.receiveToEnd()
        #expect(ingest.refused("publish-timeout") == 1)
    }

    @Test("closes when no further publish comes after the first")
    func idle() throws {
        let ingest = try LiveIngest(LiveIngest.quickLimits { $0.idleTime = .milliseconds(50) })
        let client = try ingest.client("main")
        try client.start()
        try client.end()
        try client.receiveToEnd()
        #expect(ingest.refused("idle-timeout") == 1)
    }

    @Test("closes when a publisher answers no ping")
    func silence() throws {
        let ingest = try LiveIngest(
            LiveIngest.quickLimits {
                $0.pingTime = .milliseconds(1)
                $0.silenceTime = .milliseconds(1)
            })
        let client = try ingest.client("main")
        try client.start()
        try client.receiveToEnd()
        #expect(client.answers.contains { $0.type == 4 && $0.payload.starts(with: [0, 6]) })
        #expect(ingest.events.wait { $0.last == "main stopped silent" })
        #expect(ingest.refused("silent") == 1)
        #expect(ingest.log.contains(#""stream":"main""#))
    }

    @Test("is cut off when it does not take what is said to it")
    func neverReads() throws {
        let ingest = try LiveIngest(LiveIngest.quickLimits { $0.outputByteCountMax = 1 })
        let client = try TestClient(port: ingest.port)
        try client.send(PublisherHandshake(.simple).start)
        #expect(try client.receiveToEnd() == [])
        #expect(ingest.eventually { ingest.refused("output-full") == 1 })
    }

    @Test("closes when it makes more work than any publisher (S-31)")
    func work() throws {
        let ingest = try LiveIngest(LiveIngest.quickLimits { $0.workCountPerSecondMax = 100 })
        let client = try ingest.client("main")
        try client.start()
        try client.socket.send(client.publisher.chunks.setChunkSize(1))
        client.publisher.chunks.wire.chunkByteCount = 1
        let tags = GeneratedStream(seconds: 1).tags
        // The server may have closed before all is sent.
        _ = try? tags.forEach { try client.socket.send(client.publisher.media($0)) }
        #expect(ingest.events.wait { $0.last == "main stopped too-much-work" })
        #expect(ingest.refused("too-much-work") == 1)
    }

    @Test(
        "says in the log what it speaks instead of RTMP",
        arguments: [
            ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP"), ("\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}\u{FC}", "TLS"),
        ])
    func otherProtocols(_ opening: String, _ word: String) throws {
        let ingest = try LiveIngest()
        let client = try TestClient(port: ingest.port)
        try client.send(opening.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
        #expect(try client.receiveToEnd() == [])
        #expect(ingest.eventually { ingest.log.contains("publisher given up") })
        #expect(ingest.log.contains(word), "\(ingest.log)")
    }

    @Test("without TLS on a port of RTMPS is explained")
    func plainOnSecure() throws {
        let certificate = try TestCertificate()
        let security = try TLSContext(
            certificateFile: certificate.certificateFile, keyFile: certificate.keyFile, applicationProtocols: [])
        let ingest = try LiveIngest(security: security)
        let client = try TestClient(port: ingest.port)
        try client.send(PublisherHandshake(.simple).start)
        _ = try? client.receiveToEnd()  // An alert or a reset, as the system likes.
        #expect(ingest.eventually { ingest.log.contains("publish to rtmps://") })
    }

    @Test("is turned away when its address has too many")
    func crowd() throws {
        let ingest = try LiveIngest(LiveIngest.quickLimits { $0.connectionCountPerAddressMax = 1 })
        let first = try ingest.client("main")
        try first.start()
        let second = try TestClient(port: ingest.port)
        #expect(try second.receiveToEnd() == [])
        #expect(ingest.refused("too-many-connections-of-address") == 1)
    }
}
