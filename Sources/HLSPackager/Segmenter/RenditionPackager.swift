internal import MediaTypes
internal import Primitives

/// Makes the segments of one rendition: brings its tracks together, cuts, muxes, and tells the stream of every part.
///
/// A muxer's error breaks it, unless it is about one sample: what was finished stays, and samples are counted as lost
/// until the packager begins anew.
final class RenditionPackager {
    let id: RenditionID
    let video: TrackID?
    let audio: TrackID?
    private let muxer: any PartMuxer
    /// Nil where there is no such form.
    private let transportStream: TransportStreamSegments?
    private let limits: HLSLimits
    private let pool: ArenaPool
    /// Tells the stream.
    private let update: (SegmentUpdate) -> Void
    private let captureTime: (Int64) -> WallClock
    private var interleaver: Interleaver
    private var segmenter: Segmenter
    private var open: OpenSegment?
    /// The stream knows the initialisation section.
    private var hasTold = false
    /// What the muxer refused.
    private(set) var failure: MuxerError?
    private(set) var lostSampleCount = 0

    init(
        plan: RenditionPlan, muxer: any PartMuxer, transportStream: TransportStreamSegments?, limits: HLSLimits,
        pool: ArenaPool,
        captureTime: @escaping (Int64) -> WallClock, update: @escaping (SegmentUpdate) -> Void
    ) {
        self.id = plan.id
        self.video = plan.video
        self.audio = plan.audio
        self.muxer = muxer
        self.transportStream = transportStream
        self.limits = limits
        self.pool = pool
        self.captureTime = captureTime
        self.update = update
        self.interleaver = Interleaver(hasVideo: plan.video != nil, hasAudio: plan.audio != nil, limits: limits)
        self.segmenter = Segmenter(limits: limits)
    }

    func add(_ held: HeldSample, of track: TrackID) {
        guard track == self.video || track == self.audio else { return }
        self.interleaver.add(held, track.kind)
        self.proceed(isLast: false)
    }

    /// Nothing of the track comes before `time`.
    func expect(_ track: TrackID, from time: Int64) {
        guard track == self.video || track == self.audio else { return }
        self.interleaver.expect(track.kind, from: time)
        self.proceed(isLast: false)
    }

    /// Ends the segment with all that is there.
    func finish() {
        self.proceed(isLast: true)
        let start = self.segmenter.segmentStart
        let isIndependent = self.segmenter.isSegmentIndependent
        self.apply(self.segmenter.finish(), start: start, isIndependent: isIndependent)
        self.open?.arena.complete()
        self.transportStream?.endSegment()
        self.open = nil
    }

    private func proceed(isLast: Bool) {
        while let (held, kind) = self.interleaver.next(isLast: isLast) { self.place(held, kind) }
    }

    private func place(_ held: HeldSample, _ kind: MediaKind) {
        let start = self.segmenter.segmentStart
        let isIndependent = self.segmenter.isSegmentIndependent
        let cut = self.segmenter.place(
            Segmenter.Input(
                start: held.start, end: held.end, isLeading: kind == .video || self.video == nil,
                isRandomAccess: held.sample.isRandomAccess, byteCount: held.bytes.count))
        self.apply(cut, start: start, isIndependent: isIndependent)
        guard self.failure == nil else {
            self.lostSampleCount += 1
            return
        }
        var sample = held.sample
        sample.trackIndex = kind == .audio && self.video != nil ? 1 : 0
        do {
            try self.muxer.append(sample, held.bytes.span.bytes, to: self.openArena())
            self.transportStream?.append(sample, held.bytes.span.bytes)
        } catch {
            // Parts and segments are cut before a muxer could ask for it.
            if error.remedy != .dropSample { self.failure = error }
            self.lostSampleCount += 1
        }
    }

    private func openArena() -> SegmentArena {
        if let open = self.open { return open.arena }
        let arena = SegmentArena(capacity: self.limits.segmentByteCountMax, pool: self.pool)
        self.open = OpenSegment(arena: arena)
        self.muxer.beginSegment()
        self.transportStream?.beginSegment()
        return arena
    }

    private func apply(_ cut: Segmenter.Cut, start: Int64, isIndependent: Bool) {
        guard !cut.isNone, let open = self.open else { return }
        var (part, empty): (RenditionSnapshot.Part?, Int64) = (nil, cut.emptyNanoseconds)
        var transportStream: SegmentArena?
        if let ended = cut.part, self.failure == nil {
            do {
                try self.muxer.endPart(in: open.arena)
                transportStream = self.transportStream?.endPart()
                let range = open.publishedCount..<open.arena.count
                self.open?.publishedCount = range.upperBound
                part = RenditionSnapshot.Part(
                    range: range, durationNanoseconds: ended.durationNanoseconds, isIndependent: ended.isIndependent)
                if range.isEmpty {
                    // The muxer took none of its samples.
                    part = nil
                    empty &+= ended.durationNanoseconds
                }
            } catch { self.failure = error }
        }
        if cut.endsSegment {
            open.arena.complete()
            self.transportStream?.endSegment()
            self.open = nil
        }
        // Some sections are complete with the first part only.
        let initialisation = part != nil && !self.hasTold ? self.muxer.initialisation : nil
        if part != nil { self.hasTold = true }
        self.update(
            SegmentUpdate(
                arena: open.arena, transportStream: transportStream, part: part, initialisation: initialisation,
                emptyNanoseconds: empty, endsSegment: cut.endsSegment, startsAt: self.captureTime(start),
                isIndependent: isIndependent))
    }

    private struct OpenSegment {
        let arena: SegmentArena
        var publishedCount = 0
    }
}
