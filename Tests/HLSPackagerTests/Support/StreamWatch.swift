import HLSPackager
import MediaTypes
import Primitives
import Testing

/// Reads every snapshot of a stream as a strict player would, keeps all parts that were ever published, and records an
/// issue for each rule that does not hold.
final class StreamWatch: @unchecked Sendable {
    // SAFETY: a test calls it on one thread.
    struct SeenSegment {
        var sequence: Int
        var discontinuity: Int
        var parts: [RenditionSnapshot.Part] = []
        var samples: [[WrittenSample]] = []
        var isComplete = false
        var isDiscontinuous: Bool
        var emptyNanoseconds: Int64 = 0
        var startsAt: WallClock
        var initialisationNumber: Int
        var duration: Int64 { self.parts.reduce(self.emptyNanoseconds) { $0 + $1.durationNanoseconds } }
    }

    let limits: HLSLimits
    private(set) var segments: [RenditionID: [Int: SeenSegment]] = [:]
    private(set) var latest: StreamSnapshot?
    private(set) var isOver = false
    private(set) var snapshotCount = 0
    private(set) var byteCountMax = 0

    init(limits: HLSLimits) { self.limits = limits }

    func see(_ snapshot: StreamSnapshot?) {
        guard let snapshot else {
            self.isOver = true
            return
        }
        #expect(snapshot.version > self.latest?.version ?? 0)
        self.isOver = false
        self.snapshotCount += 1
        for rendition in snapshot.renditions { self.check(rendition, self.latest?[rendition.id]) }
        let segments = snapshot.renditions.flatMap { $0.snapshot.segments + $0.snapshot.removedSegments }
        self.byteCountMax = max(self.byteCountMax, segments.reduce(0) { $0 + $1.byteCount })
        self.latest = snapshot
    }

    /// All that a rendition ever had, in order.
    func all(_ id: RenditionID) -> [SeenSegment] {
        (self.segments[id] ?? [:]).values.sorted { $0.sequence < $1.sequence }
    }

    func samples(_ id: RenditionID, track: Int) -> [WrittenSample] {
        self.all(id).flatMap { $0.samples.joined() }.filter { $0.sample.trackIndex == track }
    }

    func numbers(_ id: RenditionID, track: Int) -> [Int] {
        self.samples(id, track: track).map { sample in
            Int(sample.payload.withUnsafeBytes { $0.loadUnaligned(as: Int64.self) })
        }
    }

    private func check(_ rendition: StreamSnapshot.Rendition, _ before: StreamSnapshot.Rendition?) {
        let (now, old) = (rendition.snapshot, before?.snapshot)
        if let before, before.version == rendition.version {
            // Loops keep their copies then.
            #expect(before.tracks == rendition.tracks && old?.hasEnded == now.hasEnded)
            #expect(old?.hasIndependentSegments == now.hasIndependentSegments)
            #expect(old?.segments.count == now.segments.count && old?.nextSequence == now.nextSequence)
            #expect(old?.segments.last?.parts.count == now.segments.last?.parts.count)
            #expect(old?.discontinuitySequence == now.discontinuitySequence)
            #expect(old?.removedSegments.count == now.removedSegments.count)
        }
        if let first = now.segments.first?.sequence, let old = old?.segments.first?.sequence {
            #expect(first >= old, "the media sequence goes back")
        }
        #expect(now.discontinuitySequence >= old?.discontinuitySequence ?? 0)
        #expect(now.nextSequence >= old?.nextSequence ?? 0)
        var discontinuity = now.discontinuitySequence
        for (index, segment) in now.segments.enumerated() {
            #expect(segment.sequence == now.segments[0].sequence + index)
            #expect(segment.isComplete || index == now.segments.count - 1)
            #expect(now.initialisations.contains { $0.number == segment.initialisationNumber })
            discontinuity += segment.discontinuityCount
            self.note(segment, discontinuity, of: rendition.id)
        }
    }

    private func note(_ segment: RenditionSnapshot.Segment, _ discontinuity: Int, of id: RenditionID) {
        var seen =
            self.segments[id]?[segment.sequence]
            ?? SeenSegment(
                sequence: segment.sequence, discontinuity: discontinuity,
                isDiscontinuous: segment.isDiscontinuous, startsAt: segment.startsAt,
                initialisationNumber: segment.initialisationNumber)
        if seen.isComplete {
            #expect(segment.parts.count == seen.parts.count && segment.isComplete)
            #expect(discontinuity == seen.discontinuity)
            return
        }
        #expect(discontinuity == seen.discontinuity)
        #expect(segment.isDiscontinuous == seen.isDiscontinuous && segment.startsAt == seen.startsAt)
        #expect(Array(segment.parts.prefix(seen.parts.count)) == seen.parts)
        for part in segment.parts.dropFirst(seen.parts.count) {
            #expect(part.range.lowerBound == seen.parts.last?.range.upperBound ?? 0)
            seen.parts.append(part)
            seen.samples.append(WrittenSample.read(segment.arena.bytes(part.range)))
        }
        seen.isComplete = segment.isComplete
        seen.emptyNanoseconds = segment.emptyNanoseconds
        self.segments[id, default: [:]][segment.sequence] = seen
    }

    /// The rules of RFC 8216bis that hold of durations, on all that was published.
    func checkDurations(_ id: RenditionID, hasPictures: Bool) {
        let partTime = self.limits.partTime.nanoseconds
        let target = self.limits.targetDurationSeconds
        for segment in self.all(id) {
            #expect(Int((Double(segment.duration) / 1e9).rounded()) <= target)
            #expect(segment.duration > 0)
            for (index, part) in segment.parts.enumerated() {
                #expect(part.durationNanoseconds <= partTime, "a part is too long")
                #expect(part.durationNanoseconds > 0)
                #expect(!part.range.isEmpty)
                let isExempt = index == segment.parts.count - 1
                #expect(isExempt || part.durationNanoseconds * 100 >= partTime * 85, "a part is too short")
                let samples = segment.samples[index]
                let pictures = hasPictures ? samples.filter { $0.sample.trackIndex == 0 } : samples
                #expect(part.isIndependent == pictures.contains { $0.sample.isRandomAccess })
            }
        }
    }

    /// Decode times rise, and no sample overlaps the next of its track, within each stretch without discontinuity.
    func checkOrder(_ id: RenditionID, trackCount: Int) {
        for track in 0..<trackCount {
            var end: (discontinuity: Int, ticks: Int64) = (-1, 0)
            for segment in self.all(id) {
                for sample in segment.samples.joined() where sample.sample.trackIndex == track {
                    let sample = sample.sample
                    if segment.discontinuity == end.discontinuity {
                        #expect(sample.decodeTicks >= end.ticks, "samples overlap")
                    }
                    #expect(sample.decodeTicks >= 0 && sample.durationTicks > 0)
                    end = (segment.discontinuity, sample.decodeTicks + Int64(sample.durationTicks))
                }
            }
        }
    }
}
