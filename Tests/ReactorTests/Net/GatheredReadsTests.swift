import Glibc
import Primitives
import TestSupport
import Testing

@testable import Reactor

@Suite("Gathered reads")
struct GatheredReadsTests {
    private typealias Log = TestLog<TestHandler.Event>
    private static let interval = TimeAmount.milliseconds(4)

    /// Connections gather from the moment that they open.
    private func server(
        security: TLSContext? = nil, prepare: @escaping @Sendable (TestHandler) -> Void = { _ in }
    ) throws -> (server: TestServer, log: Log) {
        let log = Log()
        let server = try TestServer(security: security) { connection in
            let handler = TestHandler.echo(connection, log: log)
            handler.onOpened = { $0.gatherReads(every: Self.interval) }
            prepare(handler)
            return handler
        }
        return (server, log)
    }

    /// Returns when a sweep has found nothing.
    private func waitForSilence(on loop: EventLoop) {
        let isSilent = TestLog<Bool>()
        @Sendable func look() {
            if loop.gathered?.nextSweep == nil {
                isSilent.add(true)
            } else {
                _ = loop.schedule(at: loop.now + .milliseconds(1), look)
            }
        }
        loop.execute(look)
        #expect(isSilent.wait { !$0.isEmpty })
    }

    @Test("What comes within the interval after a sweep is read at its end, not before and not much later")
    func interval() throws {
        let times = TestLog<MonotonicTime>()
        let other = TestLog<SendableClient>()
        let (server, _) = try self.server { handler in
            handler.onReceived = { connection, bytes in
                times.add(connection.loop.now)
                // The other's byte comes while the loop is in the very sweep that read this one.
                if bytes[0] == 1 { try? other.entries[0].client.send([2]) }
            }
        }
        defer { server.stop() }
        let first = try TestClient(port: server.port)
        other.add(SendableClient(client: try TestClient(port: server.port)))
        try first.send([1])
        #expect(times.wait { $0.count == 2 })
        let between = times.entries[1] - times.entries[0]
        #expect(between >= Self.interval)
        // The bound is 5 ms; a machine that is busy with other tests may be late.
        #expect(between < .seconds(1))
    }

    @Test("Without gathering the same byte is read at once")
    func notGathered() throws {
        let turns = TestLog<MonotonicTime>()
        let other = TestLog<SendableClient>()
        let (server, _) = try self.server { handler in
            handler.onOpened = { _ in }
            handler.onReceived = { connection, bytes in
                turns.add(connection.loop.now)
                if bytes[0] == 1 { try? other.entries[0].client.send([2]) }
            }
        }
        defer { server.stop() }
        var quickest = TimeAmount.seconds(10)
        for _ in 0..<20 {
            let known = turns.entries.count
            let first = try TestClient(port: server.port)
            if other.entries.isEmpty { other.add(SendableClient(client: try TestClient(port: server.port))) }
            try first.send([1])
            #expect(turns.wait { $0.count == known + 2 })
            quickest = min(quickest, turns.entries[known + 1] - turns.entries[known])
        }
        #expect(quickest < Self.interval)
    }

    @Test("A lone connection is answered within the bound, after a silence and without one")
    func lone() throws {
        let (server, _) = try self.server()
        defer { server.stop() }
        let client = try TestClient(port: server.port)
        var times: [TimeAmount] = []
        for number in 0..<100 {
            if number % 10 == 9 { self.waitForSilence(on: server.group.loops[0]) }
            let start = MonotonicTime.now
            try client.send([UInt8(number)])
            #expect(try client.receiveExactly(1) == [UInt8(number)])
            times.append(.now - start)
        }
        // The quicker half, for the same reason as above.
        #expect(times.sorted()[50] < .milliseconds(8))
    }

    @Test("Megabytes come back unchanged through pauses, blocked output and a half-close")
    func echo() throws {
        let (server, log) = try self.server()
        defer { server.stop() }
        let client = SendableClient(client: try TestClient(port: server.port))
        var random = SplitMix(seed: 11)
        let bytes = random.bytes(64 * 1024).repeated(48)
        let isSent = TestLog<Bool>()
        Thread.start {
            let sent: Void? = try? client.client.send(bytes)
            client.client.shutOutput()
            isSent.add(sent != nil)
        }
        #expect(try client.client.receiveToEnd() == bytes)
        #expect(isSent.wait { $0 == [true] })
        #expect(log.closeReason == .finished)
    }

