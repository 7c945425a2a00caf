import RTMPIngest
import TestSupport
import Testing

/// What a peer can make the decoder hold: reference §3 case 6, and S-30 and S-31 of the security reference.
@Suite("Chunk limits")
struct ChunkLimitTests {
    @Test("§3 case 6: a keyframe of 8 MB passes, a message declared above 16 MiB is refused at its header")
    func messageSizes() throws {
        let payload = [UInt8](repeating: 0x55, count: 8_000_000)
        let bytes = ChunkBytes.of {
            $0.setChunkSize(65536)
            $0.absolute(6, 0, 9, count: payload.count)
            $0.payload(6, payload, chunk: 65536)
        }
        let pieces = stride(from: 0, to: bytes.count, by: 50_000).map {
            Array(bytes[$0..<min($0 + 50_000, bytes.count)])
        }
        #expect(try ChunkDecoder.messages(in: pieces) == [DecodedMessage(6, 0, 9, payload)])

        // 24 bits cannot say 17 MB: the bound is tried with a smaller one.
        var limits = RTMPLimits()
        limits.messageByteCountMax = 1000
        let largest = ChunkBytes.of { $0.absolute(6, 0, 9, count: 1000) }
        #expect(ChunkDecoder.outcome(of: [largest], limits: limits).error == nil)
        let verifier = DecoderVerifier { try ChunkDecoder.messages(in: $0, limits: limits) }
        let larger = ChunkBytes.of { $0.absolute(6, 0, 9, count: 1001) }
        let largerDifference = ChunkBytes.of { $0.difference(6, 0, 9, count: 1001) }
        #expect(verifier.violations(ofRefusing: larger, within: 12) { $0 as? ChunkError == .messageTooLarge } == [])
        let found = verifier.violations(ofRefusing: largerDifference, within: 8) {
            $0 as? ChunkError == .messageTooLarge
        }
        #expect(found == [])
    }

    @Test("§3 case 6: before a publish is accepted, unfinished messages hold at most 64 KiB, after it what media needs")
    func unproven() {
        let payload = [UInt8](repeating: 1, count: 64 * 1024)
        func message(_ count: Int) -> [UInt8] {
            ChunkBytes.of {
                $0.absolute(6, 0, 20, count: count)
                $0.payload(6, [UInt8](repeating: 1, count: count), chunk: 128)
            }
        }
        for pieces in [[message(payload.count)], message(payload.count).map { [$0] }] {
            let outcome = ChunkDecoder.outcome(of: pieces, isProven: false)
            #expect(outcome.error == nil)
            #expect(outcome.messages.count == 1)
        }
        for pieces in [[message(payload.count + 1)], message(payload.count + 1).map { [$0] }] {
            #expect(ChunkDecoder.outcome(of: pieces, isProven: false).error == .tooMuchUnfinished)
            #expect(ChunkDecoder.outcome(of: pieces, isProven: true).error == nil)
        }
        // A chunk that announces more is refused at its header, whether or not the input has it all.
        let single = ChunkBytes.of {
            $0.setChunkSize(1_000_000)
            $0.absolute(6, 0, 20, count: 64 * 1024 + 1)
        }
        for pieces in [[single], [single + payload + [1]], single.map { [$0] }] {
            let outcome = ChunkDecoder.outcome(of: pieces, isProven: false)
            #expect(outcome.error == .tooMuchUnfinished)
            #expect(outcome.messages == [])
        }
    }

    @Test("S-30: 16 MiB declared on every chunk stream takes memory for the bytes that came, not for the lie")
    func declaredSizes() {
        var bytes = ChunkBytes()
        for id in 2..<66 {
            bytes.absolute(id, 0, 9, count: 0xFF_FFFF)
            bytes.payload([UInt8](repeating: 1, count: 128))
        }
        for isProven in [false, true] {
            for pieces in [[bytes.bytes], bytes.bytes.map { [$0] }] {
                let outcome = ChunkDecoder.outcome(of: pieces, isProven: isProven)
                #expect(outcome.error == nil)
                #expect(outcome.decoder.heldByteCount <= 64 * 128 * 3)
            }
        }
        bytes.absolute(70, 0, 9, count: 1)
        #expect(ChunkDecoder.outcome(of: [bytes.bytes], isProven: true).error == .tooManyChunkStreams)
    }

    @Test("S-30: a chunk size of 0x7FFFFFFF and a length that nobody sends reserve nothing")
    func chunkSizeLie() {
        let bytes = ChunkBytes.of {
            $0.setChunkSize(0x7FFF_FFFF)
            $0.absolute(6, 0, 9, count: 0xFF_FFFF)
            $0.payload([UInt8](repeating: 1, count: 1000))
        }
        let outcome = ChunkDecoder.outcome(of: [bytes])
        #expect(outcome.error == nil)
        #expect(outcome.decoder.heldByteCount < 4096)
    }

