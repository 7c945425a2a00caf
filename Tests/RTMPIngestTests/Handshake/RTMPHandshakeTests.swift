import Crypto
import Primitives
import TestSupport
import Testing

@testable import RTMPIngest

/// Every row of reference §4.1.
@Suite("The handshake")
struct RTMPHandshakeTests {
    private static let packetByteCount = 1536

    /// What came out of a handshake that was fed pieces.
    private struct Outcome: Equatable {
        var output: [UInt8] = []
        var isDone = false
        /// What was left behind C2.
        var rest: [UInt8] = []
    }

    private static func outcome(of pieces: [[UInt8]]) throws(HandshakeError) -> Outcome {
        var handshake = RTMPHandshake(random: FastRandom(seed: 7))
        var outcome = Outcome()
        for piece in pieces {
            var offset = 0
            if !outcome.isDone { outcome.isDone = try handshake.next(piece.span.bytes, &offset, &outcome.output) }
            outcome.rest += piece[offset...]
        }
        return outcome
    }

    /// C1 as a plain client makes it: four zeros for the version.
    private static func plainRequest() -> [UInt8] {
        var random = SplitMix(seed: 1)
        return [0, 0, 1, 2, 0, 0, 0, 0] + random.bytes(1528)
    }

    /// C1 as Flash makes it. Written apart from the code it tests, from the reference alone.
    private static func signedRequest(digestBlock: Int, seed: UInt64 = 2) -> (bytes: [UInt8], digest: [UInt8]) {
        var random = SplitMix(seed: seed)
        var request: [UInt8] = [0, 0, 1, 2, 9, 0, 124, 2] + random.bytes(1528)
        let start = Self.digestStart(request, digestBlock)
        let key = Array("Genuine Adobe Flash Player 001".utf8)
        let digest = HMACSHA256.code(of: Array(request[..<start] + request[(start + 32)...]), key: key)
        request.replaceSubrange(start..<start + 32, with: digest)
        return (request, digest)
    }

    private static func digestStart(_ packet: [UInt8], _ block: Int) -> Int {
        (Int(packet[block]) + Int(packet[block + 1]) + Int(packet[block + 2]) + Int(packet[block + 3])) % 728 + block
            + 4
    }

    private static let serverKey = Array("Genuine Adobe Flash Media Server 001".utf8)
    private static let serverKeyRest: [UInt8] = [
        0xF0, 0xEE, 0xC2, 0x4A, 0x80, 0x68, 0xBE, 0xE8, 0x2E, 0x00, 0xD0, 0xD1, 0x02, 0x9E, 0x7E, 0x57,
        0x6E, 0xEC, 0x5D, 0x2D, 0x29, 0x80, 0x6F, 0xAB, 0x93, 0xB8, 0xE6, 0x36, 0xCF, 0xEB, 0x31, 0xAE,
    ]

    @Test("C0: version 3, and every other below 32 but TLS, is answered with version 3")
    func versions() throws {
        for version in 0..<32 as Range<UInt8> where version != 0x16 {
            let outcome = try Self.outcome(of: [[version] + Self.plainRequest()])
            #expect(outcome.output.first == 3, "version \(version)")
            #expect(outcome.output.count == 1 + 2 * Self.packetByteCount)
        }
    }

    @Test("C0: TLS, HTTP and versions of text are refused by the first byte, each by its name")
    func othersAreRefused() {
        let cases: [(UInt8, HandshakeError)] = [
            (0x16, .secureTransport), (UInt8(ascii: "G"), .http), (UInt8(ascii: "P"), .http),
            (UInt8(ascii: "O"), .http), (UInt8(ascii: "H"), .http), (32, .version(32)), (127, .version(127)),
            (255, .version(255)), (UInt8(ascii: "<"), .version(60)),
        ]
        for (byte, error) in cases {
            #expect(throws: error) { try Self.outcome(of: [[byte]]) }
            #expect(throws: error) { try Self.outcome(of: [[byte, 3, 1, 2], [1]]) }
        }
    }

