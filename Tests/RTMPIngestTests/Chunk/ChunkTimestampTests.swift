import RTMPIngest
import TestSupport
import Testing

/// Timestamps on the wire: reference §4.3 and §3, cases 1 to 3.
@Suite("Chunk timestamps")
struct ChunkTimestampTests {
    private func violations(_ bytes: [UInt8], _ expected: [DecodedMessage]) -> [String] {
        DecoderVerifier { try ChunkDecoder.messages(in: $0) }.violations(of: bytes, decodingTo: expected)
    }

    private static func payload(_ count: Int, seed: Int = 0) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ seed &+ 200) }
    }

    /// How a sender treats the extended timestamp in chunks of format 3.
    enum Repetition: CaseIterable { case delta, absolute, none }

    @Test("§4.3 row 1: 0xFFFFFF in format 0 means 32 bits follow, and any value may stand there")
    func absoluteTimestamps() {
        let timestamps: [UInt32] = [0, 0xFF_FFFE, 0xFF_FFFF, 0x100_0000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF]
        for timestamp in timestamps {
            let bytes = ChunkBytes.of {
                $0.absolute(4, timestamp, 8, count: 2)
                $0.payload([1, 2])
            }
            #expect(self.violations(bytes, [DecodedMessage(4, timestamp, 8, [1, 2])]) == [])
            #expect(ChunkDecoder.outcome(of: [bytes]).decoder.hasSeenExtendedTimestamp == (timestamp >= 0xFF_FFFF))
        }
        let small: [UInt8] = [4, 0xFF, 0xFF, 0xFF, 0, 0, 0, 8, 1, 0, 0, 0, 0, 0, 0, 5]
        #expect(self.violations(small, [DecodedMessage(4, 5, 8, [])]) == [])
    }

    @Test("§3 case 3: on a chunk stream shared by audio and video, extended differences go back and forth modulo 2³²")
    func negativeDifferences() {
        let bytes = ChunkBytes.of {
            $0.absolute(4, 1000, 8, count: 1)
            $0.payload([1])
            $0.difference(4, 0xFFFF_FFF6, 9, count: 2)
            $0.payload([2, 2])
            $0.difference(4, 20, 8, count: 1)
            $0.payload([3])
            $0.difference(4, 0xFFFF_FFF6)
            $0.payload([4])
            $0.difference(4, 16_900_000, 8, count: 1)
            $0.payload([5])
            $0.difference(4, UInt32(bitPattern: -16_901_001), 8, count: 1)
            $0.payload([6])
        }
        let expected = [
            DecodedMessage(4, 1000, 8, [1]), DecodedMessage(4, 990, 9, [2, 2]), DecodedMessage(4, 1010, 8, [3]),
            DecodedMessage(4, 1000, 8, [4]), DecodedMessage(4, 16_901_000, 8, [5]),
            DecodedMessage(4, 0xFFFF_FFFF, 8, [6]),
        ]
        #expect(self.violations(bytes, expected) == [])
    }

    @Test("§4.3 row 2: small differences carry a stream past 16777215 and past 2³² without an extended field")
    func runningPastTheMark() throws {
        for start in [0xFF_FFF0, 0xFFFF_FFF0] as [UInt32] {
            let bytes = ChunkBytes.of {
                $0.absolute(4, start, 8, count: 1)
                $0.payload([1])
                for value in 0..<3 as Range<UInt8> {
                    $0.difference(4, 10)
                    $0.payload([value])
                }
            }
            let expected = [start, start &+ 10, start &+ 20, start &+ 30]
            #expect(try ChunkDecoder.messages(in: [bytes]).map(\.timestamp) == expected)
        }
    }

    /// A stream of video on chunk stream 6 and audio on 4 that begins at 16777000 ms and runs past 0xFFFFFF.
    private static func crossing(chunk: Int, _ repetition: Repetition) -> (bytes: [UInt8], messages: [DecodedMessage]) {
        var chunks = ChunkBytes()
        var messages: [DecodedMessage] = []
        if chunk != 128 { chunks.setChunkSize(UInt32(chunk)) }
        for index in 0..<24 {
            let timestamp = 16_777_000 + UInt32(index) * 40
            let isVideo = index % 2 == 0
            let (id, type) = isVideo ? (6, 9 as UInt8) : (4, 8 as UInt8)
            // Payload that begins with the timestamp, and after each 128 bytes has it again once the sender is known.
            var payload = Self.payload(isVideo ? 400 : 150, seed: index)
            if index > 16 || repetition != .none {
                for start in stride(from: 0, to: payload.count - 4, by: 128) {
                    withUnsafeBytes(of: timestamp.bigEndian) { payload.replaceSubrange(start..<start + 4, with: $0) }
                }
            }
            let isExtended = timestamp >= 0xFF_FFFF
            chunks.absolute(id, timestamp, type, count: payload.count)
            chunks.payload(id, payload, chunk: chunk, extended: isExtended && repetition != .none ? timestamp : nil)
            messages.append(DecodedMessage(id, timestamp, type, payload))
        }
        return (chunks.bytes, messages)
    }

    @Test(
        "§3 cases 1 and 2: a stream crosses 0xFFFFFF alike with and without repeated extended timestamps",
        arguments: [128, 65536], [Repetition.absolute, .none])
    func crossing(chunk: Int, repetition: Repetition) {
        let (bytes, expected) = Self.crossing(chunk: chunk, repetition)
        let outcome = ChunkDecoder.outcome(of: [bytes])
        #expect(outcome.error == nil)
        #expect(outcome.messages == expected)
        #expect(outcome.decoder.hasSeenExtendedTimestamp)
        for size in [1, 2, 3, 5, 7, 61, 128, 129, 1000] { #expect(Self.cut(bytes, size) == expected, "cut by \(size)") }
    }

    static func cut(_ bytes: [UInt8], _ size: Int) -> [DecodedMessage] {
        let pieces = stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
        return ChunkDecoder.outcome(of: pieces).messages
    }

    @Test(
        "§4.3 type 3: after formats 1 and 2 the difference, the absolute timestamp or nothing may be repeated",
        arguments: Repetition.allCases, [1, 2])
    func repetitionOfDifferences(repetition: Repetition, format: Int) {
        var chunks = ChunkBytes()
        var expected: [DecodedMessage] = []
        chunks.absolute(4, 100_000, 8, count: 150)
        chunks.payload(4, Self.payload(150), chunk: 128)
        expected.append(DecodedMessage(4, 100_000, 8, Self.payload(150)))
        for index in 0..<6 as Range<UInt32> {
            let timestamp = 100_000 - 15 * (index + 1)
            let delta = UInt32(bitPattern: -15)
            let payload = Self.payload(150, seed: Int(index))
            if format == 1 { chunks.difference(4, delta, 8, count: 150) } else { chunks.difference(4, delta) }
            let extended: UInt32? =
                switch repetition {
                case .delta: delta
                case .absolute: timestamp
                case .none: nil
                }
            chunks.payload(4, payload, chunk: 128, extended: extended)
            expected.append(DecodedMessage(4, timestamp, 8, payload))
        }
        let outcome = ChunkDecoder.outcome(of: [chunks.bytes])
        #expect(outcome.messages == expected)
        for size in [1, 3, 127, 131] { #expect(Self.cut(chunks.bytes, size) == expected, "cut by \(size)") }
    }

    @Test("§4.3 type 3: a message begun by format 3 repeats the extended field, or as librtmp's does not")
    func repetitionAtTheBeginning() {
        for isRepeated in [true, false] {
            let timestamp: UInt32 = 20_000_000
            let bytes = ChunkBytes.of {
                $0.absolute(4, timestamp, 8, count: 130)
                $0.payload(4, Self.payload(130), chunk: 128, extended: timestamp)
                $0.repetition(4, extended: isRepeated ? timestamp : nil)
                $0.payload(4, Self.payload(130), chunk: 128, extended: timestamp)
            }
            let message = DecodedMessage(4, timestamp, 8, Self.payload(130))
            #expect(self.violations(bytes, [message, message]) == [], "\(isRepeated)")
        }
    }

    @Test("§4.3 type 3: a payload shorter than the field, or that begins like it, is told from it however it is cut")
    func shortRests() {
        let timestamp: UInt32 = 0x0102_0304
        // A last chunk of one to five bytes, each the beginning of the timestamp as far as it goes, then another one.
        for rest in [[1], [1, 2], [1, 2, 3], [1, 2, 3, 5], [1, 9], [1, 2, 3, 3, 1], [0]] as [[UInt8]] {
            let payload = Self.payload(128) + rest
            let bytes = ChunkBytes.of {
                $0.absolute(4, timestamp, 8, count: payload.count)
                $0.payload(4, payload, chunk: 128)
                $0.absolute(5, 7, 9, count: 2)
                $0.payload([1, 2])
            }
            let expected = [DecodedMessage(4, timestamp, 8, payload), DecodedMessage(5, 7, 9, [1, 2])]
            #expect(self.violations(bytes, expected) == [], "\(rest)")
        }
    }

    @Test("§4.3 type 3: with chunks of one byte, headers that were compared are still read as headers")
    func oneByteChunks() {
        // 0x01C4C4C4: once compared, the bytes behind the first are the headers and payload of further chunks.
        let timestamp: UInt32 = 0x01C4_C4C4
        for payload in [[9, 1, 0xC4, 2], [9, 1, 1, 1], [1, 1, 1, 1, 1, 1], [9, 1, 0xC4, 0xC4, 0xC4, 7]] as [[UInt8]] {
            let bytes = ChunkBytes.of {
                $0.setChunkSize(1)
                $0.absolute(4, timestamp, 8, count: payload.count)
                $0.payload(4, payload, chunk: 1)
            }
            let whole = ChunkDecoder.outcome(of: [bytes])
            #expect(whole.error == nil)
            #expect(whole.messages == ChunkDecoder.outcome(of: bytes.map { [$0] }).messages, "\(payload)")
            for size in 2...9 { #expect(Self.cut(bytes, size) == whole.messages, "\(payload) cut by \(size)") }
        }
    }

    @Test("§4.3 type 3: three messages in a row without it, and payload that looks alike is payload")
    func latch() {
        let timestamp: UInt32 = 17_000_000
        let alike = withUnsafeBytes(of: timestamp.bigEndian) { Array($0) }
        let ordinary = Self.payload(132)
        let tricky = Self.payload(128) + alike
        func decoded(_ payloads: [[UInt8]]) -> [[UInt8]] {
            let bytes = ChunkBytes.of {
                for payload in payloads {
                    $0.absolute(4, timestamp, 8, count: payload.count)
                    $0.payload(4, payload, chunk: 128)
                }
                // So that the last message ends, should four of its bytes be taken for a timestamp.
                $0.payload([0xC4, 0, 0, 0])
            }
            return Array(ChunkDecoder.outcome(of: [bytes]).messages.map(\.payload).prefix(payloads.count))
        }
        let known = [ordinary, ordinary, ordinary, tricky, tricky]
        #expect(decoded(known) == known)
        // Two are not enough: then the bytes pass for a timestamp.
        #expect(decoded([ordinary, ordinary, tricky]) != [ordinary, ordinary, tricky])
    }
}