    @Test("All unfinished messages together keep within their budget, and what is given up is given back")
    func partialBudget() {
        var limits = RTMPLimits()
        limits.partialByteCountMax = 512
        let bytes = ChunkBytes.of {
            for id in 3..<6 {
                $0.absolute(id, 0, 9, count: 1000)
                $0.payload([UInt8](repeating: 1, count: 128))
            }
            $0.abort(4)
            for id in [3, 4, 5] {
                $0.absolute(id, 0, 9, count: 1000)
                $0.payload([UInt8](repeating: 1, count: 128))
            }
        }
        #expect(ChunkDecoder.outcome(of: [bytes], limits: limits).error == nil)
        let more = ChunkBytes.of {
            $0.payload(bytes)
            $0.absolute(7, 0, 9, count: 128)
            $0.payload([UInt8](repeating: 1, count: 128))
            $0.absolute(7, 0, 9, count: 129)
            $0.payload([UInt8](repeating: 1, count: 128))
            $0.repetition(7)
        }
        for pieces in [[more], more.map { [$0] }] {
            let outcome = ChunkDecoder.outcome(of: pieces, limits: limits)
            #expect(outcome.error == .tooMuchUnfinished)
            #expect(outcome.messages.count == 1)
        }
    }

    @Test("§4.2 csid forms: of more chunk streams than 64 the one silent for longest is forgotten")
    func eviction() {
        func outcome(_ write: (inout ChunkBytes) -> Void) -> ChunkError? {
            let bytes = ChunkBytes.of { chunks in
                for id in 2..<66 { chunks.absolute(id, 0, 8, count: 0) }
                chunks.difference(2, 1)
                write(&chunks)
            }
            return ChunkDecoder.outcome(of: [bytes]).error
        }
        #expect(outcome { $0.difference(3, 1) } == nil)
        // The 65th takes the place of 3, as 2 spoke again.
        #expect(
            outcome {
                $0.absolute(66, 0, 8, count: 0); $0.difference(2, 1)
            } == nil)
        #expect(
            outcome {
                $0.absolute(66, 0, 8, count: 0); $0.difference(66, 1)
            } == nil)
        #expect(
            outcome {
                $0.absolute(66, 0, 8, count: 0); $0.difference(3, 1)
            } == .headerWithoutPrevious)
        // An unfinished message keeps its chunk stream.
        let kept = ChunkBytes.of {
            $0.absolute(65599, 3, 9, count: 129)
            $0.payload([UInt8](repeating: 1, count: 128))
            for id in 100..<1000 { $0.absolute(id, 0, 8, count: 0) }
            $0.repetition(65599)
            $0.payload([1])
        }
        #expect(ChunkDecoder.outcome(of: [kept]).messages.last?.payload.count == 129)
    }

    @Test("S-31: small chunks and messages are counted, empty and control messages too; chunks of 128 bytes are not")
    func counters() {
        let bytes = ChunkBytes.of {
            $0.setChunkSize(1)
            $0.absolute(4, 0, 8, count: 3)
            $0.payload(4, [1, 2, 3], chunk: 1)
            for _ in 0..<1000 { $0.repetition(4); $0.payload(4, [1, 2, 3], chunk: 1) }
            $0.absolute(4, 0, 8, count: 0)
            for _ in 0..<1000 { $0.repetition(4) }
            $0.absolute(2, 0, 1, count: 4, streamID: 0)
            $0.payload(2, [0, 0, 0, 128], chunk: 1)
            $0.absolute(4, 0, 8, count: 1280)
            $0.payload(4, [UInt8](repeating: 1, count: 1280), chunk: 128)
        }
        let decoder = ChunkDecoder.outcome(of: [bytes]).decoder
        #expect(decoder.messageCount == 1 + 1001 + 1001 + 2)
        // The second Set Chunk Size comes in four chunks of one byte.
        #expect(decoder.smallChunkCount == 1 + 3 * 1001 + 1001 + 4)
    }

    @Test("A message whose only chunk lies in the input is not copied; any other comes in an array that is used again")
    func copies() throws {
        var decoder = ChunkDecoder(limits: RTMPLimits())
        decoder.isProven = true
        let single = ChunkBytes.of {
            $0.absolute(4, 0, 8, count: 100)
            $0.payload([UInt8](repeating: 1, count: 100))
        }
        #expect(try self.place(of: single, &decoder) == .input(12..<112))
        let several = ChunkBytes.of {
            $0.difference(4, 1, 8, count: 200)
            $0.payload(4, [UInt8](repeating: 2, count: 200), chunk: 128)
        }
        let memory = try self.place(of: several, &decoder)
        #expect(try self.place(of: several, &decoder) == memory)
    }

    private enum Place: Equatable { case input(Range<Int>), memory(UnsafeRawPointer?), nowhere }

    /// Where the payload of the one message lies; what was put together goes back to the decoder.
    private func place(of bytes: [UInt8], _ decoder: inout ChunkDecoder) throws -> Place {
        var offset = 0
        switch try decoder.next(bytes.span.bytes, &offset) {
        case .message(_, .input(let range)): return .input(range)
        case .message(_, .assembled(let payload)):
            let address = payload.withUnsafeBytes { $0.baseAddress }
            decoder.recycle(payload)
            return .memory(address)
        case .needsInput: return .nowhere
        }
    }

    @Test("Few spare arrays are kept, no large ones, and none for a peer that has not proved itself")
    func spares() {
        let limits = RTMPLimits()
        for (isProven, size, countMax) in [
            (true, 1000, limits.spareBufferCountMax), (true, limits.spareBufferByteCountMax + 1, 0), (false, 1000, 0),
        ] {
            var decoder = ChunkDecoder(limits: limits)
            decoder.isProven = isProven
            for _ in 0..<10 { decoder.recycle([UInt8](repeating: 0, count: size)) }
            #expect(decoder.heldByteCount >= countMax * size)
            #expect(decoder.heldByteCount <= countMax * (size + 100))
        }
    }
}
