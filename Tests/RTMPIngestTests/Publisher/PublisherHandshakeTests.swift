internal import TestSupport
internal import Testing

/// The handshake as a strict publisher checks it, by code that shares nothing with the server's.
@Suite("Handshakes of the test publisher")
struct PublisherHandshakeTests {
    @Test("§4.1 S0, S1 and S2 are as the publisher wants them", arguments: PublisherHandshake.Kind.allCases)
    func answers(_ kind: PublisherHandshake.Kind) throws {
        let ingest = try LiveIngest()
        for seed in 1...20 {
            let publisher = RTMPPublisher(
                key: "key-main", handshake: PublisherHandshake(kind, seed: UInt64(seed)))
            let client = try RTMPPublisherClient(port: ingest.port, publisher)
            try client.shakeHands()
            #expect(publisher.handshake.fault(in: client.handshakeAnswer) == nil, "seed \(seed)")
        }
    }
}
