import Primitives
import Reactor
import TestSupport
import Testing

@testable import RTMPIngest

@Suite("A publisher that sends faster than real time (S-35)") struct HoldingBackTests {
    /// Sound in messages of three bytes, as many in one write as go into one read.
    private static func flood(
        _ client: RTMPPublisherClient, _ indices: Range<UInt32> = 0..<5000, step: UInt32
    ) -> [UInt8] {
        var bytes = client.publisher.media(PublisherTag(.audio, timestamp: 0, payload: [0xaf, 0, 0x12, 0x10]))
        for index in indices {
            bytes += client.publisher.media(PublisherTag(.audio, timestamp: index * step, payload: [0xaf, 1, 7]))
        }
        return bytes
    }

    /// 4.5 s may come at once, so that 5 s take half a second.
    private static func limits(_ change: (inout RTMPLimits) -> Void = { _ in }) -> RTMPLimits {
        LiveIngest.quickLimits {
            $0.mediaLeadTimeMax = .milliseconds(4500)
            $0.mediaLagTimeMax = .seconds(0)
            change(&$0)
        }
    }

    /// A publisher that is held back for more than two seconds: 3 s lie between its units, 30 s may come at once.
    private static func heldBack(_ ingest: LiveIngest, _ profile: PublisherProfile = .ffmpeg) throws
        -> RTMPPublisherClient
    {
        let client = try ingest.client("main", profile)
        try client.start()
        try client.socket.send(Self.flood(client, step: 3000))
        #expect(ingest.desk.unitTimes.wait { $0.count >= 12 })
        return client
    }

    /// Every unit of a flood has come, in order.
    private static func expectAll(_ ingest: LiveIngest) {
        let times = ingest.desk.unitTimes.entries
        let isWhole = times == Array(0..<5000)
        #expect(isWhole, "\(times.count) units, from \(times.first ?? -1) to \(times.last ?? -1)")
    }

    @Test("has to wait, in the middle of what one read brought, and everything comes in order")
    func slowed() throws {
        let ingest = try LiveIngest(Self.limits())
        let client = try ingest.client("main")
        let start = MonotonicTime.now
        try client.start()
        try client.socket.send(Self.flood(client, step: 1))
        #expect(ingest.desk.unitTimes.wait { $0.count > 4400 })
        let count = ingest.desk.unitTimes.entries.count
        let elapsed = (MonotonicTime.now - start).milliseconds
        #expect(count <= 4500 + Int(elapsed + elapsed / 10) + 2)
        #expect(ingest.desk.unitTimes.wait { $0.count == 5000 })
        #expect(MonotonicTime.now - start >= .milliseconds(450))
        Self.expectAll(ingest)
        // About ten a second; the first of 0.1 s and one unit.
        let pauses = try #require(ingest.metric("podo_rtmp_pauses_total"))
        #expect((1...8).contains(pauses), "\(pauses)")
        #expect(ingest.events.entries == ["main media-begins", "main started"])
    }

    @Test("may begin with 30 s, be the units as far apart as units can be, and is told what to set, once")
    func farApart() throws {
        let ingest = try LiveIngest()
        let start = MonotonicTime.now
        let client = try Self.heldBack(ingest)
        let times = ingest.desk.unitTimes.entries
        let elapsed = (MonotonicTime.now - start).milliseconds
        #expect(times == (0..<times.count).map { Int64($0) * 3000 })
        #expect(times.count <= 12 + Int(elapsed) / 2700)
        #expect(ingest.desk.advice.wait { $0.contains("held-back") })
        #expect(ingest.desk.unitTimes.wait { $0.count > times.count })
        #expect(ingest.metric(#"podo_rtmp_advice_total{label="held-back"}"#) == 1)
        _ = client
    }

    @Test(
        "loses nothing when it closes after its last byte, even if there is much to be said to it",
        arguments: [false, true])
    func closes(_ endsFirst: Bool) throws {
        // After each of these counts of bytes it would be told that they came, and its system would answer with a
        // reset.
        let ingest = try LiveIngest(Self.limits { $0.windowByteCount = 1000 })
        let client = try ingest.client("main")
        try client.start()
        try client.socket.send(Self.flood(client, 0..<4700, step: 1))
        #expect(ingest.desk.unitTimes.wait { $0.count > 4500 })
        // What is unread when a client closes is a reset as well.
        try client.send([])
        try client.socket.send(Self.flood(client, 4700..<5000, step: 1) + (endsFirst ? client.publisher.end() : []))
        client.socket.close()
        let end = endsFirst ? "finished" : "interrupted"
        #expect(ingest.events.wait { $0.last?.hasPrefix("main stopped") == true })
        Self.expectAll(ingest)
        #expect(
            ingest.events.entries == [
                "main media-begins", "main started", "main media-\(end)",
                endsFirst ? "main stopped finished" : "main stopped peer-closed",
            ])
        #expect(ingest.eventually { ingest.frontend.connectionCount == 0 })
    }

    @Test("over TLS loses nothing either")
    func closesSecurely() throws {
        let certificate = try TestCertificate()
        let ingest = try LiveIngest(
            Self.limits(),
            security: try TLSContext(
                certificateFile: certificate.certificateFile, keyFile: certificate.keyFile, applicationProtocols: []))
        let client = try ingest.client("main")
        var publisher = RTMPPublisher(.ffmpeg, key: "key-main")
        let preamble = publisher.preamble()
        client.publisher = publisher
        let program = """
            say(0)
            hear(b"onStatus")
            say(1)
            raw.close()
            """
        _ = try SecurePublisher.run(program, port: ingest.port, [preamble, Self.flood(client, step: 1)])
        #expect(ingest.events.wait { $0.contains("main media-interrupted") })
        Self.expectAll(ingest)
    }

    @Test("is told that its publish is accepted before it has to wait, when it sent all at once")
    func pipelined() throws {
        let ingest = try LiveIngest(Self.limits { $0.mediaLeadTimeMax = .seconds(0) })
        let client = try ingest.client("main")
        var bytes = client.publisher.preamble()
        bytes += Self.flood(client, 0..<10, step: 1000)
        try client.socket.send(bytes)
        while !client.answers.contains(where: { $0.code == "NetStream.Publish.Start" }) {
            _ = try client.wait { $0.command == "onStatus" }
        }
        #expect(ingest.desk.unitTimes.entries.count < 10)
    }

    @Test("is not taken for silent or stalled while nothing is read of it")
    func notSilent() throws {
        let ingest = try LiveIngest(
            LiveIngest.quickLimits {
                $0.pingTime = .milliseconds(1)
                $0.silenceTime = .milliseconds(1)
                $0.stallTime = .milliseconds(1)
            })
        let client = try Self.heldBack(ingest)
        // The next unit comes after two looks at it.
        let count = ingest.desk.unitTimes.entries.count
        #expect(ingest.desk.unitTimes.wait { $0.count > count })
        #expect(ingest.events.entries == ["main media-begins", "main started"])
        _ = client
    }

    @Test("keeps its stream when somebody else wants it: its system answers for it")
    func challenged() throws {
        let ingest = try LiveIngest(
            LiveIngest.quickLimits {
                $0.takeoverSilenceTime = .seconds(0)
                $0.takeoverWaitTime = .milliseconds(300)
            })
        let client = try Self.heldBack(ingest)
        let other = try ingest.client("main")
        #expect(throws: RTMPPublisherClient.Failure.self) { try other.start() }
        #expect(ingest.events.entries == ["main media-begins", "main started", "main refused in-use"])
        // What waited before it was asked is no sign of life: it was asked.
        _ = try client.wait { $0.type == 4 && $0.payload.starts(with: [0, 6]) }
    }

    @Test("that has closed gives way to whoever wants its stream, however much of it waits")
    func closedAndChallenged() throws {
        let ingest = try LiveIngest(LiveIngest.quickLimits { $0.takeoverSilenceTime = .seconds(0) })
        let client = try Self.heldBack(ingest)
        client.socket.close()
        let other = try ingest.client("main")
        try other.start()
        #expect(ingest.events.entries.contains("main media-interrupted"))
        #expect(ingest.frontend.streams.count == 1)
    }

    @Test("that has closed is found out when nothing has arrived for long")
    func closedForLong() throws {
        let ingest = try LiveIngest(
            LiveIngest.quickLimits {
                $0.pingTime = .milliseconds(1)
                $0.backlogTime = .milliseconds(1)
            })
        let client = try Self.heldBack(ingest)
        client.socket.close()
        #expect(ingest.events.wait { $0.contains("main stopped peer-gone") })
    }

    @Test("is asked to connect again when the server stops, and is ended when the time is over")
    func drained() throws {
        let ingest = try LiveIngest(LiveIngest.quickLimits { $0.drainTime = .seconds(1) })
        let client = try Self.heldBack(ingest, .haishinkit)
        let result = TestLog<Bool>()
        let frontend = ingest.frontend
        Task(executorPreference: ingest.group.loops[0]) { result.add(await frontend.drain()) }
        _ = try client.wait { $0.code == "NetConnection.Connect.ReconnectRequest" }
        #expect(ingest.events.entries.last == "main started")
        try client.receiveToEnd()
        #expect(client.answers.last?.code == "NetConnection.Connect.Closed")
        client.socket.close()
        #expect(result.wait { $0 == [true] })
        #expect(ingest.events.entries.last == "main stopped server-stopping")
    }
}
