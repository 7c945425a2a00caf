import Primitives
import Reactor
import TestSupport
import Testing

@testable import RTMPIngest

@Suite("A stream key that is taken back (S-32)") struct KeyRevocationTests {
    @Test("ends whoever publishes with it, and nobody else, within about a second", arguments: [1, 2])
    func live(_ loopCount: Int) throws {
        let ingest = try LiveIngest(loopCount: loopCount)
        let (robbed, other) = (try ingest.client("main"), try ingest.client("other"))
        try robbed.start()
        try other.start()
        let start = MonotonicTime.now
        ingest.desk.revoked.add("main")
        try robbed.receiveToEnd()
        #expect(MonotonicTime.now - start < .milliseconds(1500))
        #expect(robbed.answers.last?.code == "NetStream.Publish.Denied")
        #expect(ingest.events.wait { $0.contains("main stopped key-revoked") })
        // The stream may go on with another key.
        #expect(ingest.events.entries.contains("main media-interrupted"))
        #expect(ingest.metric(#"podo_rtmp_publish_ends_total{reason="key-revoked"}"#) == 1)
        #expect(ingest.frontend.streams.map(\.stream) == ["other"])
    }
}
