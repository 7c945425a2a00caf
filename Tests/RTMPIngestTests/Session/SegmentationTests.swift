import RTMPIngest
import TestSupport
import Testing

/// However the network cut the bytes.
@Suite("A session does the same however its input was cut")
struct SegmentationTests {
    @Test("steps and output of every client are the same", arguments: ClientScripts.all.indices)
    func conversations(index: Int) {
        let bytes = ClientBytes.handshake + ClientScripts.all[index]
        let whole = Self.run([bytes])
        #expect(Self.run(bytes.map { [$0] }) == whole, "byte by byte")
        var random = SplitMix(seed: UInt64(index))
        for round in 0..<25 {
            var pieces: [[UInt8]] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = 1 + random.next(below: round % 2 == 0 ? 40 : 900)
                pieces.append(Array(rest.prefix(count)))
                rest = rest.dropFirst(count)
            }
            #expect(Self.run(pieces) == whole, "round \(round)")
        }
    }

    @Test("messages of a publish pass the decoder verifier")
    func verifier() {
        var client = ClientBytes()
        client.userControl(6, 77)
        client.message(8, ClientScripts.audio, chunkStream: 4, stream: 1)
        client.message(9, ClientScripts.video, chunkStream: 6, stream: 1)
        client.command("getStreamLength", 9)
        client.message(22, [1, 2, 3], chunkStream: 6, stream: 0)
        let expected = Self.events(of: [client.bytes])
        #expect(expected.map { String($0.prefix(8)) } == ["control ", "media 8 ", "media 9 ", "_result ", "media 22"])
        let verifier = DecoderVerifier { pieces in Self.events(of: pieces) }
        #expect(verifier.violations(of: client.bytes, decodingTo: expected) == [])
    }

    @Test("a connection that ends anywhere was no error until then")
    func truncated() {
        let bytes = ClientBytes.handshake + ClientScripts.obs
        for length in stride(from: 0, to: bytes.count, by: 7) {
            var conversation = Conversation()
            conversation.give(Array(bytes.prefix(length)))
            #expect(conversation.error == nil, "\(length)")
        }
    }

    private static func run(_ pieces: [[UInt8]]) -> [String] {
        var conversation = Conversation()
        for piece in pieces { conversation.give(piece) }
        return conversation.steps + [conversation.sent.description]
    }

    /// What pieces cause once a publish goes on.
    private static func events(of pieces: [[UInt8]]) -> [String] {
        var conversation = Self.publishing
        let before = conversation.events.count
        for piece in pieces { conversation.give(piece) }
        return Array(conversation.events.dropFirst(before))
    }

    private static let publishing = Conversation.publishing()
}
