import Primitives
import TestSupport
import Testing

@testable import Reactor

@Suite("What the kernel knows of a peer") struct ConnectionArrivalTests {
    /// A connection that is not read, and what `look` finds in it, again and again.
    private static func watch(
        _ log: TestLog<[Int]>, output: Int, _ client: (TestClient) throws -> Void
    ) throws {
        let events = TestLog<TestHandler.Event>()
        let server = try TestServer { connection in
            let handler = TestHandler(connection, log: events)
            handler.onOpened = { connection in
                connection.pauseReading()
                connection.output.append([UInt8](repeating: 7, count: output))
                connection.flush()
            }
            handler.connectionDeadline = MonotonicTime(nanoseconds: 0)
            handler.onDeadline = { connection in
                log.add([
                    connection.receivedByteCount, connection.arrivedByteCount, connection.isOutputAcknowledged ? 1 : 0,
                ])
            }
            return handler
        }
        defer { server.stop() }
        try client(try TestClient(port: server.port))
    }

    @Test("Bytes that wait in the kernel have arrived, and are not received")
    func arrived() throws {
        let log = TestLog<[Int]>()
        try Self.watch(log, output: 10) { client in
            try client.send([UInt8](repeating: 1, count: 1000))
            #expect(log.wait { $0.last == [0, 1000, 1] })
            try client.send([UInt8](repeating: 1, count: 234))
            #expect(log.wait { $0.last == [0, 1234, 1] })
        }
    }

    @Test("Output is acknowledged when the peer's system has all of it, and not before")
    func acknowledged() throws {
        let log = TestLog<[Int]>()
        let count = 32 * 1024 * 1024
        try Self.watch(log, output: count) { client in
            #expect(log.wait { $0.count >= 10 })
            #expect(log.entries.allSatisfy { $0[2] == 0 })
            _ = try client.receiveExactly(count)
            #expect(log.wait { $0.last?[2] == 1 })
        }
    }
}
