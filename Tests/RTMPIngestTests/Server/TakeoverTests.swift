import Primitives
import Reactor
import TestSupport
import Testing

@testable import RTMPIngest

@Suite("A second publisher of a stream (§3 case 16, S-33)") struct TakeoverTests {
    /// Starts a client on a thread of its own; `log` gets its outcome.
    private static func start(_ ingest: LiveIngest, _ stream: String, _ log: TestLog<String>) {
        let port = ingest.port
        Thread.start {
            do {
                let client = try RTMPPublisherClient(port: port, RTMPPublisher(.ffmpeg, key: "key-\(stream)"))
                try client.start()
                log.add("accepted")
                try client.receiveToEnd()
            } catch let error as RTMPPublisherClient.Failure {
                log.add(error.what)
            } catch {
                log.add("\(error)")
            }
        }
    }

    @Test("takes over at once from one that was silent for long", arguments: [1, 2])
    func silent(_ loopCount: Int) throws {
        let ingest = try LiveIngest(
            LiveIngest.quickLimits { $0.takeoverSilenceTime = .seconds(0) }, loopCount: loopCount)
        let old = try ingest.client("main")
        try old.start()
        let new = try ingest.client("main")
        try new.start()
        try old.receiveToEnd()
        #expect(old.answers.last?.code == "NetStream.Publish.BadName")
        #expect(
            ingest.events.entries == [
                "main media-begins", "main started", "main media-interrupted", "main stopped replaced",
                "main media-begins", "main started",
            ])
        #expect(ingest.frontend.streams.count == 1)
    }

    @Test("takes over at once from one whose key was taken back, which lives")
    func revoked() throws {
        let ingest = try LiveIngest(LiveIngest.quickLimits { $0.takeoverWaitTime = .seconds(10) })
        let old = try ingest.client("main")
        try old.start()
        ingest.desk.revoked.add("main")
        let new = try ingest.client("main")
        try new.start()
        #expect(ingest.events.entries.contains("main stopped key-revoked"))
        try old.receiveToEnd()
        #expect(old.answers.last?.code == "NetStream.Publish.Denied")
    }

    @Test("takes over from one that was heard just now and does not answer")
    func halfOpen() throws {
        let ingest = try LiveIngest(LiveIngest.quickLimits { $0.takeoverWaitTime = .milliseconds(50) })
        let old = try ingest.client("main")
        try old.start()
        let new = try ingest.client("main")
        try new.start()
        #expect(ingest.events.wait { $0.contains("main stopped replaced") })
        _ = old
    }

    @Test("is refused when the first one answers with any byte")
    func alive() throws {
        let ingest = try LiveIngest(
            LiveIngest.quickLimits {
                $0.takeoverSilenceTime = .seconds(10)
                $0.takeoverWaitTime = .seconds(10)
                $0.decisionTime = .seconds(20)
            }, loopCount: 2)
        let old = try ingest.client("main")
        try old.start()
        let outcome = TestLog<String>()
        Self.start(ingest, "main", outcome)
        // The ping request of the challenge.
        let ping = try old.wait { $0.type == 4 && $0.payload.starts(with: [0, 6]) }
        // A third one is not even asked for.
        Self.start(ingest, "main", outcome)
        #expect(outcome.wait { $0 == ["NetStream.Publish.BadName"] })
        #expect(ping.payload.count == 6)
        try old.send(Array(GeneratedStream(seconds: 0.1).tags.prefix(1)))
        #expect(outcome.wait { $0 == ["NetStream.Publish.BadName", "NetStream.Publish.BadName"] })
        #expect(ingest.events.wait { $0.count { $0 == "main refused in-use" } == 2 })
        #expect(!ingest.events.entries.contains { $0.hasPrefix("main stopped") })
    }

    @Test("is refused when the first one, whose key was looked at for long, has just begun")
    func heardAfterDecision() throws {
        let ingest = try LiveIngest(
            LiveIngest.quickLimits {
                $0.publishTime = .milliseconds(2100)
                $0.takeoverSilenceTime = .seconds(2)
                $0.takeoverWaitTime = .seconds(10)
                $0.decisionTime = .seconds(20)
            })
        let clock = try TestClient(port: ingest.port)
        let old = try ingest.client("gated")
        try old.shakeHands()
        for step in old.publisher.profile.steps {
            if case .awaitPublish = step { continue }
            try old.take(step)
        }
        #expect(ingest.desk.asked.wait { !$0.isEmpty })
        // It is closed after longer than a publisher may be silent before it gives way.
        _ = try clock.receiveToEnd()
        ingest.desk.gate.add("open")
        try old.take(.awaitPublish)
        let outcome = TestLog<String>()
        Self.start(ingest, "gated", outcome)
        _ = try old.wait { $0.type == 4 && $0.payload.starts(with: [0, 6]) }
        try old.send(Array(GeneratedStream(seconds: 0.1).tags.prefix(1)))
        #expect(outcome.wait { $0 == ["NetStream.Publish.BadName"] })
    }

    @Test("is refused when of the first one the beginning of a TLS record comes")
    func halfRecord() throws {
        let certificate = try TestCertificate()
        let ingest = try LiveIngest(
            LiveIngest.quickLimits {
                $0.takeoverSilenceTime = .seconds(10)
                $0.takeoverWaitTime = .seconds(2)
                $0.decisionTime = .seconds(20)
                $0.drainTime = .seconds(0)
            },
            security: try TLSContext(
                certificateFile: certificate.certificateFile, keyFile: certificate.keyFile, applicationProtocols: []))
        let ended = TestLog<String>()
        for program in [Self.answersByHalfARecord, Self.challenges] {
            let port = ingest.port
            Thread.start {
                do {
                    var publisher = RTMPPublisher(.ffmpeg, key: "key-main")
                    ended.add(try SecurePublisher.run(program, port: port, [publisher.preamble()]))
                } catch {
                    ended.add("\(error)")
                }
            }
            #expect(ingest.desk.asked.wait { !$0.isEmpty })
            #expect(ingest.events.wait { $0.contains("main started") })
        }
        #expect(ended.wait { $0 == ["refused"] }, "\(ended.entries)")
        #expect(ingest.events.entries.contains("main refused in-use"), "\(ingest.events.entries)")
        let frontend = ingest.frontend
        Task(executorPreference: ingest.group.loops[0]) { await frontend.drain() }
        #expect(ended.wait { $0 == ["refused", "closed"] }, "\(ended.entries)")
    }

    private static let answersByHalfARecord = """
        say(0)
        hear(b"onStatus")
        # The ping request of the challenge: six bytes of type 4 on message stream 0.
        hear(bytes([0, 0, 6, 4, 0, 0, 0, 0, 0, 6]))
        secure.write(bytes(1000))
        raw.sendall(outgoing.read()[:500])
        while raw.recv(65536): pass
        print("closed")
        """

    private static let challenges = """
        say(0)
        hear(b"onStatus")
        print("refused" if b"NetStream.Publish.BadName" in heard else "accepted")
        """

    @Test("that leaves while the first one is being asked leaves nothing: the first goes on, a third is asked for anew")
    func leavesMeanwhile() throws {
        let ingest = try LiveIngest(
            LiveIngest.quickLimits {
                $0.takeoverSilenceTime = .seconds(10)
                $0.takeoverWaitTime = .seconds(10)
                $0.decisionTime = .seconds(20)
            }, loopCount: 2)
        let old = try ingest.client("main")
        try old.start()
        var second = RTMPPublisher(.ffmpeg, key: "key-main")
        let leaving = try TestClient(port: ingest.port)
        try leaving.send(second.preamble())
        _ = try old.wait { $0.type == 4 && $0.payload.starts(with: [0, 6]) }
        leaving.reset()
        #expect(ingest.eventually { ingest.frontend.connectionCount == 1 })
        // A ping of its own, whose answer shows that it was heard.
        let ping = old.publisher.chunks.bytes(of: .userControl(6, 7))
        try old.socket.send(ping)
        _ = try old.wait { $0.type == 4 && $0.payload.starts(with: [0, 7]) }
        let outcome = TestLog<String>()
        Self.start(ingest, "main", outcome)
        _ = try old.wait { $0.type == 4 && $0.payload.starts(with: [0, 6]) }
        try old.socket.send(ping)
        #expect(outcome.wait { $0 == ["NetStream.Publish.BadName"] })
        #expect(ingest.events.entries == ["main media-begins", "main started", "main refused in-use"])
    }

    @Test("takes the stream when the first one ends while it is being asked")
    func endsMeanwhile() throws {
        let ingest = try LiveIngest(
            LiveIngest.quickLimits {
                $0.takeoverWaitTime = .seconds(10)
                $0.takeoverSilenceTime = .seconds(10)
                $0.decisionTime = .seconds(20)
            })
        let old = try ingest.client("main")
        try old.start()
        let outcome = TestLog<String>()
        Self.start(ingest, "main", outcome)
        _ = try old.wait { $0.type == 4 && $0.payload.starts(with: [0, 6]) }
        old.socket.reset()
        #expect(outcome.wait { $0 == ["accepted"] })
    }

    @Test("with a wrong key never drives the first one out")
    func wrongKey() throws {
        let ingest = try LiveIngest(LiveIngest.quickLimits { $0.takeoverSilenceTime = .seconds(0) })
        let old = try ingest.client("main")
        try old.start()
        let wrong = try RTMPPublisherClient(port: ingest.port, RTMPPublisher(.ffmpeg, key: "main"))
        #expect(throws: RTMPPublisherClient.Failure.self) { try wrong.start() }
        #expect(ingest.frontend.streams.count == 1)
        #expect(!ingest.events.entries.contains { $0.hasPrefix("main stopped") })
    }

    @Test("and many more in a race over two loops: never two at a time, and the last is there in the end")
    func race() throws {
        let ingest = try LiveIngest(
            LiveIngest.quickLimits { $0.takeoverSilenceTime = .seconds(0) }, loopCount: 2)
        let outcome = TestLog<String>()
        let count = 24
        for _ in 0..<count { Self.start(ingest, "main", outcome) }
        #expect(outcome.wait { $0.count { $0 == "accepted" || $0 == "NetStream.Publish.BadName" } >= count })
        var isRunning = false
        for event in ingest.events.entries where event.hasPrefix("main media-") {
            #expect(isRunning == (event != "main media-begins"), "\(event)")
            isRunning = event == "main media-begins"
        }
        #expect(isRunning && ingest.frontend.streams.count == 1)
        #expect(ingest.metric("podo_rtmp_streams ") == 1)
    }
}
