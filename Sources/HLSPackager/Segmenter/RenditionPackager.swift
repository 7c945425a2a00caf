internal import MediaTypes
internal import Primitives

/// Makes the segments of one rendition: brings its tracks together, cuts, muxes, and tells the stream of every part.
///
/// A muxer's error breaks it, unless it is about one sample: what was finished stays, and samples are counted as lost
/// until the packager begins anew.
final class RenditionPackager {
    /// Where a rendition's parts go, and who knows when its media was captured.
    struct Output {
        var captureTime: (Int64) -> WallClock
        var update: (SegmentUpdate) -> Void
    }

    let plan: RenditionPlan
    private let muxer: any PartMuxer
    /// Nil where there is no such form.
    private let transportStream: TransportStreamSegments?
    private let limits: HLSLimits
    private let pool: ArenaPool
    private let output: Output
    private var interleaver: Interleaver
    private var segmenter: Segmenter
    private var open: OpenSegment?
    /// The stream knows the initialisation section.
    private var hasTold = false
    /// The end of the latest sample, or where the stream was when this rendition began.
    private var heardUntil: Int64?
    /// What the latest picture lasts; nothing to compare with before the first.
    private var latestPictureTime = Int64.max
    /// What the muxer refused.
    private(set) var failure: MuxerError?
    private(set) var lostSampleCount = 0

    init(
        plan: RenditionPlan, muxer: any PartMuxer, transportStream: TransportStreamSegments?, limits: HLSLimits,
        pool: ArenaPool, output: Output
    ) {
        self.plan = plan
        self.muxer = muxer
        self.transportStream = transportStream
        self.limits = limits
        self.pool = pool
        self.output = output
        self.interleaver = Interleaver(hasVideo: plan.video != nil, hasAudio: plan.audio != nil, limits: limits)
        self.segmenter = Segmenter(limits: limits)
    }

    var id: RenditionID { self.plan.id }

    /// MPEG-TS that could not be made, by samples.
    var lostTransportStreamSampleCount: Int { self.transportStream?.lostSampleCount ?? 0 }
    var transportStreamFailureCount: Int { self.transportStream?.failureCount ?? 0 }

    func add(_ held: HeldSample, of track: TrackID) {
        guard self.plan.has(track) else { return }
        self.heardUntil = max(self.heardUntil ?? held.end, held.end)
        self.interleaver.add(held, track.kind)
        self.proceed(isLast: false)
    }

    /// Nothing of the track comes before `time`.
    func expect(_ track: TrackID, from time: Int64) {
        guard self.plan.has(track) else { return }
        self.interleaver.expect(track.kind, from: time)
        self.proceed(isLast: false)
    }

    /// The stream has come to `position` by its other renditions. This one follows in segments of nothing where it has
    /// been silent for the time of a segment, so that who plays it is not left without a next one.
    func keepUp(with position: Int64) {
        guard let heardUntil = self.heardUntil else {
            self.heardUntil = position
            return
        }
        let time = position &- self.limits.segmentTime.nanoseconds
        guard heardUntil < time, self.failure == nil else { return }
        while self.cut({ $0.pass(to: time) }) {}
    }

    /// Ends the segment with all that is there.
    /// - Parameter willEnd: Called before the last segment is told to have ended.
    func finish(_ willEnd: () -> Void) {
        self.proceed(isLast: true)
        willEnd()
        self.cut { $0.finish() }
        self.endSegment()
    }

    // MARK: - Samples

    private func proceed(isLast: Bool) {
        while let (held, kind) = self.interleaver.next(isLast: isLast) { self.place(held, kind) }
    }

    private func place(_ held: HeldSample, _ kind: MediaKind) {
        let input = Segmenter.Input(
            start: held.start, end: held.end, isLeading: kind == .video || self.plan.video == nil,
            isRandomAccess: held.sample.isRandomAccess, byteCount: held.bytes.count)
        while self.cut({ $0.cut(before: input) }) {}
        var sample = held.sample
        sample.trackIndex = kind == .audio && self.plan.video != nil ? 1 : 0
        guard self.failure == nil, self.append(sample, held.bytes, input) else {
            self.lostSampleCount += 1
            return
        }
        if let transportStream = self.transportStream {
            // Its muxer puts the sets before every key picture, until one brings its own: then never again.
            let plain = held.plainBytes
            transportStream.append(sample, plain.span.bytes)
        }
        self.segmenter.count(input)
        self.open?.note(held, isPictureOfRate: kind == .video && !self.staysOverGap(held))
    }

    /// Whether the picture stands because nothing came after it: what it lasts is no rate of pictures.
    private func staysOverGap(_ held: HeldSample) -> Bool {
        let time = held.end &- held.start
        defer { self.latestPictureTime = time }
        return time >= MediaClockLimits.gapTimeMin && time / MediaClockLimits.gapStepFactor >= self.latestPictureTime
    }

