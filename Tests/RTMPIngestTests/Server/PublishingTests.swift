import Primitives
import Reactor
import TestSupport
import Testing

@testable import RTMPIngest

@Suite("A publisher on a live connection") struct PublishingTests {
    @Test("is accepted, counted and ended, whatever program it is", arguments: PublisherProfile.all.map(\.name))
    func publishes(_ name: String) throws {
        let profile = try #require(PublisherProfile.all.first { $0.name == name })
        let ingest = try LiveIngest()
        let client = try ingest.client("main", profile)
        try client.start()
        #expect(ingest.events.wait { $0.contains("main started") })
        #expect(ingest.frontend.streams.map(\.stream) == ["main"])
        let stream = GeneratedStream(seconds: 1)
        try client.send(stream.tags)
        try client.end()
        client.socket.shutOutput()
        #expect(ingest.events.wait { $0.count >= 4 })
        let events = ingest.events.entries
        #expect(events.starts(with: ["main media-begins", "main started"]))
        #expect(ingest.eventually { ingest.frontend.connectionCount == 0 })
        #expect(ingest.frontend.streams.isEmpty)
        let videoCount = stream.units.count { $0.isVideo }
        #expect(ingest.metric(#"podo_rtmp_access_units_total{kind="video"}"#) == videoCount)
        #expect(ingest.metric(#"podo_rtmp_access_units_total{kind="audio"}"#) == stream.units.count - videoCount)
        #expect(ingest.metric(#"podo_rtmp_publishes_total{outcome="accepted"}"#) == 1)
        #expect(ingest.metric("podo_rtmp_streams ") == 0)
        #expect((ingest.metric("podo_rtmp_received_bytes_total") ?? 0) > 10_000)
    }