    @Test("TLS that gathers after its handshake carries everything, and ends in order")
    func secured() throws {
        let certificate = try TestCertificate()
        let (server, log) = try self.server(security: try TLSContext(certificate))
        defer { server.stop() }
        let client = """
            import socket, ssl, sys
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            context.options &= ~0x80  # OP_IGNORE_UNEXPECTED_EOF, which Python sets
            raw = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 10)
            secure = context.wrap_socket(raw, suppress_ragged_eofs=False)
            for number in range(20):
                sent, got = bytes([number]) * 50_000, b""
                secure.sendall(sent)
                while len(got) < len(sent): got += secure.recv(65536)
                assert got == sent
            secure.unwrap()
            print("done")
            """
        let result = try TestCommand.python(client, ["\(server.port)"])
        #expect(result.output.trimmed == "done")
        #expect(log.closeReason == .finished)
        #expect(log.receivedByteCount == 1_000_000)
    }

    @Test("A peer that sends much is read on without waiting for the next interval", arguments: [false, true])
    func floodIsReadOn(hasLittleRoom: Bool) throws {
        let (server, log) = try self.server { handler in
            handler.onOpened = { connection in
                // Its peer has to wait for every read then, and a read finds less than it could take.
                var room: CInt = 64 << 10
                if hasLittleRoom {
                    setsockopt(connection.descriptor, SOL_SOCKET, SO_RCVBUF, &room, socklen_t(MemoryLayout<CInt>.size))
                }
                connection.gatherReads(every: .seconds(3))
            }
            handler.onReceived = { _, _ in }
        }
        defer { server.stop() }
        // At 256 KiB an interval this would take over a minute, and the log waits for twenty seconds.
        let client = SendableClient(client: try TestClient(port: server.port))
        let byteCount = 6 << 20
        Thread.start { try? client.client.send([UInt8](repeating: 0, count: byteCount)) }
        #expect(
            log.wait { entries in
                entries.reduce(0) { if case .received(let count) = $1 { $0 + count } else { $0 } } == byteCount
            })
    }

    @Test("A flood on one gathered connection keeps neither others nor timers waiting")
    func flood() throws {
        let fired = TestLog<Bool>()
        let (server, _) = try self.server { handler in
            handler.onOpened = { connection in
                let loop = connection.loop
                _ = loop.schedule(at: loop.now + .milliseconds(20)) { fired.add(true) }
            }
            handler.onReceived = { connection, bytes in
                if bytes[0] == 1 { connection.gatherReads(every: Self.interval) }
                if bytes[0] != 0 { connection.output.append(bytes) }
            }
        }
        defer { server.stop() }
        let flooder = SendableClient(client: try TestClient(port: server.port))
        try flooder.client.send([1])
        #expect(try flooder.client.receiveExactly(1) == [1])
        let isOver = TestLog<Bool>()
        Thread.start {
            let zeros = [UInt8](repeating: 0, count: 1 << 20)
            while isOver.entries.isEmpty, (try? flooder.client.send(zeros)) != nil {}
        }
        let (gathered, plain) = (try TestClient(port: server.port), try TestClient(port: server.port))
        try gathered.send([1])
        #expect(try gathered.receiveExactly(1) == [1])
        for number: UInt8 in 2..<50 {
            for client in [gathered, plain] {
                try client.send([number])
                #expect(try client.receiveExactly(1) == [number])
            }
        }
        #expect(fired.wait { $0.count == 3 })
        isOver.add(true)
    }

    @Test("Who sends much is read on alone: others stay gathered beside it")
    func readOnAlone() throws {
        let (server, _) = try self.server { handler in
            handler.onOpened = { $0.gatherReads(every: .milliseconds(200)) }
            handler.onReceived = { connection, bytes in if bytes[0] != 0 { connection.output.append(bytes) } }
        }
        defer { server.stop() }
        let flooder = SendableClient(client: try TestClient(port: server.port))
        let isOver = TestLog<Bool>()
        Thread.start {
            let zeros = [UInt8](repeating: 0, count: 1 << 20)
            while isOver.entries.isEmpty, (try? flooder.client.send(zeros)) != nil {}
        }
        let little = try TestClient(port: server.port)
        var times: [TimeAmount] = []
        for number: UInt8 in 1..<8 {
            let start = MonotonicTime.now
            try little.send([number])
            #expect(try little.receiveExactly(1) == [number])
            times.append(.now - start)
        }
        isOver.add(true)
        #expect(times.sorted()[3] > .milliseconds(100))
    }

    @Test("A connection aborted by another one's callback in the same sweep hears nothing")
    func abortedInSweep() throws {
        let pair = TestLog<LoopBound>()
        let (server, log) = try self.server { handler in
            handler.onOpened = { connection in
                connection.gatherReads(every: Self.interval)
                pair.add(LoopBound(connection: connection))
            }
            handler.onReceived = { connection, _ in
                let other = pair.entries.first { $0.connection !== connection }
                other?.connection.abort(.aborted("other"))
            }
        }
        defer { server.stop() }
        let clients = try (0..<2).map { _ in SendableClient(client: try TestClient(port: server.port)) }
        #expect(pair.wait { $0.count == 2 })
        pair.entries[0].connection.loop.execute {
            for client in clients { try? client.client.send([1]) }
        }
        #expect(log.closeReason == .aborted("other"))
        for client in clients { client.client.close() }
        #expect(log.wait { $0.contains(.closed(.finished)) || $0.contains(.closed(.peerGone)) })
        #expect(log.entries.count { $0 == .received(1) } == 1)
    }

    @Test("Nothing is read while paused, everything after; a reset is noticed either way")
    func pauseAndReset() throws {
        let opened = TestLog<LoopBound>()
        let (server, log) = try self.server { handler in
            handler.onOpened = { connection in
                connection.gatherReads(every: Self.interval)
                connection.gatherReads(every: Self.interval)
                connection.pauseReading()
                opened.add(LoopBound(connection: connection))
            }
        }
        defer { server.stop() }
        let client = try TestClient(port: server.port)
        #expect(opened.wait { $0.count == 1 })
        try client.send([3, 4])
        let resumed = opened.entries[0]
        // Two more sweeps' time: a set that reads in spite of the pause would have.
        resumed.connection.loop.execute {
            let loop = resumed.connection.loop
            _ = loop.schedule(at: loop.now + .milliseconds(10)) {
                #expect(log.receivedByteCount == 0)
                resumed.connection.resumeReading()
            }
        }
        #expect(try client.receiveExactly(2) == [3, 4])
        resumed.connection.loop.execute { resumed.connection.pauseReading() }
        client.reset()
        #expect(log.closeReason == .peerGone)
        resumed.connection.loop.execute { resumed.connection.gatherReads(every: Self.interval) }
    }

    @Test("What came before a reset is read, though the sweep sees both at once")
    func readBeforeReset() throws {
        let opened = TestLog<LoopBound>()
        let (server, log) = try self.server { handler in
            handler.onOpened = { connection in
                connection.gatherReads(every: Self.interval)
                opened.add(LoopBound(connection: connection))
            }
        }
        defer { server.stop() }
        let client = SendableClient(client: try TestClient(port: server.port))
        #expect(opened.wait { $0.count == 1 })
        opened.entries[0].connection.loop.execute {
            try? client.client.send([1, 2, 3])
            client.client.reset()
        }
        #expect(log.closeReason == .peerGone)
        #expect(log.receivedByteCount == 3)
    }

    @Test("More connections than one batch holds are all read, and forgotten when they close")
    func manyAtOnce() throws {
        let (server, log) = try self.server()
        defer { server.stop() }
        let clients = try (0..<Poller.batchCountMax + 50).map { _ in try TestClient(port: server.port) }
        #expect(log.wait { $0.count == clients.count })
        for client in clients { try client.send([7]) }
        for client in clients { #expect(try client.receiveExactly(1) == [7]) }
        for client in clients { client.shutOutput() }
        for client in clients { #expect(try client.receiveToEnd() == []) }
        #expect(log.wait { $0.count { $0 == .closed(.finished) } == clients.count })
        let leftCount = TestLog<Int>()
        let loop = server.group.loops[0]
        loop.execute { leftCount.add(loop.gathered?.registrationCount ?? -1) }
        #expect(leftCount.wait { $0 == [0] })
    }
}

/// Carries a client to another thread.
private struct SendableClient: @unchecked Sendable {
    // SAFETY: one thread sends and one receives, which a socket allows.
    let client: TestClient
}

/// Carries a connection to the loop that it belongs to.
private struct LoopBound: @unchecked Sendable {
    // SAFETY: used on the connection's loop only.
    let connection: Connection
}
