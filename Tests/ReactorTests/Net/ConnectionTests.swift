import CLinux
import Glibc
import Primitives
import Synchronization
import TestSupport
import Testing

@testable import Reactor

@Suite("Connection")
struct ConnectionTests {
    private typealias Log = TestLog<TestHandler.Event>

    @Test("Ten megabytes, cut anywhere, come back unchanged; the peer's end is answered", arguments: [false, true])
    func echo(isIPv6: Bool) throws {
        let log = Log()
        let address = isIPv6 ? SocketAddress("[::1]:0")! : .loopback(port: 0)
        let server = try TestServer(address: address) { .echo($0, log: log) }
        defer { server.stop() }
        let client = try TestClient(port: server.port, isIPv6: isIPv6)
        var random = SplitMix(seed: 7)
        let bytes = random.bytes(64 * 1024).repeated(160)
        let sender = TestLog<Bool>()
        nonisolated(unsafe) let writing = client
        Thread.start {
            var random = SplitMix(seed: 8)
            var rest = bytes[...]
            while !rest.isEmpty {
                let piece = rest.prefix(1 + random.next(below: 200_000))
                guard (try? writing.send(Array(piece))) != nil else { break }
                rest = rest.dropFirst(piece.count)
            }
            writing.shutOutput()
            sender.add(rest.isEmpty)
        }
        let answer = try client.receiveToEnd()
        #expect(answer == bytes)
        #expect(sender.wait { $0 == [true] })
        #expect(log.closeReason == .finished)
        #expect(log.receivedByteCount == bytes.count)
    }

    @Test("A slow reader is sent no more than the handler gives, and given up when it stalls")
    func slowReader() throws {
        var limits = Connection.Limits()
        limits.writeStallTime = .milliseconds(150)
        let log = Log()
        let highest = TestLog<Int>()
        let server = try TestServer(limits: limits) { connection in
            let handler = TestHandler(connection, log: log)
            handler.onDrained = { connection in
                connection.output.append([UInt8](repeating: 1, count: 30_000))
                highest.add(connection.output.byteCount)
            }
            handler.onOpened = { $0.flush() }
            return handler
        }
        defer { server.stop() }
        let client = try TestClient(port: server.port, receiveBufferByteCount: 4096)
        #expect(log.closeReason == .writeStalled)
        // Never asked for more above the low-water mark: one portion on top of it is the most there ever was.
        #expect(highest.entries.max()! <= limits.lowWaterByteCount + 30_000)
        client.close()
    }

    @Test("For a peer that reads nothing the kernel takes little more than the peer's window")
    func unread() throws {
        let log = Log()
        let sent = TestLog<Int>()
        let server = try TestServer { connection in
            let handler = TestHandler(connection, log: log)
            handler.onOpened = { connection in
                connection.output.append([UInt8](repeating: 1, count: 8 * 1024 * 1024))
                connection.flush()
            }
            handler.connectionDeadline = .now + .milliseconds(100)
            handler.onDeadline = { connection in
                sent.add(connection.sentByteCount)
                connection.abort(.aborted("deadline"))
            }
            return handler
        }
        defer { server.stop() }
        let client = try TestClient(port: server.port, receiveBufferByteCount: 4096)
        #expect(log.closeReason == .aborted("deadline"))
        #expect(sent.entries.allSatisfy { $0 > 0 && $0 <= 2 * Int(SocketOption.unsentByteCountMax) })
        client.close()
    }

    @Test("A finished connection sends everything first, then ends; the peer may take its time")
    func finishWithOutput() throws {
        let log = Log()
        let body = SharedBytes([UInt8](repeating: 5, count: 8_000_000))
        let server = try TestServer { connection in
            let handler = TestHandler(connection, log: log)
            handler.onReceived = { connection, _ in
                connection.output.append(Array("head".utf8))
                connection.output.append(SharedSlice(body))
                connection.finish()
            }
            return handler
        }
        defer { server.stop() }
        let client = try TestClient(port: server.port, receiveBufferByteCount: 16 * 1024)
        try client.send("go")
        try client.send("what comes after finish is thrown away")
        #expect(try client.receiveExactly(4) == Array("head".utf8))
        let answer = try client.receiveToEnd()
        #expect(answer.count == body.count && answer.allSatisfy { $0 == 5 })
        client.close()
        #expect(log.closeReason == .finished)
    }

