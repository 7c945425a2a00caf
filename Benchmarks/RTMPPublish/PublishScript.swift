internal import Foundation
internal import TestSupport

/// What every publisher sends: its own preamble, media that all share, its own end. Nothing in it waits for an answer,
/// so that one thread can play hundreds.
struct PublishScript {
    /// Bytes of media that are due together, in milliseconds after the first.
    struct Packet {
        let due: Int64
        /// Of the first tag in it.
        let kind: PublisherTag.Kind
        let range: Range<Int>
    }

    let arguments: PublishArguments
    let media: [UInt8]
    let packets: [Packet]

    init(_ arguments: PublishArguments) {
        self.arguments = arguments
        var publisher = Self.publisher(arguments, number: 0)
        _ = publisher.preamble()
        var media: [UInt8] = []
        var packets: [Packet] = []
        let tags = Self.tags(arguments)
        let first = tags.first { $0.kind != .data }?.timestamp ?? 0
        for group in Self.groups(of: tags, count: arguments.aggregateCount) {
            let start = media.count
            media += group.count == 1 ? publisher.media(group[0]) : Self.aggregate(group, &publisher)
            // Metadata has time zero whatever the others have; a step back is due at once.
            let due = Int64(Int32(bitPattern: group[0].timestamp &- first))
            packets.append(
                Packet(
                    due: max(packets.last?.due ?? 0, due), kind: group[0].kind, range: start..<media.count))
        }
        self.media = media
        self.packets = packets
    }

    func preamble(_ number: Int) -> [UInt8] {
        var publisher = Self.publisher(self.arguments, number: number)
        return publisher.preamble()
    }

    func end(_ number: Int) -> [UInt8] {
        guard !self.arguments.leaves else { return [] }
        var publisher = Self.publisher(self.arguments, number: number)
        _ = publisher.preamble()
        // Full headers: what the shared media left on the chunk stream is not known here.
        publisher.chunks.wire.formats = .full
        return publisher.end()
    }

    private static func publisher(_ arguments: PublishArguments, number: Int) -> RTMPPublisher {
        let key = arguments.key.replacingOccurrences(of: "%d", with: String(number))
        return RTMPPublisher(
            arguments.profile, application: arguments.application, key: key,
            address: "rtmp://127.0.0.1:\(arguments.port)/\(arguments.application)", wire: arguments.wire,
            handshake: arguments.handshake.map { PublisherHandshake($0) })
    }

    private static func tags(_ arguments: PublishArguments) -> [PublisherTag] {
        guard let path = arguments.flvPath else { return arguments.stream.tags }
        guard let file = FileManager.default.contents(atPath: path) else { fail("cannot read \(path)") }
        do {
            return try PublisherTag.tags(inFLV: Array(file))
        } catch {
            fail("\(path) is no FLV file: \(error)")
        }
    }

    private static func groups(of tags: [PublisherTag], count: Int?) -> [ArraySlice<PublisherTag>] {
        let count = max(1, count ?? 1)
        return stride(from: 0, to: tags.count, by: count).map { tags[$0..<min($0 + count, tags.count)] }
            .map { ArraySlice(Array($0)) }
    }

    private static func aggregate(_ tags: ArraySlice<PublisherTag>, _ publisher: inout RTMPPublisher) -> [UInt8] {
        publisher.chunks.bytes(
            of: .aggregate(Array(tags), timestamp: tags[0].timestamp, streamID: publisher.streamID))
    }
}