    @Test("C0: a refusal is final")
    func refusalIsFinal() throws {
        var handshake = RTMPHandshake(random: FastRandom(seed: 1))
        var output: [UInt8] = []
        for byte in [0x16, 3] as [UInt8] {
            var offset = 0
            #expect(throws: HandshakeError.secureTransport) {
                _ = try handshake.next([byte].span.bytes, &offset, &output)
            }
        }
        #expect(output == [])
    }

    @Test("C1: nothing is answered before it is complete, then S0, S1 and S2 together")
    func answerComesWithTheLastByte() throws {
        let bytes = [3] + Self.plainRequest()
        #expect(try Self.outcome(of: [Array(bytes.dropLast())]).output == [])
        #expect(try Self.outcome(of: [bytes]).output.count == 1 + 2 * Self.packetByteCount)
        #expect(try !Self.outcome(of: [bytes]).isDone)
    }

    @Test("Simple: S1 has zeros for its version, S2 is C1 to the byte")
    func simple() throws {
        let request = Self.plainRequest()
        let output = try Self.outcome(of: [[3] + request]).output
        #expect(output[5..<9] == [0, 0, 0, 0])
        #expect(Array(output[1537...]) == request)
        // The rest of S1 is random, not a repetition.
        #expect(Set(output[9..<1537]).count > 200)
    }

    @Test("Complex: with a wrong digest in C1 the handshake is the simple one, never a refusal")
    func wrongDigest() throws {
        for block in [8, 772] {
            var request = Self.signedRequest(digestBlock: block).bytes
            request[1535] ^= 1
            let output = try Self.outcome(of: [[3] + request]).output
            #expect(output[5..<9] == [0, 0, 0, 0])
            #expect(Array(output[1537...]) == request)
        }
    }

    @Test(
        "Complex: both layouts are recognised, S1 is signed in the same one, S2 with the client's digest",
        arguments: [8, 772])
    func digests(block: Int) throws {
        for seed in 10..<30 as Range<UInt64> {
            let request = Self.signedRequest(digestBlock: block, seed: seed)
            let output = try Self.outcome(of: [[3] + request.bytes]).output
            let first = Array(output[1..<1537])
            #expect(first[4] >= 3)
            let start = Self.digestStart(first, block)
            let signed = Array(first[..<start] + first[(start + 32)...])
            #expect(Array(first[start..<start + 32]) == HMACSHA256.code(of: signed, key: Self.serverKey))

            let second = Array(output[1537...])
            let key = HMACSHA256.code(of: request.digest, key: Self.serverKey + Self.serverKeyRest)
            #expect(Array(second[1504...]) == HMACSHA256.code(of: Array(second[..<1504]), key: key))
        }
    }

    @Test("C2: any content ends the handshake, and pipelined bytes behind it are left unread")
    func anythingEndsIt() throws {
        for content in [0, 0xFF] as [UInt8] {
            let second = [UInt8](repeating: content, count: Self.packetByteCount)
            let outcome = try Self.outcome(of: [[3] + Self.plainRequest() + second + [3, 1, 2]])
            #expect(outcome.isDone)
            #expect(outcome.rest == [3, 1, 2])
            #expect(try !Self.outcome(of: [[3] + Self.plainRequest() + second.dropLast()]).isDone)
        }
    }

    @Test("Any segmentation gives the same answer", arguments: [0, 8, 772])
    func segmentation(block: Int) throws {
        let request = block == 0 ? Self.plainRequest() : Self.signedRequest(digestBlock: block).bytes
        let bytes = [3] + request + [UInt8](repeating: 9, count: Self.packetByteCount)
        let expected = try Self.outcome(of: [bytes])
        #expect(expected.isDone)
        // A handshake happens once: what the verifier repeats is left behind it.
        let verifier = DecoderVerifier { pieces in
            var outcome = try Self.outcome(of: pieces)
            let again = Array(outcome.rest)
            outcome.rest = []
            let first = outcome.isDone ? [outcome] : []
            return try first + (again.isEmpty ? [] : Self.repeated(again))
        }
        #expect(verifier.violations(of: bytes, decodingTo: [expected]) == [])
    }

    private static func repeated(_ bytes: [UInt8]) throws -> [Outcome] {
        var outcomes: [Outcome] = []
        var rest = bytes
        while !rest.isEmpty {
            var outcome = try Self.outcome(of: [rest])
            rest = outcome.rest
            outcome.rest = []
            outcomes.append(outcome)
        }
        return outcomes
    }
}
