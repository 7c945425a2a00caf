import Primitives
import Synchronization
import TestSupport
import Testing

@testable import Reactor

@Suite("TLS: session tickets")
struct TLSTicketTests {
    /// Reads commands: `connect` prints whether the last session was taken up again, `forget` drops it.
    private static let client = """
        import socket, ssl, sys
        port, version = int(sys.argv[1]), sys.argv[2]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.minimum_version = context.maximum_version = getattr(ssl.TLSVersion, version)
        session = None
        for round in range(int(sys.argv[3])):
            raw = socket.create_connection(("127.0.0.1", port), 10)
            with context.wrap_socket(raw, server_hostname="localhost", session=session) as secure:
                secure.sendall(b"ping")
                secure.recv(4)
                print("resumed" if secure.session_reused else "full")
                session = secure.session
        """

    /// A clock that the test moves; every look at it may move it on as well.
    private final class Clock: Sendable {
        private let state = Mutex(MonotonicTime(nanoseconds: 0))
        private let step: TimeAmount

        init(step: TimeAmount = .nanoseconds(0)) { self.step = step }

        func next() -> MonotonicTime {
            self.state.withLock { now in
                defer { now = now + self.step }
                return now
            }
        }

        func advance(_ time: TimeAmount) { self.state.withLock { $0 = $0 + time } }
    }

    @Test("Sessions are taken up again on any loop, in both versions", arguments: ["TLSv1_2", "TLSv1_3"])
    func resumption(version: String) throws {
        let certificate = try TestCertificate()
        let log = TestLog<TestHandler.Event>()
        let loops = TestLog<Int>()
        let context = try TLSContext(certificate)
        let server = try TestServer(loopCount: 2, security: context) { connection in
            loops.add(connection.loop.index)
            return .echo(connection, log: log)
        }
        defer { server.stop() }
        let result = try TestCommand.python(Self.client, ["\(server.port)", version, "12"])
        #expect(result.output.trimmed == (["full"] + Array(repeating: "resumed", count: 11)).joined(separator: "\n"))
    }

    @Test("A ticket opens after its key was replaced once, not twice")
    func rotation() {
        let clock = Clock(step: TLSTicketKeys.rotationTime)
        // The clock moves one rotation with every look: making the keys is the first.
        let keys = TLSTicketKeys(clock: clock.next)
        let sealing = keys.keyForSealing()
        var name = [UInt8](repeating: 0, count: TLSTicketKey.nameByteCount)
        sealing.copyName(to: &name)
        let next = keys.keyForOpening(name: name)
        #expect(next?.key === sealing)
        #expect(next?.isOld == true)
        #expect(keys.keyForOpening(name: name) == nil)
    }

    @Test("A key stays the same until its time is over, and a long quiet forgets both")
    func quiet() {
        let moment = Clock()
        let keys = TLSTicketKeys { moment.next() }
        let first = keys.keyForSealing()
        moment.advance(.nanoseconds(TLSTicketKeys.rotationTime.nanoseconds - 1))
        #expect(keys.keyForSealing() === first)
        var name = [UInt8](repeating: 0, count: TLSTicketKey.nameByteCount)
        first.copyName(to: &name)
        #expect(keys.keyForOpening(name: name)?.isOld == false)
        moment.advance(.nanoseconds(TLSTicketKeys.rotationTime.nanoseconds * 2))
        #expect(keys.keyForOpening(name: name) == nil)
    }

    @Test("A key that was replaced late opens no longer for it")
    func lateRotation() {
        let moment = Clock()
        let keys = TLSTicketKeys { moment.next() }
        var name = [UInt8](repeating: 0, count: TLSTicketKey.nameByteCount)
        keys.keyForSealing().copyName(to: &name)
        let tenth = TLSTicketKeys.rotationTime.nanoseconds / 10
        moment.advance(.nanoseconds(tenth * 19))
        #expect(keys.keyForOpening(name: name)?.isOld == true)
        moment.advance(.nanoseconds(tenth * 2))
        #expect(keys.keyForOpening(name: name) == nil)
    }

    @Test("Tickets survive one rotation between connections, in both versions", arguments: ["TLSv1_2", "TLSv1_3"])
    func rotationOnTheWire(version: String) throws {
        let certificate = try TestCertificate()
        let log = TestLog<TestHandler.Event>()
        // Every handshake looks two or three times, so a step of a third to a half of the period rotates in between.
        let clock = Clock(step: .nanoseconds(TLSTicketKeys.rotationTime.nanoseconds / 4))
        let context = try TLSContext(certificate, ticketKeys: TLSTicketKeys(clock: clock.next))
        let server = try TestServer(security: context) { .echo($0, log: log) }
        defer { server.stop() }
        let result = try TestCommand.python(Self.client, ["\(server.port)", version, "8"])
        #expect(result.output.trimmed == (["full"] + Array(repeating: "resumed", count: 7)).joined(separator: "\n"))
    }
}
