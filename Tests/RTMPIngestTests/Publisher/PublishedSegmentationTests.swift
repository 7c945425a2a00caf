import MediaTypes
import Primitives
import TestSupport
import Testing

@testable import RTMPIngest

/// A whole connection of each client, with media of real encoders, from the first byte to the access units.
@Suite("What comes out of a stream is the same however TCP cut it")
struct PublishedSegmentationTests {
    private static let recordings = ["h264-aac.flv", "hevc.flv", "opus.flv"]

    @Test("byte by byte, in packets, at random and whole", arguments: PublisherProfile.all.map(\.name), recordings)
    func everyWay(profile: String, recording: String) throws {
        let file = try #require(try Fixtures.files(in: "flv").first { $0.name == recording })
        var publisher = RTMPPublisher(try #require(PublisherProfile.named(profile)))
        let bytes = publisher.whole(try PublisherTag.tags(inFLV: file.bytes))
        let whole = try Self.events(bytes) { _ in bytes.count }
        #expect(whole.count > 12)
        // Some programs say that they end, some just close.
        #expect((whole.last == .ended(.finished)) == !publisher.end().isEmpty)
        #expect(try Self.events(bytes) { _ in 1 } == whole, "byte by byte")
        #expect(try Self.events(bytes) { _ in 1448 } == whole, "in packets")
        for seed in 1...3 as ClosedRange<UInt64> {
            var random = SplitMix(seed: seed)
            #expect(try Self.events(bytes) { _ in 1 + random.next(below: 5000) } == whole, "seed \(seed)")
        }
    }

    /// Runs session and pipeline over pieces whose lengths `nextCount` gives.
    private static func events(_ bytes: [UInt8], nextCount: (Int) -> Int) throws -> [RecordingReceiver.Event] {
        let (receiver, limits) = (RecordingReceiver(), RTMPLimits())
        let now = MonotonicTime(nanoseconds: 1_000_000_000)
        var session = RTMPSession(limits: limits, random: FastRandom(seed: 1))
        let pipeline = MediaPipeline(receiver: receiver, limits: limits, now: now)
        var start = 0
        while start < bytes.count {
            let piece = Array(bytes[start...].prefix(nextCount(start)))
            start += piece.count
            try self.give(piece, to: &session, pipeline, now)
        }
        return receiver.events
    }

    private static func give(
        _ piece: [UInt8], to session: inout RTMPSession, _ pipeline: MediaPipeline, _ now: MonotonicTime
    ) throws {
        let span = piece.span.bytes
        var offset = 0
        while true {
            let step = try session.next(span, &offset, now: now)
            let hasSeen = session.hasSeenExtendedTimestamp
            switch step {
            case .needsInput: return
            case .publishRequested: session.acceptPublish()
            case .unpublished: pipeline.end(.finished)
            case .media(let header, .input(let range)):
                pipeline.receive(header, payload: span.extracting(range), hasSeenExtendedTimestamp: hasSeen, now: now)
            case .media(let header, .assembled(let whole)):
                pipeline.receive(header, payload: whole.span.bytes, hasSeenExtendedTimestamp: hasSeen, now: now)
                session.recycle(whole)
            }
        }
    }
}
