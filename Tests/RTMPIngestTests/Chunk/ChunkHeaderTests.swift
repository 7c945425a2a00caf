import RTMPIngest
import TestSupport
import Testing

/// The forms of chunk headers: reference §4.2 and §3, cases 4, 7 and 8.
@Suite("Chunk headers")
struct ChunkHeaderTests {
    private func violations(_ bytes: [UInt8], _ expected: [DecodedMessage]) -> [String] {
        DecoderVerifier { try ChunkDecoder.messages(in: $0) }.violations(of: bytes, decodingTo: expected)
    }

    @Test("§4.2 csid forms, §3 case 4: ids 2 to 65599 are understood in one, two and three bytes")
    func chunkStreamIDForms() {
        let cases: [(Int, ChunkBytes.StreamIDForm)] = [
            (2, .shortest), (3, .shortest), (63, .shortest), (64, .twoBytes), (64, .threeBytes), (319, .twoBytes),
            (319, .threeBytes), (320, .threeBytes), (65599, .threeBytes),
        ]
        for (id, form) in cases {
            let bytes = ChunkBytes.of {
                $0.absolute(id, 10, 9, count: 3, form: form)
                $0.payload([1, 2, 3])
                $0.repetition(id, form: form)
                $0.payload([4, 5, 6])
            }
            // An absolute timestamp repeated by format 3 counts as a difference while it stays near the media.
            let expected = [DecodedMessage(id, 10, 9, [1, 2, 3]), DecodedMessage(id, 20, 9, [4, 5, 6])]
            #expect(self.violations(bytes, expected) == [], "id \(id), \(form)")
        }
    }

    @Test("§4.2 csid forms: one id in its two-byte and its three-byte form is one chunk stream")
    func chunkStreamIDFormsMixed() throws {
        let bytes = ChunkBytes.of {
            $0.absolute(64, 100, 8, count: 130, form: .twoBytes)
            $0.payload([UInt8](repeating: 1, count: 128))
            $0.repetition(64, form: .threeBytes)
            $0.payload([2, 2])
        }
        let payload = [UInt8](repeating: 1, count: 128) + [2, 2]
        #expect(try ChunkDecoder.messages(in: [bytes]) == [DecodedMessage(64, 100, 8, payload)])
    }

    @Test("§4.2 formats: 0 to 3 lean on the header before, also at the first message of each kind")
    func formats() {
        let bytes = ChunkBytes.of {
            $0.absolute(4, 1000, 8, count: 2, streamID: 7)
            $0.payload([1, 2])
            $0.difference(4, 23, 9, count: 1)
            $0.payload([3])
            $0.difference(4, 40)
            $0.payload([4])
            $0.repetition(4)
            $0.payload([5])
            $0.repetition(4)
            $0.payload([6])
        }
        let expected = [
            DecodedMessage(4, 1000, 8, [1, 2], streamID: 7), DecodedMessage(4, 1023, 9, [3], streamID: 7),
            DecodedMessage(4, 1063, 9, [4], streamID: 7), DecodedMessage(4, 1103, 9, [5], streamID: 7),
            DecodedMessage(4, 1143, 9, [6], streamID: 7),
        ]
        #expect(self.violations(bytes, expected) == [])
    }

    @Test("§4.2 msid: the message stream id is little-endian")
    func messageStreamID() throws {
        let bytes: [UInt8] = [0x04, 0, 0, 5, 0, 0, 1, 8, 1, 2, 0, 0, 0xFF]
        #expect(try ChunkDecoder.messages(in: [bytes]) == [DecodedMessage(4, 5, 8, [0xFF], streamID: 0x201)])
    }

    @Test("§3 case 8: format 1 on a fresh chunk stream is a ping's answer of librtmp, its difference the timestamp")
    func firstHeaderIsFormat1() {
        let bytes = ChunkBytes.of {
            $0.difference(2, 77, 4, count: 6)
            $0.payload([0, 7, 1, 2, 3, 4])
        }
        let outcome = ChunkDecoder.outcome(of: [bytes])
        #expect(outcome.error == nil)
        #expect(outcome.messages == [DecodedMessage(2, 77, 4, [0, 7, 1, 2, 3, 4], streamID: 0)])
    }

