import HTTPServer
import Observability
import Primitives
import Reactor
import TestSupport
import Testing

@testable import HLSPackager

@Suite("Delivery over sockets")
struct LiveDeliveryTests {
    /// A front end on two loops, whose connections come to either.
    private final class Server {
        let group: EventLoopGroup
        let registry = MetricsRegistry(loopCount: 2)
        let gate = PassGate()
        let show: WrittenShow
        private let frontend: HTTPFrontend
        private let listener: Listener

        var port: UInt16 { self.listener.address.port }

        init() throws {
            var limits = HLSLimits()
            limits.partTime = .milliseconds(1000)
            self.group = try EventLoopGroup(loopCount: 2)
            let metrics = HLSMetrics(registry: self.registry)
            let board = SnapshotBoard(loops: self.group.loops, metrics: metrics)
            let delivery = HLSDelivery(
                board: board, group: self.group, gate: self.gate, promises: PlaylistPromises(limits), metrics: metrics)
            self.show = WrittenShow(limits: limits) { board.publish($0, of: "show") }
            self.frontend = HTTPFrontend(
                name: "test", application: try HTTPApplication(routes: delivery.routes), group: self.group,
                limits: HTTPLimits(), metrics: self.registry, log: Log(level: .error))
            self.listener = try Listener(.loopback(port: 0))
            self.group.start()
            self.frontend.listen(self.listener, security: nil)
            self.show.begin()
            self.show.addSegments(3)
            self.show.addPart()
        }

        deinit { self.group.stop() }

        /// Waits until so many requests wait; false when they do not within ten seconds.
        func waits(for count: Int) -> Bool {
            let end = MonotonicTime.now + .seconds(10)
            while MonotonicTime.now < end {
                let text = String(decoding: self.registry.prometheusText(), as: UTF8.self)
                if text.contains("\npodo_hls_waiters \(count)\n") { return true }
            }
            return false
        }
    }

    private static func get(_ name: String, _ fields: String = "") -> String {
        "GET /p/show/\(name) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n"
    }

    private static let next = "main.m3u8?_HLS_msn=10&_HLS_part=1"

    @Test("HTTP/1.1: viewers on all loops wait for one part and get it, and what they sent behind it after")
    func http1() throws {
        let server = try Server()
        let clients = try (0..<8).map { _ in try TestClient(port: server.port) }
        for client in clients {
            try client.send(Self.get("main/init.0.mp4"))
            #expect(try Self.answer(client).hasSuffix("\r\n\r\ninitialisation 0"))
            try client.send(Self.get(Self.next) + Self.get("main/10.1.m4s"))
        }
        #expect(server.waits(for: 8))
        server.show.addPart()
        for client in clients {
            let playlist = try Self.answer(client)
            #expect(playlist.hasPrefix("HTTP/1.1 200 OK\r\n") && playlist.contains("URI=\"main/10.1.m4s\""))
            #expect(
                playlist.contains("\r\ncontent-length: ") && playlist.contains("\r\naccess-control-allow-origin: *"))
            #expect(try Self.answer(client).hasSuffix("\r\n\r\n" + WrittenShow.bytes(10, 1)))
        }
        #expect(server.waits(for: 0))
    }

    @Test("HTTP/1.1: ranges, tags, HEAD and preflights as players send them")
    func http1Details() throws {
        let server = try Server()
        let client = try TestClient(port: server.port)
        try client.send(Self.get("main/8.m4s", "Range: bytes=0-6\r\n"))
        let part = try Self.answer(client)
        #expect(part.hasPrefix("HTTP/1.1 206 ") && part.hasSuffix("\r\n\r\nsegment"))
        try client.send(Self.get("main.m3u8", "Range: bytes=0-\r\n"))
        #expect(try Self.answer(client).hasPrefix("HTTP/1.1 200 "))
        let tag = try #require(part.split(separator: "\r\n").first { $0.hasPrefix("etag: ") }).dropFirst(6)
        try client.send(Self.get("main/8.m4s", "If-None-Match: \(tag)\r\n"))
        let same = try Self.answer(client, hasBody: false)
        #expect(same.hasPrefix("HTTP/1.1 304 "))
        try client.send("HEAD /p/show/main/8.m4s HTTP/1.1\r\nHost: a\r\n\r\n")
        let head = try Self.answer(client, hasBody: false)
        #expect(head.contains("\r\ncontent-length: \(WrittenShow.bytes(8).utf8.count)\r\n"))
        try client.send(
            "OPTIONS /p/show/main/8.m4s HTTP/1.1\r\nHost: a\r\nOrigin: https://b.example\r\n"
                + "Access-Control-Request-Method: GET\r\nAccess-Control-Request-Headers: range\r\n\r\n")
        let preflight = try Self.answer(client, hasBody: false)
        #expect(preflight.hasPrefix("HTTP/1.1 204 "))
        #expect(preflight.contains("\r\naccess-control-allow-origin: *\r\n"))
    }

    @Test("HTTP/1.1: a viewer that leaves while it waits is forgotten, and a pass taken back meanwhile opens nothing")
    func http1Leaving() throws {
        let server = try Server()
        let (gone, refused) = (try TestClient(port: server.port), try TestClient(port: server.port))
        try gone.send(Self.get(Self.next))
        try refused.send(Self.get(Self.next))
        #expect(server.waits(for: 2))
        gone.reset()
        #expect(server.waits(for: 1))
        server.gate.withdraw("show")
        server.show.addPart()
        #expect(try Self.answer(refused).hasPrefix("HTTP/1.1 403 "))
    }

    @Test("HTTP/2: many requests of one connection wait, and are answered by one part")
    func http2() throws {
        let server = try Server()
        let client = try BareHTTP2Client(port: server.port)
        let names = [Self.next, "main/10.1.m4s", "main.m3u8?_HLS_msn=11&_HLS_part=0", Self.next]
        for (index, name) in names.enumerated() {
            try client.get("/p/show/" + name, stream: UInt32(index * 2 + 1))
        }
        #expect(server.waits(for: 4))
        try client.get("/p/show/main/8.m4s", stream: 9)
        #expect(try client.body(of: 9) == WrittenShow.bytes(8))
        server.show.addPart()
        #expect(try client.body(of: 1).contains("URI=\"main/10.1.m4s\""))
        #expect(try client.body(of: 3) == WrittenShow.bytes(10, 1))
        #expect(try client.body(of: 7) == client.body(of: 1))
        // A player that goes elsewhere resets what it waits for.
        #expect(server.waits(for: 1))
        try client.reset(stream: 5)
        #expect(server.waits(for: 0))
        server.show.addPart()
        try client.get("/p/show/main/11.0.m4s", stream: 11)
        #expect(try client.body(of: 11) == WrittenShow.bytes(11, 0))
    }

    /// One answer with a known length.
    private static func answer(_ client: TestClient, hasBody: Bool = true) throws -> String {
        var text = ""
        while !text.hasSuffix("\r\n\r\n") {
            let byte = try client.receive(1)
            if byte.isEmpty { return text }
            text += String(decoding: byte, as: UTF8.self)
        }
        guard hasBody, let line = text.split(separator: "\r\n").first(where: { $0.hasPrefix("content-length: ") })
        else { return text }
        return text + String(decoding: try client.receiveExactly(Int(line.dropFirst(16)) ?? 0), as: UTF8.self)
    }
}
