import MediaTypes
import Primitives

@testable import HLSPackager

/// Recorded tracks as a publisher sends them to a packager with libav's muxers, and all that came out of it.
final class PlayedMedia: @unchecked Sendable {
    // SAFETY: a test calls it on one thread.
    struct Segment {
        var initialisation: [UInt8] = []
        var parts: [[UInt8]] = []
        var transportStream: [UInt8]?
        /// Discontinuities before it, since the stream began.
        var discontinuity: Int
        var bytes: [UInt8] { Array(self.parts.joined()) }
    }

    private(set) var packager: StreamPackager
    let stream: PackagedStream
    private let environment: PackagerEnvironment
    private let muxers: PackagerMuxers
    private let clock = MediaClock()
    private let seen = Seen()
    /// What went in, by track.
    private(set) var given: [TrackID: [RecordedTrack.Unit]] = [:]
    private var timeline: UInt32 = 0
    /// Of the media that comes next, in its timeline.
    private(set) var position: Int64 = 0

    init(limits: HLSLimits = HLSLimits(), muxers: PackagerMuxers = .libAV) {
        let (clock, seen) = (self.clock, self.seen)
        self.muxers = muxers
        self.environment = PackagerEnvironment(
            now: { MonotonicTime(nanoseconds: clock.time) },
            wallClock: { WallClock(unixMilliseconds: 1_700_000_000_000 + clock.time / 1_000_000) },
            after: { _, _ in })
        self.stream = PackagedStream(limits: limits) { seen.take($0) }
        self.packager = StreamPackager(stream: self.stream, environment: self.environment, muxers: muxers)
    }

    /// Whole segments, in order.
    func segments(_ id: RenditionID = .main) -> [Segment] {
        (self.seen.segments[id] ?? [:]).sorted { $0.key < $1.key }.map(\.value)
    }

    var latest: StreamSnapshot? { self.seen.latest }

    /// Another publisher of the stream.
    func comeBack() {
        self.packager.publishingEnded(.interrupted)
        self.packager = StreamPackager(stream: self.stream, environment: self.environment, muxers: self.muxers)
        (self.timeline, self.position) = (0, 0)
    }

    func beginTimeline() { (self.timeline, self.position) = (self.timeline + 1, 0) }

    func end() { self.packager.publishingEnded(.finished) }

    /// Announces these tracks and gives all their units, in order of time, with the publisher's milliseconds.
    func play(_ tracks: [(id: TrackID, media: RecordedTrack)]) {
        for (id, media) in tracks { self.packager.receive(media.track.format, of: id) }
        var units: [(time: Int64, id: TrackID, unit: RecordedTrack.Unit, timescale: Int64)] = []
        for (id, media) in tracks {
            let timescale = Int64(media.track.timescale)
            units += media.units.map { unit in
                let milliseconds = (unit.sample.decodeTicks * 1000 + timescale / 2) / timescale - 10_000
                return (self.position + milliseconds * 1_000_000, id, unit, timescale)
            }
        }
        units.sort { ($0.time, $0.id.kind == .video ? 0 : 1) < ($1.time, $1.id.kind == .video ? 0 : 1) }
        let start = self.position
        for (time, id, unit, timescale) in units {
            self.clock.time += max(time - self.position, 0)
            self.position = max(time, self.position)
            let offset = Int64(unit.sample.presentationOffsetTicks) * 1_000_000_000 / timescale
            self.given[id, default: []].append(unit)
            self.packager.receive(
                AccessUnit(
                    track: id, decodeTime: MediaTime(nanoseconds: time),
                    presentationOffset: MediaTime(nanoseconds: offset), timeline: self.timeline,
                    isRandomAccess: unit.sample.isRandomAccess),
                payload: unit.bytes.span.bytes)
        }
        // What comes next follows without a hole.
        let ends = tracks.map { id, media in
            let last =
                media.units.last?.sample
                ?? Sample(
                    trackIndex: 0, decodeTicks: 0, presentationOffsetTicks: 0, durationTicks: 0, isRandomAccess: true)
            let ticks = last.decodeTicks + Int64(last.durationTicks)
            return start + (ticks * 1000 / Int64(media.track.timescale) - 10_000 + 1) * 1_000_000
        }
        self.position = max(self.position, ends.max() ?? 0)
    }

    private final class MediaClock {
        var time: Int64 = 1_000_000_000
    }

    private final class Seen: @unchecked Sendable {
        // SAFETY: as above.
        var segments: [RenditionID: [Int: Segment]] = [:]
        var latest: StreamSnapshot?

        func take(_ snapshot: StreamSnapshot?) {
            self.latest = snapshot ?? self.latest
            for rendition in snapshot?.renditions ?? [] {
                var discontinuity = rendition.snapshot.discontinuitySequence
                for segment in rendition.snapshot.segments where segment.isComplete {
                    discontinuity += segment.discontinuityCount
                    guard self.segments[rendition.id]?[segment.sequence] == nil else { continue }
                    let initialisation = rendition.snapshot.initialisations.first {
                        $0.number == segment.initialisationNumber
                    }
                    self.segments[rendition.id, default: [:]][segment.sequence] = Segment(
                        initialisation: initialisation?.bytes.copyBytes() ?? [],
                        parts: segment.parts.map { Array(segment.arena.bytes($0.range)) },
                        transportStream: segment.transportStream.map { Array($0.bytes(0..<$0.count)) },
                        discontinuity: discontinuity)
                }
            }
        }
    }
}

extension [PlayedMedia.Segment] {
    /// Between discontinuities.
    var stretches: [[PlayedMedia.Segment]] {
        var stretches: [[PlayedMedia.Segment]] = []
        for segment in self {
            if segment.discontinuity != stretches.last?.last?.discontinuity { stretches.append([]) }
            stretches[stretches.count - 1].append(segment)
        }
        return stretches
    }
}
