import RTMPIngest
import TestSupport
import Testing

/// Set Chunk Size, Abort, interleaving and messages that are passed on: reference §4.2, §4.4 and §3, cases 4 to 10.
@Suite("Chunk control")
struct ChunkControlTests {
    private func violations(_ bytes: [UInt8], _ expected: [DecodedMessage]) -> [String] {
        DecoderVerifier { try ChunkDecoder.messages(in: $0) }.violations(of: bytes, decodingTo: expected)
    }

    private static func payload(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) } }

    @Test(
        "§4.4 row 1, §3 case 5: chunk sizes 1 to 0x7FFFFFFF are obeyed, on whichever chunk stream they come",
        arguments: [1, 2, 127, 128, 4096, 65536, 0xFF_FFFF, 0x7FFF_FFFF] as [UInt32])
    func chunkSizes(size: UInt32) {
        let payload = Self.payload(200)
        for id in [2, 3, 4, 5, 64] {
            let bytes = ChunkBytes.of {
                $0.setChunkSize(size, id: id)
                $0.absolute(6, 40, 9, count: payload.count)
                $0.payload(6, payload, chunk: Int(min(size, 1 << 20)))
            }
            let outcome = ChunkDecoder.outcome(of: [bytes])
            #expect(outcome.error == nil)
            #expect(outcome.messages == [DecodedMessage(6, 40, 9, payload)])
        }
        let bytes = ChunkBytes.of {
            $0.setChunkSize(size)
            $0.absolute(6, 40, 9, count: 20)
            $0.payload(6, Self.payload(20), chunk: Int(min(size, 1 << 20)))
        }
        // Several in a row are tried too, and with chunks of 1 or 2 bytes the next control message is itself cut.
        if size >= 4 { #expect(self.violations(bytes, [DecodedMessage(6, 40, 9, Self.payload(20))]) == []) }
    }

    @Test("§4.4 row 1, §3 case 5: a chunk size of zero, with a set top bit, or of fewer than four bytes is refused")
    func chunkSizesRefused() {
        let verifier = DecoderVerifier { try ChunkDecoder.messages(in: $0) }
        let short = ChunkBytes.of {
            $0.absolute(2, 0, 1, count: 3, streamID: 0)
            $0.payload([0, 1, 0])
        }
        let empty = ChunkBytes.of { $0.absolute(2, 0, 1, count: 0, streamID: 0) }
        let refused = [0, 0x8000_0000, 0xFFFF_FFFF, 0x8000_0080].map { size in ChunkBytes.of { $0.setChunkSize(size) } }
        for bytes in refused + [short, empty] {
            let found = verifier.violations(ofRefusing: bytes, within: 16) { $0 as? ChunkError == .chunkSizeInvalid }
            #expect(found == [])
        }
    }

    @Test("An error is final: what comes after it is not read")
    func errorIsFinal() throws {
        var decoder = ChunkDecoder(limits: RTMPLimits())
        var messages: [DecodedMessage] = []
        let bad = ChunkBytes.of { $0.setChunkSize(0) }
        #expect(throws: ChunkError.chunkSizeInvalid) { try decoder.feed(bad, to: &messages) }
        let good = ChunkBytes.of { $0.absolute(4, 0, 8, count: 0) }
        #expect(throws: ChunkError.chunkSizeInvalid) { try decoder.feed(good, to: &messages) }
        #expect(messages == [])
    }

    @Test("§4.2 interleaving, §3 case 5: a new chunk size counts from the next chunk on, amid other messages")
    func chunkSizeAmidMessage() {
        let video = Self.payload(400)
        let audio = Self.payload(140)
        let bytes = ChunkBytes.of {
            $0.setChunkSize(128)
            $0.absolute(6, 40, 9, count: 400)
            $0.payload(video[0..<128])
            $0.absolute(4, 41, 8, count: 140)
            $0.payload(audio[0..<128])
            $0.setChunkSize(50)
            $0.repetition(6)
            $0.payload(video[128..<178])
            $0.repetition(4)
            $0.payload(audio[128...])
            $0.setChunkSize(1000)
            $0.repetition(6)
            $0.payload(video[178...])
        }
        let expected = [DecodedMessage(4, 41, 8, audio), DecodedMessage(6, 40, 9, video)]
        #expect(self.violations(bytes, expected) == [])
    }

    @Test("§4.2 interleaving: messages of three chunk streams cross at chunk boundaries, with a ping amid them")
    func interleaving() {
        let payloads = [3: Self.payload(257), 6: Self.payload(300), 64: Self.payload(256)]
        let bytes = ChunkBytes.of {
            for id in [6, 64, 3] {
                $0.absolute(id, 9, 9, count: payloads[id, default: []].count)
                $0.payload(payloads[id, default: []].prefix(128))
            }
            $0.absolute(2, 0, 4, count: 6, streamID: 0)
            $0.payload([0, 6, 0, 0, 0, 1])
            for id in [3, 6, 64] {
                $0.repetition(id)
                $0.payload(payloads[id, default: []].dropFirst(128).prefix(128))
            }
            for id in [6, 3] {
                $0.repetition(id)
                $0.payload(payloads[id, default: []].dropFirst(256))
            }
        }
        let expected = [
            DecodedMessage(2, 0, 4, [0, 6, 0, 0, 0, 1], streamID: 0),
            DecodedMessage(64, 9, 9, payloads[64, default: []]), DecodedMessage(6, 9, 9, payloads[6, default: []]),
            DecodedMessage(3, 9, 9, payloads[3, default: []]),
        ]
        #expect(self.violations(bytes, expected) == [])
    }

    @Test(
        "§4.4 row 2: Abort drops the unfinished message of any chunk stream, 64 and above too",
        arguments: [4, 64, 65599])
    func abort(id: Int) {
        let bytes = ChunkBytes.of {
            $0.absolute(id, 10, 9, count: 200)
            $0.payload(Self.payload(128))
            $0.abort(UInt32(id))
            $0.difference(id, 5, 9, count: 2)
            $0.payload([1, 2])
        }
        #expect(self.violations(bytes, [DecodedMessage(id, 15, 9, [1, 2])]) == [])
    }

    @Test("§4.4 row 2, S-30: Abort of an unknown or finished chunk stream, or without an id, changes nothing")
    func abortOfNothing() {
        let bytes = ChunkBytes.of {
            $0.absolute(4, 10, 9, count: 129)
            $0.payload([UInt8](repeating: 1, count: 128))
            for id in [2, 5, 70000, 0xFFFF_FFFF, 0] as [UInt32] { $0.abort(id) }
            $0.absolute(2, 0, 2, count: 1, streamID: 0)
            $0.payload([4])
            $0.absolute(2, 0, 2, count: 0, streamID: 0)
            $0.repetition(4)
            $0.payload([2])
        }
        let outcome = ChunkDecoder.outcome(of: [bytes])
        #expect(outcome.messages == [DecodedMessage(4, 10, 9, [UInt8](repeating: 1, count: 128) + [2])])
        #expect(outcome.error == nil)
        #expect(outcome.decoder.abandonedMessageCount == 0)
    }

    @Test("§3 case 9: control messages and unknown types are passed on unread, of any length and chunk stream")
    func unknownTypes() {
        let cases: [(type: UInt8, payload: [UInt8])] = [
            (4, [0, 31, 0, 0, 0, 1]), (4, [0, 32, 0, 0, 0, 1]), (4, [0, 0x1A]), (4, []), (3, [0, 0, 0, 1]), (21, [1]),
            (23, []), (255, Self.payload(100)), (0, [9]),
        ]
        for id in [2, 3, 6, 320] {
            let bytes = ChunkBytes.of {
                for (type, payload) in cases {
                    $0.absolute(id, 0, type, count: payload.count, streamID: 0)
                    $0.payload(payload)
                }
            }
            let expected = cases.map { DecodedMessage(id, 0, $0.type, $0.payload, streamID: 0) }
            #expect(ChunkDecoder.outcome(of: [bytes]).messages == expected)
            #expect(ChunkDecoder.outcome(of: bytes.map { [$0] }).messages == expected)
        }
    }

    @Test("§3 case 10: messages of 0, 1 and 2 bytes are messages, in every format")
    func tinyMessages() {
        let bytes = ChunkBytes.of {
            $0.absolute(4, 10, 8, count: 0)
            $0.difference(4, 10, 8, count: 1)
            $0.payload([0xAF])
            $0.difference(4, 10, 8, count: 2)
            $0.payload([0xAF, 1])
            $0.difference(4, 10, 8, count: 0)
            $0.difference(4, 20)
            $0.repetition(4)
            $0.absolute(4, 100, 9, count: 1)
            $0.payload([0x17])
        }
        let expected = [
            DecodedMessage(4, 10, 8, []), DecodedMessage(4, 20, 8, [0xAF]), DecodedMessage(4, 30, 8, [0xAF, 1]),
            DecodedMessage(4, 40, 8, []), DecodedMessage(4, 60, 8, []), DecodedMessage(4, 80, 8, []),
            DecodedMessage(4, 100, 9, [0x17]),
        ]
        #expect(self.violations(bytes, expected) == [])
    }
}
