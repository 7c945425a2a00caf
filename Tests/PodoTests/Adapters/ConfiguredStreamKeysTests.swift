import Observability
import RTMPIngest
import Reactor
import Testing

@testable import podo

@Suite("Configured stream keys") struct ConfiguredStreamKeysTests {
    private static let keys = ConfiguredStreamKeys(
        keys: [
            StreamKey(name: "main", key: Secret("0123456789abcdef")),
            StreamKey(name: "side", key: Secret("fedcba9876543210")),
        ], bitsPerSecondMax: 1_000_000, framesPerSecondMax: 60)

    private static func decide(_ candidates: [String], _ keys: ConfiguredStreamKeys = keys) async -> PublishDecision {
        let address = PublishAddress(application: "live", keys: candidates.map { Secret($0) })
        return await keys.authorize(address, from: .loopback(port: 1))
    }

    @Test(
        "open the stream of the first candidate that is known",
        arguments: [
            (["fedcba9876543210"], "side"), (["x", "0123456789abcdef"], "main"),
            (["fedcba9876543210", "0123456789abcdef"], "side"), (["0123456789abcde"], nil), ([], nil), (["main"], nil),
        ] as [([String], String?)])
    func candidates(_ candidates: [String], _ stream: String?) async {
        switch await Self.decide(candidates) {
        case .accepted(let grant):
            #expect(grant.stream == stream)
            #expect(grant.bitsPerSecondMax == 1_000_000 && grant.framesPerSecondMax == 60)
        case .refused(let refusal):
            #expect(stream == nil && refusal.code == .badName)
        }
    }

    @Test("that are not there at all are the operator's fault, not the publisher's")
    func none() async {
        let empty = ConfiguredStreamKeys(keys: [], bitsPerSecondMax: nil, framesPerSecondMax: nil)
        guard case .refused(let refusal) = await Self.decide(["x"], empty) else {
            Issue.record("accepted")
            return
        }
        #expect(refusal.code == .denied && refusal.description.contains("stream-keys"))
    }
}
