import Glibc
import Primitives
import TestSupport

@testable import Reactor

/// Real loops on real threads that accept on a free loopback port.
final class TestServer: @unchecked Sendable {
    // SAFETY: `acceptors` is touched on the loops' own threads, each its own element, and kept until the process ends.
    let group: EventLoopGroup
    let listener: Listener
    let problems = TestLog<AcceptProblem>()
    private var acceptors: [Acceptor] = []

    var port: UInt16 { self.listener.address.port }

    init(
        loopCount: Int = 1, address: SocketAddress = .loopback(port: 0), security: TLSContext? = nil,
        limits: Connection.Limits = .init(), makeHandler: @escaping @Sendable (Connection) -> TestHandler
    ) throws {
        self.group = try EventLoopGroup(loopCount: loopCount)
        self.listener = try Listener(address)
        self.acceptors = self.group.loops.map { loop in
            Acceptor(
                loop: loop, listener: self.listener,
                onAccept: { fd, peer in
                    let connection = Connection(loop: loop, accepted: fd, peer: peer, limits: limits)
                    try? connection.start(handler: makeHandler(connection), security: security)
                },
                onProblem: { [problems] in problems.add($0) })
        }
        Acceptor.share(self.acceptors)
        for loop in self.group.loops {
            loop.execute { [self] in
                do { try self.acceptors[loop.index].start() } catch { fatalError("\(error)") }
            }
        }
        self.group.start()
    }

    /// Stops accepting, then the loops.
    func stop() {
        for loop in self.group.loops {
            loop.execute { [self] in self.acceptors[loop.index].stop() }
            loop.stop()
        }
    }
}

/// A handler made of closures, which writes down everything that happens to it.
final class TestHandler: ConnectionHandler {
    enum Event: Equatable, Sendable {
        case opened(String?)
        case received(Int)
        case ended
        case closed(ConnectionCloseReason)
    }

    // The connection owns its handler while open; a cycle that ends when it closes is fine in a test.
    let connection: Connection
    let log: TestLog<Event>
    var onOpened: (Connection) -> Void = { _ in }
    var onReceived: (Connection, UnsafeRawBufferPointer) -> Void = { _, _ in }
    var onEnded: (Connection) -> Void = { $0.finish() }
    var onDrained: (Connection) -> Void = { _ in }
    var connectionDeadline: MonotonicTime?
    var onDeadline: (Connection) -> Void = { $0.abort(.aborted("deadline")) }

    init(_ connection: Connection, log: TestLog<Event>) {
        self.connection = connection
        self.log = log
    }

    func connectionOpened(applicationProtocol: String?) {
        self.log.add(.opened(applicationProtocol))
        self.onOpened(self.connection)
    }

    func connectionReceived(_ bytes: borrowing RawSpan) {
        self.log.add(.received(bytes.byteCount))
        bytes.withUnsafeBytes { self.onReceived(self.connection, $0) }
    }

    func connectionReceivedEnd() {
        self.log.add(.ended)
        self.onEnded(self.connection)
    }

    func connectionOutputDrained() { self.onDrained(self.connection) }

    func connectionClosed(_ reason: ConnectionCloseReason) { self.log.add(.closed(reason)) }

    func connectionDeadlineReached() { self.onDeadline(self.connection) }

    /// Sends back what comes; takes no more while much of it waits.
    static func echo(_ connection: Connection, log: TestLog<Event>) -> TestHandler {
        let handler = TestHandler(connection, log: log)
        handler.onReceived = { connection, bytes in
            connection.prepareOutput()
            connection.output.append(bytes)
            if connection.output.byteCount > 256 * 1024 { connection.pauseReading() }
        }
        handler.onDrained = { $0.resumeReading() }
        return handler
    }
}

extension TestLog<TestHandler.Event> {
    var closeReason: ConnectionCloseReason? {
        self.wait { $0.contains { if case .closed = $0 { true } else { false } } }
        for case .closed(let reason) in self.entries { return reason }
        return nil
    }

    var receivedByteCount: Int {
        self.entries.reduce(0) { if case .received(let count) = $1 { $0 + count } else { $0 } }
    }
}
