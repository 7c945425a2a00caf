import Glibc
import Primitives
import TestSupport
import Testing

@testable import Reactor

@Suite("Acceptor and listener")
struct AcceptorTests {
    @Test("Without descriptors accepting rests instead of spinning, and recovers")
    func descriptorsExhausted() async {
        await #expect(processExitsWith: .success) {
            let log = TestLog<TestHandler.Event>()
            let server = try TestServer { .echo($0, log: log) }
            let clients = try (0..<8).map { _ in try TestClient(port: server.port) }
            for client in clients {
                try client.send("a")
                #expect(try client.receive() == [UInt8(ascii: "a")])
            }
            // Then every descriptor that the limit leaves is taken.
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(7), &limit)
            let probe = try TestClient(port: server.port)
            try probe.send("b")
            #expect(try probe.receive() == [UInt8(ascii: "b")])
            let waiting = (0..<10).map { _ in socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0) }
            var fillers: [CInt] = []
            // More than this process has and was left by its parent, so that closing the fillers makes room for all.
            limit.rlim_cur = 600
            setrlimit(__rlimit_resource_t(7), &limit)
            while true {
                let fd = open("/dev/null", O_RDONLY)
                if fd < 0 { break }
                fillers.append(fd)
            }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = server.port.bigEndian
            address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            for fd in waiting {
                let result = withUnsafeBytes(of: &address) {
                    connect(fd, $0.assumingMemoryBound(to: sockaddr.self).baseAddress!, socklen_t($0.count))
                }
                #expect(result == 0)
            }
            // Accepted with the reserved descriptor and closed: the peer sees the end at once.
            var byte: UInt8 = 0
            #expect(recv(waiting[0], &byte, 1, 0) == 0)
            // The next one has to wait until the rest is over.
            let first = MonotonicTime.now
            #expect(recv(waiting[1], &byte, 1, 0) == 0)
            #expect(MonotonicTime.now - first > .nanoseconds(Acceptor.restTime.nanoseconds / 2))
            server.problems.wait { !$0.isEmpty }
            for fd in fillers { close(fd) }
            // While accepting rests the others are served, and when the rest is over the next is accepted.
            try clients[0].send("c")
            #expect(try clients[0].receive() == [UInt8(ascii: "c")])
            let next = try TestClient(port: server.port)
            try next.send("d")
            #expect(try next.receive() == [UInt8(ascii: "d")])
            // The server keeps its resting acceptor alive up to here.
            server.stop()
            // Without tearing down what the loops still use.
            _exit(0)
        }
    }

    @Test("A listener may be shut while acceptors run: they stop, and nothing else does")
    func shutWhileAccepting() throws {
        let log = TestLog<TestHandler.Event>()
        let server = try TestServer(loopCount: 2) { .echo($0, log: log) }
        defer { server.stop() }
        let client = try TestClient(port: server.port)
        try client.send("a")
        #expect(try client.receive() == [UInt8(ascii: "a")])
        server.listener.shut()
        #expect(throws: TestClient.Failure.self) { try TestClient(port: server.port) }
        try client.send("b")
        #expect(try client.receive() == [UInt8(ascii: "b")])
        #expect(server.problems.entries.isEmpty)
    }

    @Test("Connections that wait when accepting stops are still served")
    func queuedAtStop() throws {
        let log = TestLog<TestHandler.Event>()
        let listener = try Listener(.loopback(port: 0))
        let waiting = try TestClient(port: listener.address.port)
        try waiting.send("a")
        let group = try EventLoopGroup(loopCount: 1)
        let loop = group.loops[0]
        loop.execute {
            let acceptor = Acceptor(
                loop: loop, listener: listener,
                onAccept: { fd, peer in
                    let connection = Connection(loop: loop, accepted: fd, peer: peer)
                    try? connection.start(handler: TestHandler.echo(connection, log: log))
                }, onProblem: { _ in })
            try? acceptor.start()
            acceptor.stop()
            listener.shut()
        }
        group.start()
        defer { group.stop() }
        #expect(try waiting.receive() == [UInt8(ascii: "a")])
    }

    @Test("Two loops get about as many connections each, in a burst and one by one")
    func balance() throws {
        let log = TestLog<TestHandler.Event>()
        let places = TestLog<Int>()
        let server = try TestServer(loopCount: 2) { connection in
            places.add(connection.loop.index)
            return .echo(connection, log: log)
        }
        defer { server.stop() }
        let burst = try (0..<100).map { _ in try TestClient(port: server.port) }
        places.wait { $0.count == 100 }
        let singles = try (0..<50).map { _ in
            let client = try TestClient(port: server.port)
            try client.send("a")
            #expect(try client.receive() == [UInt8(ascii: "a")])
            return client
        }
        let first = places.entries.filter { $0 == 0 }.count
        #expect(abs(first - 75) <= Acceptor.loadDifferenceMax)
        // What closes makes room where it was.
        for client in burst + singles { client.close() }
        #expect(log.wait { $0.filter { $0 == .closed(.finished) }.count == 150 })
        #expect(server.group.loops.map(\.load) == [0, 0])
    }

    @Test("A taken port is refused with the system's reason")
    func takenPort() throws {
        let listener = try Listener(.loopback(port: 0))
        #expect(throws: SystemError(code: EADDRINUSE, call: "bind")) { try Listener(listener.address) }
    }
}
