internal import MediaTypes
internal import Primitives
internal import RTMPIngest
internal import TestSupport

/// Everything that came out of a publishing.
final class PublishedMedia: MediaReceiver {
    struct Unit: Equatable {
        var track: TrackID
        var milliseconds: Int64
        var nanosecondsBeyond: Int64 = 0
        var offsetMilliseconds: Int64
        var isRandomAccess: Bool
        var payload: [UInt8]
    }

    private(set) var units: [Unit] = []
    private(set) var formats: [TrackID: TrackFormat] = [:]
    private(set) var continuities: Set<Continuity> = []

    func receive(_ format: TrackFormat, of track: TrackID) { self.formats[track] = format }

    func receive(_ unit: AccessUnit, payload: borrowing RawSpan) {
        self.continuities.insert(unit.continuity)
        self.units.append(
            Unit(
                track: unit.track, milliseconds: unit.decodeTime.milliseconds,
                nanosecondsBeyond: unit.presentationOffset.nanoseconds % 1_000_000,
                offsetMilliseconds: unit.presentationOffset.milliseconds, isRandomAccess: unit.isRandomAccess,
                payload: payload.withUnsafeBytes { Array($0) }))
    }

    func publishingEnded(_ end: MediaEnd) {}

    /// What must come out of a stream: its units, from the time of the first.
    static func expected(_ stream: GeneratedStream) -> [Unit] {
        let units = stream.units
        let origin = units.first?.decodeTime ?? 0
        return units.map { unit in
            Unit(
                track: TrackID(unit.isVideo ? .video : .audio, unit.track), milliseconds: unit.decodeTime - origin,
                offsetMilliseconds: Int64(unit.compositionOffset), isRandomAccess: unit.isRandomAccess,
                payload: unit.payload)
        }
    }

    /// How the units differ from those of a stream, in a line; nil when they do not.
    func difference(from stream: GeneratedStream) -> String? {
        let expected = Self.expected(stream)
        for (index, (wanted, got)) in zip(expected, self.units).enumerated() where wanted != got {
            var (wanted, got) = (wanted, got)
            let isSamePayload = wanted.payload == got.payload
            (wanted.payload, got.payload) = (Array(wanted.payload.prefix(12)), Array(got.payload.prefix(12)))
            return "unit \(index): \(got) for \(wanted), payload \(isSamePayload ? "the same" : "another")"
        }
        return self.units.count == expected.count ? nil : "\(self.units.count) units, not \(expected.count)"
    }

    /// What comes out of chunks of media, without a session around them, given in pieces of so many bytes.
    static func decoded(_ bytes: [UInt8], pieceByteCount: Int = .max) throws -> PublishedMedia {
        let media = PublishedMedia()
        let limits = RTMPLimits()
        var decoder = ChunkDecoder(limits: limits)
        decoder.isProven = true
        let pipeline = MediaPipeline(receiver: media, limits: limits, now: .now)
        var start = 0
        while start < bytes.count {
            let piece = Array(bytes[start..<min(start &+ min(pieceByteCount, bytes.count), bytes.count)])
            start += piece.count
            let span = piece.span.bytes
            var offset = 0
            while case .message(let header, let payload) = try decoder.next(span, &offset) {
                let hasSeen = decoder.hasSeenExtendedTimestamp
                switch payload {
                case .input(let range):
                    pipeline.receive(
                        header, payload: span.extracting(range), hasSeenExtendedTimestamp: hasSeen, now: .now)
                case .assembled(let whole):
                    pipeline.receive(
                        header, payload: whole.span.bytes, hasSeenExtendedTimestamp: hasSeen, now: .now)
                    decoder.recycle(whole)
                }
            }
        }
        return media
    }
}