    @Test("may publish again on the same connection")
    func republishes() throws {
        let ingest = try LiveIngest()
        let client = try ingest.client("main")
        try client.start()
        try client.end()
        #expect(ingest.events.wait { $0.last == "main stopped finished" })
        _ = try client.wait { $0.command == "onStatus" && $0.code == "NetStream.Unpublish.Success" }
        try client.take(.publish(transaction: 9))
        try client.take(.awaitPublish)
        #expect(ingest.events.wait { $0.count { $0 == "main started" } == 2 })
        client.socket.close()
        #expect(ingest.events.wait { $0.last == "main stopped peer-closed" })
        #expect(
            ingest.events.entries.filter { $0.hasPrefix("main media-") } == [
                "main media-begins", "main media-finished", "main media-begins", "main media-interrupted",
            ])
    }

    @Test("loses nothing that it sent behind its publish without waiting")
    func pipelines() throws {
        let ingest = try LiveIngest()
        let stream = GeneratedStream(seconds: 1)
        var publisher = RTMPPublisher(.ffmpeg, key: "key-main")
        let client = try TestClient(port: ingest.port)
        try client.send(publisher.whole(stream.tags))
        #expect(ingest.events.wait { $0.last == "main stopped finished" })
        client.shutOutput()
        #expect(ingest.eventually { ingest.frontend.connectionCount == 0 })
        let videoCount = stream.units.count { $0.isVideo }
        #expect(ingest.metric(#"podo_rtmp_access_units_total{kind="video"}"#) == videoCount)
    }

    @Test("over TLS loses nothing of what OpenSSL held while the publish was decided")
    func pipelinesSecured() throws {
        let certificate = try TestCertificate()
        let ingest = try LiveIngest(
            security: try TLSContext(
                certificateFile: certificate.certificateFile, keyFile: certificate.keyFile, applicationProtocols: []))
        // Two records in one segment, and no end of the connection, which would wake the loop as well.
        let program = """
            secure.write(parts[0])
            say(1)
            hear(b"NetStream.Unpublish.Success")
            print("heard of the end")
            """
        let stream = GeneratedStream(seconds: 0.2)
        let tags = stream.tags.filter { $0.kind == .audio }
        var publisher = RTMPPublisher(.ffmpeg, key: "key-main")
        let parts = [publisher.preamble(), tags.flatMap { publisher.media($0) } + publisher.end()]
        #expect(parts[1].count < 8192, "OpenSSL holds all of it")
        #expect(try SecurePublisher.run(program, port: ingest.port, parts) == "heard of the end")
        #expect(ingest.events.wait { $0.contains("main stopped finished") })
        let audioCount = stream.units.count { !$0.isVideo }
        #expect(ingest.metric(#"podo_rtmp_access_units_total{kind="audio"}"#) == audioCount)
    }

    @Test("with a wrong key is told so, and no event names a stream")
    func wrongKey() throws {
        let ingest = try LiveIngest()
        let client = try RTMPPublisherClient(port: ingest.port, RTMPPublisher(.ffmpeg, key: "wrong"))
        #expect(throws: RTMPPublisherClient.Failure.self) { try client.start() }
        #expect(client.answers.last?.code == "NetStream.Publish.BadName")
        try client.receiveToEnd()
        #expect(ingest.events.entries == ["nobody refused unknown-key"])
        #expect(ingest.metric(#"podo_rtmp_publishes_total{outcome="unknown-key"}"#) == 1)
        #expect(!ingest.log.contains("wrong"))
    }

    @Test("with too many wrong keys from its address is refused unseen (S-32)")
    func guessing() throws {
        let ingest = try LiveIngest(LiveIngest.quickLimits { $0.wrongKeyCountMax = 2 })
        for _ in 0..<3 {
            let client = try RTMPPublisherClient(port: ingest.port, RTMPPublisher(.ffmpeg, key: "wrong"))
            #expect(throws: RTMPPublisherClient.Failure.self) { try client.start() }
        }
        let right = try ingest.client("main")
        #expect(throws: RTMPPublisherClient.Failure.self) { try right.start() }
        let label = "nobody refused too-many-wrong-keys"
        #expect(ingest.events.wait { $0.suffix(2) == [label, label] })
        #expect(ingest.frontend.streams.isEmpty)
    }

    @Test("is refused when the authorizer does not answer in time")
    func slowAuthorizer() throws {
        let ingest = try LiveIngest(LiveIngest.quickLimits { $0.decisionTime = .milliseconds(50) })
        let client = try ingest.client("slow")
        #expect(throws: RTMPPublisherClient.Failure.self) { try client.start() }
        #expect(client.answers.last?.code == "NetStream.Publish.Denied")
        #expect(ingest.events.entries == ["nobody refused undecided"])
    }

    @Test("is refused at once when too many are being decided, and looked at again when those are done")
    func manyDecisions() throws {
        let ingest = try LiveIngest(
            LiveIngest.quickLimits {
                $0.decisionCountMax = 1
                $0.decisionTime = .seconds(20)
            })
        var waiting = RTMPPublisher(.ffmpeg, key: "key-gated")
        let first = try TestClient(port: ingest.port)
        try first.send(waiting.preamble())
        #expect(ingest.desk.asked.wait { $0 == ["key-gated"] })
        let second = try ingest.client("main")
        #expect(throws: RTMPPublisherClient.Failure.self) { try second.start() }
        #expect(second.answers.last?.code == "NetStream.Publish.Denied")
        #expect(ingest.desk.asked.entries == ["key-gated"])
        #expect(ingest.metric(#"podo_rtmp_publishes_total{outcome="undecided"}"#) == 1)
        ingest.desk.gate.add("open")
        #expect(ingest.events.wait { $0.last == "gated started" })
        try ingest.client("main").start()
    }

    /// Takes as long as the cap looks back.
    @Test("that sends more pictures than it was granted is told so and closed (R9)")
    func capped() throws {
        // Whoever sends nothing is found stalled once a second.
        let ingest = try LiveIngest(LiveIngest.quickLimits { $0.stallTime = .milliseconds(1) })
        let client = try ingest.client("capped")
        try client.start()
        let end = "capped stopped frame-rate-exceeded"
        for second in 1...6 {
            #expect(ingest.events.wait { $0.count { $0 == "capped stalled" } == second || $0.last == end })
            // Some 25 pictures, of the ten that a second may have. It may be closed already.
            _ = try? client.send(GeneratedStream(seconds: 1).tags)
        }
        try client.receiveToEnd()
        #expect(client.answers.last?.code == "NetStream.Publish.Denied")
        #expect(ingest.events.entries.last == end)
        #expect(ingest.refused("frame-rate-exceeded") == 1)
        #expect(ingest.log.contains(#""stream":"capped""#) && ingest.log.contains("more pictures a second"))
    }

    @Test("that leaves while its key is looked at leaves nothing")
    func leavesEarly() throws {
        let ingest = try LiveIngest(LiveIngest.quickLimits { $0.decisionTime = .milliseconds(200) })
        for _ in 0..<20 {
            var publisher = RTMPPublisher(.ffmpeg, key: "key-main")
            let client = try TestClient(port: ingest.port)
            try client.send(publisher.preamble())
            client.reset()
        }
        #expect(ingest.eventually { ingest.frontend.connectionCount == 0 })
        #expect(ingest.frontend.streams.isEmpty)
        #expect(ingest.metric("podo_rtmp_streams ") == 0)
    }

    @Test("that is gone when its key is found leaves nothing, and its stream is free")
    func foundTooLate() throws {
        let ingest = try LiveIngest(LiveIngest.quickLimits { $0.decisionTime = .seconds(20) })
        var publisher = RTMPPublisher(.ffmpeg, key: "key-gated")
        let gone = try TestClient(port: ingest.port)
        try gone.send(publisher.preamble())
        #expect(ingest.desk.asked.wait { !$0.isEmpty })
        gone.reset()
        #expect(ingest.eventually { ingest.frontend.connectionCount == 0 })
        ingest.desk.gate.add("open")
        let client = try ingest.client("gated")
        try client.start()
        #expect(ingest.events.entries == ["gated media-begins", "gated started"])
        #expect(ingest.metric("podo_rtmp_streams ") == 1)
    }

    @Test("reports that it stalled, and that it went on")
    func stalls() throws {
        let ingest = try LiveIngest(LiveIngest.quickLimits { $0.stallTime = .milliseconds(1) })
        let client = try ingest.client("main")
        try client.start()
        #expect(ingest.events.wait { $0.last == "main stalled" })
        try client.send(Array(GeneratedStream(seconds: 0.1).tags))
        #expect(ingest.events.wait { $0.contains("main resumed") })
    }

    @Test("whose media cannot be used goes on, and what is left out is counted by reason")
    func drops() throws {
        let ingest = try LiveIngest()
        let client = try ingest.client("main")
        try client.start()
        try client.send([PublisherTag(.video, timestamp: 0, payload: [0x17])])
        try client.end()
        #expect(ingest.events.wait { $0.last == "main stopped finished" })
        #expect(ingest.metric(#"podo_rtmp_dropped_total{reason="tag-too-short"}"#) == 1)
    }

    @Test("leaves nothing, after many streams of different names (§3 case 17)")
    func manyStreams() throws {
        let ingest = try LiveIngest(loopCount: 2)
        for number in 0..<200 {
            var publisher = RTMPPublisher(.ffmpeg, key: "key-\(number)")
            let client = try TestClient(port: ingest.port)
            try client.send(publisher.whole(GeneratedStream(seconds: 0.1).tags))
            client.close()
        }
        #expect(ingest.eventually { ingest.frontend.connectionCount == 0 })
        #expect(ingest.frontend.streams.isEmpty)
    }
}
