import Primitives
import Reactor
import TestSupport
import Testing

@testable import RTMPIngest

@Suite("Draining") struct DrainTests {
    /// Drains on a loop; the log gets whether all ended by themselves.
    private static func drain(_ ingest: LiveIngest) -> TestLog<Bool> {
        let result = TestLog<Bool>()
        let frontend = ingest.frontend
        Task(executorPreference: ingest.group.loops[0]) { result.add(await frontend.drain()) }
        return result
    }

    @Test("asks a publisher that can to connect again, and waits for it to end")
    func reconnects() throws {
        let ingest = try LiveIngest(loopCount: 2)
        let client = try ingest.client("main", .haishinkit)
        try client.start()
        let result = Self.drain(ingest)
        let answer = try client.wait { $0.code == "NetConnection.Connect.ReconnectRequest" }
        #expect(answer.command == "onStatus")
        #expect(result.entries.isEmpty)
        try client.end()
        client.socket.close()
        #expect(result.wait { $0 == [true] })
    }

    @Test("lets other publishers go on until its time is over, then tells them why it ends")
    func endsOthers() throws {
        let ingest = try LiveIngest(LiveIngest.quickLimits { $0.drainTime = .milliseconds(200) })
        let client = try ingest.client("main")
        try client.start()
        let result = Self.drain(ingest)
        try client.receiveToEnd()
        #expect(client.answers.last?.code == "NetConnection.Connect.Closed")
        client.socket.close()
        #expect(result.wait { $0 == [true] })
        #expect(ingest.events.entries.last == "main stopped server-stopping")
    }

    @Test("closes at once whoever does not publish, and takes nobody new")
    func closesIdle() throws {
        let ingest = try LiveIngest()
        let client = try ingest.client("main")
        try client.shakeHands()
        #expect(ingest.eventually { ingest.frontend.connectionCount == 1 })
        let result = Self.drain(ingest)
        try client.receiveToEnd()
        client.socket.close()
        #expect(result.wait { $0 == [true] })
        #expect(throws: TestClient.Failure.self) { try TestClient(port: ingest.port) }
    }
}