    /// False if the muxer did not take the sample.
    private func append(_ sample: Sample, _ bytes: [UInt8], _ input: Segmenter.Input) -> Bool {
        switch self.tryAppending(sample, bytes) {
        case nil: return true
        case .endPart, .beginSegment:
            // Cuts come before a muxer could ask for them, unless limits are narrower than what it needs. A sample that
            // does not fit into a segment of its own is lost.
            guard !self.segmenter.isSegmentEmpty else { return false }
            self.cut { $0.end(before: input) }
            return self.failure == nil && self.tryAppending(sample, bytes) == nil
        case .dropSample, .leaveTrackOut, .beginAnew: return false
        }
    }

    private func tryAppending(_ sample: Sample, _ bytes: [UInt8]) -> MuxerError.Remedy? {
        do {
            try self.muxer.append(sample, bytes.span.bytes, to: self.openSegment().arena)
            return nil
        } catch {
            if error.remedy == .beginAnew || error.remedy == .leaveTrackOut { self.failure = error }
            return error.remedy
        }
    }

    // MARK: - Segments

    /// Does what the segmenter decides, and tells whether that was anything.
    @discardableResult
    private func cut(_ decide: (inout Segmenter) -> Segmenter.Cut) -> Bool {
        let (start, isIndependent) = (self.segmenter.segmentStart, self.segmenter.isSegmentIndependent)
        let cut = decide(&self.segmenter)
        guard !cut.isNone else { return false }
        var open = self.openSegment()
        open.emptyNanoseconds &+= cut.emptyNanoseconds
        let (part, transportStream) = cut.part.map { self.endPart($0, &open) } ?? (nil, nil)
        // What was lost is not told as time in which nothing came.
        if self.failure != nil { open.emptyNanoseconds = 0 }
        open.nanoseconds &+= cut.emptyNanoseconds &+ (cut.part?.durationNanoseconds ?? 0)
        self.open = open
        if cut.endsSegment { self.endSegment() }
        // Time in which nothing came waits for what it is told with.
        guard part != nil || cut.endsSegment else { return true }
        self.open?.emptyNanoseconds = 0
        // Some initialisation sections are complete with the first part only.
        let initialisation = part != nil && !self.hasTold ? self.muxer.initialisation : nil
        if part != nil { self.hasTold = true }
        self.output.update(
            SegmentUpdate(
                arena: open.arena, transportStream: transportStream, part: part, initialisation: initialisation,
                emptyNanoseconds: open.emptyNanoseconds, endsSegment: cut.endsSegment,
                startsAt: self.output.captureTime(start), isIndependent: isIndependent,
                segmentNanoseconds: open.nanoseconds, lastUnitAt: part == nil ? nil : open.lastUnitAt))
        return true
    }

    private func endPart(
        _ ended: Segmenter.EndedPart, _ open: inout OpenSegment
    ) -> (RenditionSnapshot.Part?, SegmentArena?) {
        defer { open.beginPart() }
        guard self.failure == nil else { return (nil, nil) }
        do {
            try self.muxer.endPart(in: open.arena)
        } catch {
            self.failure = error
            self.lostSampleCount += open.sampleCount
            return (nil, nil)
        }
        let range = open.publishedCount..<open.arena.count
        open.publishedCount = range.upperBound
        guard !range.isEmpty else {
            open.emptyNanoseconds &+= ended.durationNanoseconds
            return (nil, nil)
        }
        let part = RenditionSnapshot.Part(
            range: range, durationNanoseconds: ended.durationNanoseconds, isIndependent: ended.isIndependent,
            pictureCount: open.pictureCount, pictureNanoseconds: open.pictureNanoseconds)
        return (part, self.transportStream?.endPart(lasting: ended.durationNanoseconds))
    }

    private func openSegment() -> OpenSegment {
        if let open = self.open { return open }
        let open = OpenSegment(arena: SegmentArena(capacity: self.limits.segmentByteCountMax, pool: self.pool))
        self.open = open
        self.muxer.beginSegment()
        self.transportStream?.beginSegment()
        return open
    }

    private func endSegment() {
        self.open?.arena.complete()
        self.transportStream?.endSegment()
        self.open = nil
    }
}

/// What a rendition knows of the segment that it makes.
private struct OpenSegment {
    let arena: SegmentArena
    var publishedCount = 0
    var nanoseconds: Int64 = 0
    /// Time in which nothing came, and of which the stream was not told yet.
    var emptyNanoseconds: Int64 = 0
    // Of the open part.
    private(set) var sampleCount = 0
    private(set) var pictureCount = 0
    private(set) var pictureNanoseconds: Int64 = 0
    private(set) var lastUnitAt = MonotonicTime(nanoseconds: 0)

    init(arena: SegmentArena) { self.arena = arena }

    mutating func note(_ held: HeldSample, isPictureOfRate: Bool) {
        self.sampleCount += 1
        self.lastUnitAt = max(self.lastUnitAt, held.arrival)
        guard isPictureOfRate else { return }
        self.pictureCount += 1
        self.pictureNanoseconds &+= held.end &- held.start
    }

    mutating func beginPart() { (self.sampleCount, self.pictureCount, self.pictureNanoseconds) = (0, 0, 0) }
}
