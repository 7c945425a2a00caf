internal import MediaTypes
internal import RTMPIngest
internal import TestSupport
internal import Testing

/// Media as our own publisher cuts it, read by the product: what comes out is what was meant.
@Suite("Wires of the test publisher")
struct PublisherWireTests {
    struct Wire: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let wire: PublisherWire
        var start: Int64 = 0

        init(_ description: String, start: Int64 = 0, _ change: (inout PublisherWire) -> Void) {
            var wire = PublisherWire()
            wire.backwards = .negativeDelta
            change(&wire)
            self.testDescription = description
            self.wire = wire
            self.start = start
        }
    }

    /// Just before timestamps need more than 24 bits.
    static let almostExtended: Int64 = 16_776_500

    static let wires: [Wire] = {
        var wires: [Wire] = []
        for formats: PublisherWire.Formats in [.full, .shortest, .librtmp, .beginsWithOne] {
            wires.append(Wire("formats \(formats)") { $0.formats = formats })
        }
        for number in [2, 63, 64, 319, 320, 65_599] {
            wires.append(Wire("§3.4 everything on chunk stream \(number)") { $0.chunkStreams = .shared(number) })
        }
        for size in [1, 128, 4096, 65_536, 0x7fff_ffff] {
            wires.append(Wire("§3.5 chunks of \(size) bytes") { $0.chunkByteCount = size })
        }
        for repetition: PublisherWire.Repetition in [.field, .absent, .absolute] {
            for size in [128, 65_536] {
                for formats: PublisherWire.Formats in [.full, .shortest, .librtmp] {
                    let description = "§3.1 §3.2 beyond 24 bits, \(repetition), chunks of \(size), \(formats)"
                    wires.append(
                        Wire(description, start: Self.almostExtended) {
                            $0.repetition = repetition
                            $0.chunkByteCount = size
                            $0.formats = formats
                        })
                }
            }
        }
        return wires + [
            Wire("chunk stream 64 in three bytes") {
                $0.chunkStreams = .shared(64)
                $0.basicHeader = .threeBytes
            },
            Wire("§3.3 sound and picture on one chunk stream beyond 24 bits", start: 20_000_000) {
                $0.chunkStreams = .shared(4)
                $0.formats = .librtmp
            },
            Wire("times that wrap at 24 bits", start: Self.almostExtended) { $0.neverExtends = true },
            Wire("times that wrap at 32 bits", start: 0xffff_fe00) { _ in },
            Wire("times that begin at 31 bits", start: 0x7fff_fe00) { _ in },
        ]
    }()

    @Test("every unit comes out unchanged and in time", arguments: wires)
    func unitsComeOut(_ wire: Wire) throws {
        var stream = GeneratedStream(seconds: 1.2, start: wire.start)
        stream.hasReordering = true
        var publisher = RTMPPublisher(wire: wire.wire)
        let bytes = publisher.announcement() + stream.tags.flatMap { publisher.media($0) }
        let media = try PublishedMedia.decoded(bytes, pieceByteCount: 1000)
        #expect(media.difference(from: stream) == nil)
        #expect(media.continuities == [.continuous])
    }

    @Test("§3.5 the chunk size changes between two chunks of an interleaved message")
    func chunkSizeChangesBetween() throws {
        let stream = GeneratedStream(seconds: 0.5)
        var publisher = RTMPPublisher()
        var bytes: [UInt8] = stream.headerTags.flatMap { publisher.media($0) }
        var sizes = [1, 70_000, 128, 5, 65_536, 300].makeIterator()
        var pending: [PublisherChunkWriter.Pending] = []
        for unit in stream.units {
            // A message of each kind under way; before a second of the same kind the first has to end.
            let message = publisher.message(stream.tag(unit))
            while let index = pending.firstIndex(where: { $0.chunkStreamID == message.chunkStreamID }) {
                for index in pending.indices { bytes += publisher.chunks.next(&pending[index]) ?? [] }
                bytes += publisher.chunks.setChunkSize(sizes.next() ?? 600, chunkStreamID: 3)
                if pending[index].isFinished { pending.remove(at: index) }
            }
            pending.append(.init(message))
        }
        while pending.contains(where: { !$0.isFinished }) {
            for index in pending.indices { bytes += publisher.chunks.next(&pending[index]) ?? [] }
        }
        let media = try PublishedMedia.decoded(bytes)
        let expected = PublishedMedia.expected(stream)
        // Interleaving lets a message that began later end sooner: each track keeps its order.
        for kind in [MediaKind.video, .audio] {
            #expect(
                media.units.filter { $0.track.kind == kind }.map(\.payload)
                    == expected.filter { $0.track.kind == kind }.map(\.payload))
        }
    }

    @Test("§3.7 a message that is left unfinished does no harm to the next", arguments: [true, false])
    func unfinishedMessage(isAborted: Bool) throws {
        let stream = GeneratedStream(audio: nil, seconds: 0.4)
        var publisher = RTMPPublisher()
        var bytes: [UInt8] = stream.headerTags.flatMap { publisher.media($0) }
        for (index, unit) in stream.units.enumerated() {
            var message = publisher.message(stream.tag(unit))
            if index == 3 {
                var torn = PublisherChunkWriter.Pending(message)
                bytes += publisher.chunks.next(&torn) ?? []
                if isAborted { bytes += publisher.chunks.bytes(of: .abort(message.chunkStreamID)) }
                message.format = 0
            }
            bytes += publisher.chunks.bytes(of: message)
        }
        #expect(try PublishedMedia.decoded(bytes).difference(from: stream) == nil)
    }

    @Test("aggregate messages come out as their tags")
    func aggregates() throws {
        let stream = GeneratedStream(seconds: 1, start: 5000)
        var publisher = RTMPPublisher()
        var bytes: [UInt8] = stream.headerTags.flatMap { publisher.media($0) }
        let tags = stream.units.map(stream.tag)
        for start in stride(from: 0, to: tags.count, by: 5) {
            let group = Array(tags[start..<min(start + 5, tags.count)])
            bytes += publisher.chunks.bytes(of: .aggregate(group, timestamp: group[0].timestamp, streamID: 1))
        }
        #expect(try PublishedMedia.decoded(bytes).difference(from: stream) == nil)
    }
}