    @Test("A peer that does not close after our end is left after the linger time")
    func linger() throws {
        var limits = Connection.Limits()
        limits.lingerTime = .milliseconds(50)
        let log = Log()
        let server = try TestServer(limits: limits) { connection in
            let handler = TestHandler(connection, log: log)
            handler.onOpened = { $0.finish() }
            return handler
        }
        defer { server.stop() }
        let client = try TestClient(port: server.port)
        #expect(try client.receiveToEnd() == [])
        #expect(log.closeReason == .finished)
    }

    @Test("A peer that floods a closing connection is cut off")
    func lingerFlood() throws {
        var limits = Connection.Limits()
        limits.lingerTime = .seconds(60)
        limits.lingerByteCountMax = 100_000
        let log = Log()
        let server = try TestServer(limits: limits) { connection in
            let handler = TestHandler(connection, log: log)
            handler.onOpened = { $0.finish() }
            return handler
        }
        defer { server.stop() }
        let client = try TestClient(port: server.port)
        #expect(try client.receiveToEnd() == [])
        #expect(throws: TestClient.Failure.self) {
            while true { try client.send([UInt8](repeating: 0, count: 100_000)) }
        }
        #expect(log.closeReason == .finished)
    }

    @Test("A handler may abort in any callback")
    func abortInCallback() throws {
        let cases: [(StaticString, (TestHandler) -> Void)] = [
            ("opened", { $0.onOpened = { $0.abort(.aborted("opened")) } }),
            ("received", { $0.onReceived = { connection, _ in connection.abort(.aborted("received")) } }),
            ("ended", { $0.onEnded = { $0.abort(.aborted("ended")) } }),
            ("drained", { $0.onDrained = { $0.abort(.aborted("drained")) } }),
            (
                "deadline",
                {
                    $0.connectionDeadline = .now
                    $0.onEnded = { _ in }
                }
            ),
        ]
        for (name, prepare) in cases {
            let log = Log()
            nonisolated(unsafe) let prepare = prepare
            let server = try TestServer { connection in
                let handler = TestHandler(connection, log: log)
                prepare(handler)
                return handler
            }
            defer { server.stop() }
            let client = try TestClient(port: server.port)
            try client.send("x")
            client.shutOutput()
            #expect(log.closeReason == .aborted(name))
            #expect(log.entries.last == .closed(.aborted(name)), "nothing is told after the end")
        }
    }

    @Test("A reset is noticed, also while reading is paused")
    func reset() throws {
        for isPaused in [false, true] {
            let log = Log()
            let server = try TestServer { connection in
                let handler = TestHandler(connection, log: log)
                handler.onReceived = { connection, _ in
                    if isPaused { connection.pauseReading() }
                    connection.output.append(Array("y".utf8))
                }
                return handler
            }
            defer { server.stop() }
            let client = try TestClient(port: server.port)
            try client.send("x")
            #expect(try client.receive() == [UInt8(ascii: "y")])
            client.reset()
            #expect(log.closeReason == .peerGone)
        }
    }

    @Test("A half-closed peer still gets its answer, later, from outside of any event")
    func halfClosed() throws {
        let log = Log()
        let server = try TestServer { connection in
            let handler = TestHandler(connection, log: log)
            handler.onEnded = { connection in
                _ = connection.loop.schedule(at: connection.loop.now + .milliseconds(5)) {
                    connection.output.append(Array("answer".utf8))
                    connection.finish()
                }
            }
            return handler
        }
        defer { server.stop() }
        let client = try TestClient(port: server.port)
        try client.send("question")
        client.shutOutput()
        #expect(try client.receiveToEnd() == Array("answer".utf8))
        #expect(log.closeReason == .finished)
    }

    @Test("Nothing is read while paused, and everything after")
    func pause() throws {
        let log = Log()
        let paused = TestLog<LoopBound>()
        let server = try TestServer { connection in
            let handler = TestHandler(connection, log: log)
            handler.onOpened = { connection in
                connection.pauseReading()
                paused.add(LoopBound(connection: connection))
            }
            return handler
        }
        defer { server.stop() }
        let client = try TestClient(port: server.port)
        try client.send([UInt8](repeating: 1, count: 50_000))
        client.shutOutput()
        paused.wait { $0.count == 1 }
        let loopBound = paused.entries[0]
        loopBound.connection.loop.execute {
            let connection = loopBound.connection
            #expect(log.receivedByteCount == 0)
            connection.resumeReading()
        }
        #expect(log.closeReason == .finished)
        #expect(log.receivedByteCount == 50_000)
    }

    @Test("A file goes out behind its head, and one that is too short ends the connection")
    func files() throws {
        var random = SplitMix(seed: 3)
        let bytes = random.bytes(300_000)
        let file = try TestFile(bytes)
        for promised in [bytes.count, bytes.count + 1] {
            let log = Log()
            let server = try TestServer { connection in
                let handler = TestHandler(connection, log: log)
                handler.onReceived = { connection, _ in
                    connection.output.append(Array("head".utf8))
                    connection.output.append(FileSlice(file: file.descriptor, offset: 0, count: promised))
                    connection.output.append(Array("tail".utf8))
                    connection.finish()
                }
                return handler
            }
            defer { server.stop() }
            let client = try TestClient(port: server.port)
            try client.send("go")
            let answer = try client.receiveToEnd()
            client.close()
            if promised == bytes.count {
                #expect(answer == Array("head".utf8) + bytes + Array("tail".utf8))
                #expect(log.closeReason == .finished)
            } else {
                #expect(log.closeReason == .aborted("file-truncated"))
            }
        }
    }

    @Test("Large memory that is a file too is sent by the kernel from the file, small memory is not")
    func fileBackedMemory() throws {
        // The two differ here, so that it shows which of them was sent.
        let file = try TestFile([UInt8](repeating: 2, count: 200_000))
        let memory = TwinMemory(descriptor: file.descriptor, bytes: [UInt8](repeating: 1, count: 200_000))
        let shared = SharedBytes(UnsafeRawBufferPointer(memory.bytes), of: memory, backing: memory)
        let (log, min) = (Log(), OutputQueue.byteCountSentAsFileMin)
        let server = try TestServer { connection in
            let handler = TestHandler(connection, log: log)
            handler.onReceived = { connection, _ in
                connection.output.append(Array("head".utf8))
                connection.output.append(SharedSlice(shared, 10..<10 + min - 1))
                connection.output.append(SharedSlice(shared, 0..<min))
                connection.output.append(SharedSlice(shared, 50_000..<200_000))
                connection.output.append(Array("tail".utf8))
                connection.finish()
            }
            return handler
        }
        defer { server.stop() }
        let client = try TestClient(port: server.port)
        try client.send("go")
        let answer = try client.receiveToEnd()
        let small = [UInt8](repeating: 1, count: min - 1)
        let large = [UInt8](repeating: 2, count: min + 150_000)
        #expect(answer == Array("head".utf8) + small + large + Array("tail".utf8))
        #expect(memory.sentCount.load(ordering: .relaxed) > 0)
    }

    @Test("An idle connection costs less than one kilobyte of our own")
    func idleSize() throws {
        let connection = Connection(loop: try EventLoop(index: 0), accepted: -1, peer: .loopback(port: 1))
        func size(_ object: AnyObject) -> Int { malloc_usable_size(Unmanaged.passUnretained(object).toOpaque()) }
        #expect(size(connection) + size(connection.output) < 1024)
    }
}

/// Memory that says it is a file, with other bytes in it.
private final class TwinMemory: FileBackedMemory {
    let file: OwnedDescriptor
    nonisolated(unsafe) let bytes: UnsafeMutableRawBufferPointer
    let sentCount = Atomic<Int>(0)

    init(descriptor: OwnedDescriptor, bytes: [UInt8]) {
        self.file = descriptor
        // SAFETY: written here only, and freed with the last reference.
        self.bytes = .allocate(byteCount: bytes.count, alignment: 64)
        self.bytes.copyBytes(from: bytes)
    }

    deinit { self.bytes.deallocate() }

    var descriptor: CInt { self.file.raw }
    var fileOffset: Int { 0 }

    func willBeSentAsFile() { self.sentCount.add(1, ordering: .relaxed) }
}

/// Carries a connection to the loop that it belongs to.
private struct LoopBound: @unchecked Sendable {
    // SAFETY: used on the connection's loop only.
    let connection: Connection
}

extension [UInt8] {
    func repeated(_ count: Int) -> [UInt8] {
        var all: [UInt8] = []
        for _ in 0..<count { all.append(contentsOf: self) }
        return all
    }
}