    @Test("§4.2: formats 2 and 3 on a fresh chunk stream are refused")
    func firstHeaderLeansOnNothing() {
        let verifier = DecoderVerifier { try ChunkDecoder.messages(in: $0) }
        let second = ChunkBytes.of { $0.difference(5, 10) } + [0, 0]
        let third = ChunkBytes.of { $0.repetition(5) } + [0, 0]
        for bytes in [second, third] {
            let found = verifier.violations(ofRefusing: bytes, within: 4) {
                $0 as? ChunkError == .headerWithoutPrevious
            }
            #expect(found == [])
        }
    }

    @Test("§4.2 fmt3 starting a message: after format 0 the timestamp is added only within 10 s of the last media")
    func format3AfterFormat0() throws {
        let cases: [(first: UInt32, second: UInt32)] = [
            (0, 0), (20, 40), (10_000, 20_000), (10_001, 10_001), (50_000, 50_000), (0xFFFF_FFF0, 0xFFFF_FFE0),
        ]
        for (first, second) in cases {
            let isExtended = first >= 0xFF_FFFF
            let bytes = ChunkBytes.of {
                $0.absolute(6, first, 9, count: 1)
                $0.payload([1])
                $0.repetition(6, extended: isExtended ? first : nil)
                $0.payload([2])
            }
            let expected = [DecodedMessage(6, first, 9, [1]), DecodedMessage(6, second, 9, [2])]
            #expect(try ChunkDecoder.messages(in: [bytes]) == expected, "after \(first)")
        }
    }

    @Test("§4.2 fmt3 starting a message: before any media a repeated absolute timestamp adds nothing")
    func format3WithoutMedia() throws {
        let bytes = ChunkBytes.of {
            $0.absolute(3, 5, 20, count: 1, streamID: 0)
            $0.payload([1])
            $0.repetition(3)
            $0.payload([2])
        }
        #expect(try ChunkDecoder.messages(in: [bytes]).map(\.timestamp) == [5, 5])
    }

    @Test("§4.2 new header on an unfinished message: formats 1 with the same length and 2 go on with it")
    func headersThatContinue() {
        let payload = (0..<300).map { UInt8(truncatingIfNeeded: $0) }
        let bytes = ChunkBytes.of {
            $0.absolute(4, 500, 9, count: 300)
            $0.payload(payload[0..<128])
            $0.difference(4, 40, 9, count: 300)
            $0.payload(payload[128..<256])
            $0.difference(4, 40)
            $0.payload(payload[256...])
        }
        #expect(self.violations(bytes, [DecodedMessage(4, 500, 9, payload)]) == [])
    }

    @Test("§3 case 7: format 0, and format 1 with another length, give the unfinished message up", arguments: [0, 1])
    func headersThatAbandon(format: Int) {
        let bytes = ChunkBytes.of {
            $0.absolute(4, 500, 9, count: 300)
            $0.payload([UInt8](repeating: 1, count: 128))
            if format == 0 {
                $0.absolute(4, 540, 9, count: 3)
            } else {
                $0.difference(4, 40, 9, count: 3)
            }
            $0.payload([7, 8, 9])
        }
        #expect(self.violations(bytes, [DecodedMessage(4, 540, 9, [7, 8, 9])]) == [])
        #expect(ChunkDecoder.outcome(of: [bytes]).decoder.abandonedMessageCount == 1)
    }

    @Test("§3 case 7: after Abort a new format 0 begins a message, and so does a format 3")
    func abortThenHeader() {
        let bytes = ChunkBytes.of {
            $0.absolute(4, 500, 9, count: 130)
            $0.payload([UInt8](repeating: 1, count: 128))
            $0.abort(4)
            $0.absolute(4, 540, 9, count: 3)
            $0.payload([7, 8, 9])
            $0.difference(4, 20, 9, count: 129)
            $0.payload([UInt8](repeating: 2, count: 128))
            $0.abort(4)
            $0.repetition(4)
            $0.payload([UInt8](repeating: 3, count: 128))
            $0.repetition(4)
            $0.payload([3])
        }
        let expected = [
            DecodedMessage(4, 540, 9, [7, 8, 9]),
            DecodedMessage(4, 580, 9, [UInt8](repeating: 3, count: 129)),
        ]
        #expect(self.violations(bytes, expected) == [])
        #expect(ChunkDecoder.outcome(of: [bytes]).decoder.abandonedMessageCount == 2)
    }
}
