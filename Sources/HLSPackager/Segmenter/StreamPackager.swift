package import MediaTypes
internal import Primitives

/// Packages one publishing: brings its units onto clocks, cuts and muxes them, and keeps its stream up to date.
///
/// Begins when there are sound and picture and all renditions that the stream has had, or a second after the first
/// unit. A new timeline, and a new format of a track that is there, end all segments: what follows is a discontinuity
/// in all renditions. Further tracks with a rendition of their own join without one. Every unit of a track that was
/// announced becomes one sample, in order.
///
/// A muxer that fails is replaced, after a discontinuity, eight times at most, of which a minute of good media forgives
/// one; then its rendition ends. A track that only its frames describe is left out while it has none. A rendition that
/// falls silent while others go on has segments of nothing; when all are silent there is nothing, for nothing is made
/// up.
package final class StreamPackager: MediaReceiver {
    static let muxerFailureCountMax = 8
    static let trackCountMax = 32

    let stream: PackagedStream
    private let environment: PackagerEnvironment
    private let muxers: PackagerMuxers
    private let observer: PackagerObserver
    private let publishing: Int
    private var tracks: [PackagedTrack] = []
    private var renditions: [RenditionPackager] = []
    /// Viewers may have these from the publishing before.
    private let renditionsBefore: [RenditionID]
    private var phase = Phase.waiting
    private var waiting: [HeldUnit] = []
    private var waitingByteCount = 0
    private var timeline: UInt32 = 0
    /// Added to the times of this timeline.
    private var origin: MediaTime
    private var latestTime: Int64 = 0
    private var capture: CaptureClock
    private var failures: [RenditionID: ForgivingCount] = [:]
    /// Nobody can tell what these tracks are before their next units.
    private var tracksLeftOut: Set<TrackID> = []
    /// They were one too many.
    private var tracksRefused: Set<TrackID> = []
    /// The start of the latest sample, of whichever track; nil before the first of a stretch without discontinuity.
    private var position: Int64?
    /// Decode times of the latest units.
    private var (latestPicture, latestSound): (Int64?, Int64?)
    /// Without what renditions that are still there lost.
    private var counts = PackagerFacts()

    /// The last that a muxer refused.
    package private(set) var lastFailure: MuxerError?

    package init(
        stream: PackagedStream, environment: PackagerEnvironment, muxers: PackagerMuxers,
        observer: PackagerObserver = PackagerObserver()
    ) {
        self.stream = stream
        self.environment = environment
        self.muxers = muxers
        self.observer = observer
        let beginning = stream.begin(now: environment.now(), wallClock: environment.wallClock())
        self.publishing = beginning.publishing
        self.renditionsBefore = stream.renditionsToComeBack
        self.origin = stream.timelineOrigin(now: environment.now())
        self.capture = CaptureClock(floor: beginning.latestEnd)
    }

    /// Samples that no muxer took.
    package var lostSampleCount: Int { self.facts.lostSampleCount }

    package var facts: PackagerFacts {
        var facts = self.counts
        for rendition in self.renditions { facts.add(rendition) }
        if let picture = self.latestPicture, let sound = self.latestSound {
            facts.soundLead = .nanoseconds(sound &- picture)
        }
        return facts
    }

    // MARK: - What comes in

    package func receive(_ format: TrackFormat, of track: TrackID) {
        guard let index = self.tracks.firstIndex(where: { $0.id == track }) else {
            guard self.tracks.count < Self.trackCountMax else { return self.leaveOut(track) }
            self.tracks.append(PackagedTrack(id: track, format: format))
            if self.phase == .running { self.phase = .joining }
            return
        }
        guard self.tracks[index].format != format else { return }
        self.interrupt()
        self.tracks[index].set(format)
    }

    package func receive(_ unit: AccessUnit, payload: borrowing RawSpan) {
        guard let index = self.tracks.firstIndex(where: { $0.id == unit.track }) else { return }
        if unit.timeline != self.timeline { self.beginTimeline(unit.timeline) }
        var unit = unit
        unit.decodeTime = unit.decodeTime + self.origin
        self.latestTime = max(self.latestTime, unit.decodeTime.nanoseconds)
        if !self.tracksLeftOut.isEmpty, self.tracksLeftOut.remove(unit.track) != nil { self.interrupt() }
        let now = self.environment.now()
        switch self.phase {
        case .waiting:
            guard self.mayBegin(with: unit) else {
                self.waiting.append(HeldUnit(unit, payload, at: now))
                self.waitingByteCount += payload.byteCount
                return
            }
            self.begin()
        case .due: self.use(isDiscontinuous: true)
        case .joining: self.join()
        case .running: break
        }
        self.take(index, unit, payload, at: now)
    }

    package func publishingEnded(_ end: MediaEnd) {
        self.interrupt()
        let limits = self.stream.limits
        let grace = end == .finished ? limits.finishedGraceTime : limits.interruptedGraceTime
        let (stream, publishing, environment) = (self.stream, self.publishing, self.environment)
        guard stream.suspend(publishing: publishing) else { return }
        environment.after(grace) { Self.end(stream, publishing, environment) }
    }

    /// The grace time is over. A stream that is awaited longer is looked at again.
    private static func end(_ stream: PackagedStream, _ publishing: Int, _ environment: PackagerEnvironment) {
        if stream.isAwaited(after: publishing) {
            return environment.after(stream.limits.awaitedLookTime) { Self.end(stream, publishing, environment) }
        }
        guard let time = stream.endIfAbandoned(publishing: publishing) else { return }
        environment.after(time) { stream.clearIfEnded(publishing: publishing, now: environment.now()) }
    }

    // MARK: - Beginnings and ends

    private func mayBegin(with unit: AccessUnit) -> Bool {
        let isWhole = Set(self.tracks.map(\.id.kind)).count == 2
        if isWhole, Set(self.renditionsBefore).isSubset(of: self.plans.map(\.id)) { return true }
        guard let first = self.waiting.first?.unit.decodeTime else { return false }
        let limits = self.stream.limits
        return (unit.decodeTime - first).nanoseconds >= limits.trackWaitTime.nanoseconds
            || self.waitingByteCount > limits.heldByteCountMax
    }

    /// The first beginning: with what has waited.
    private func begin() {
        self.use(isDiscontinuous: true)
        let waiting = self.waiting
        self.waiting = []
        self.waitingByteCount = 0
        for held in waiting {
            guard let index = self.tracks.firstIndex(where: { $0.id == held.unit.track }) else { continue }
            self.take(index, held.unit, held.bytes.span.bytes, at: held.arrival)
        }
    }

    /// Ends all segments; what follows is a discontinuity.
    private func interrupt() {
        if self.phase == .waiting {
            guard !self.waiting.isEmpty else { return }
            self.begin()
        }
        for index in self.tracks.indices { self.release(index) }
        for rendition in self.renditions {
            rendition.finish { self.stream.interrupt(publishing: self.publishing) }
        }
        self.retire()
        self.position = nil
        self.phase = .due
    }

    private func beginTimeline(_ number: UInt32) {
        self.interrupt()
        self.timeline = number
        self.origin = self.stream.timelineOrigin(now: self.environment.now())
        (self.latestPicture, self.latestSound) = (nil, nil)
        for index in self.tracks.indices { self.tracks[index].beginTimeline() }
        self.capture.beginTimeline()
    }

    /// Tracks are new: they change what is there, or get renditions beside it.
    private func join() {
        let plans = self.plans
        let goesOn = self.renditions.allSatisfy { plans.contains($0.plan) }
        if !goesOn { self.interrupt() }
        self.use(isDiscontinuous: !goesOn)
    }

    private var plans: [RenditionPlan] {
        RenditionPlan.plans(
            for: self.tracks.map(\.id).filter { !self.tracksLeftOut.contains($0) },
            countMax: self.stream.limits.renditionCountMax)
    }

    /// There are as many as there may be. Told once a track.
    private func leaveOut(_ track: TrackID) {
        guard self.tracksRefused.insert(track).inserted else { return }
        self.counts.refusedTrackCount += 1
        self.observer.onLoss(.track(track))
    }

    /// Makes the renditions that the tracks ask for, and tells the stream.
    private func use(isDiscontinuous: Bool) {
        if isDiscontinuous { self.renditions = [] }
        self.phase = .running
        var layouts: [RenditionLayout] = []
        var refused: [RenditionID] = []
        let plans = self.plans
        for plan in plans {
            if isDiscontinuous { self.repeatParameterSets(plan) }
            guard !self.isGivenUp(plan.id) else {
                refused.append(plan.id)
                continue
            }
            let tracks = [plan.video, plan.audio].compactMap { id in self.tracks.first { $0.id == id }?.muxed }
            do {
                if !self.renditions.contains(where: { $0.id == plan.id }) {
                    self.renditions.append(try self.rendition(plan, tracks))
                }
                layouts.append(RenditionLayout(id: plan.id, tracks: tracks))
            } catch {
                self.fail(plan.id, error)
                refused.append(plan.id)
            }
        }
        for track in self.tracks.map(\.id) where !plans.contains(where: { $0.has(track) }) {
            if !self.tracksLeftOut.contains(track) { self.leaveOut(track) }
        }
        self.stream.use(
            layouts, givenUp: refused, isDiscontinuous: isDiscontinuous, publishing: self.publishing,
            now: self.environment.now())
    }

    /// In the first picture after what came before it in the rendition, if that was of another format.
    private func repeatParameterSets(_ plan: RenditionPlan) {
        guard let index = self.tracks.firstIndex(where: { $0.id == plan.video }),
            case .video(let format) = self.tracks[index].format,
            self.stream.mayHaveHad(otherThan: format, in: plan.id)
        else { return }
        self.tracks[index].repeatParameterSets()
    }

    private func rendition(_ plan: RenditionPlan, _ tracks: [MuxedTrack]) throws(MuxerError) -> RenditionPackager {
        let stream = self.stream
        let make = stream.limits.hasTransportStream ? self.muxers.transportStream : nil
        let transportStream = make.flatMap { make in
            TransportStreamSegments(limits: stream.limits, pool: stream.pool) { () throws(MuxerError) in
                try make(tracks)
            }
        }
        return RenditionPackager(
            plan: plan, muxer: try self.muxers.fragments(tracks), transportStream: transportStream,
            limits: stream.limits, pool: stream.pool,
            output: RenditionPackager.Output(
                captureTime: { [unowned self] in self.capture.time(of: $0) },
                update: { [unowned self] in self.tell($0, of: plan.id) }))
    }

    private func tell(_ update: SegmentUpdate, of id: RenditionID) {
        self.stream.add(
            update, to: id, publishing: self.publishing, mediaTime: self.latestTime, now: self.environment.now())
        if let part = update.part { self.failures[id]?.pass(part.durationNanoseconds) }
        if let lastUnitAt = update.lastUnitAt { self.observer.onPart(id, self.environment.now() - lastUnitAt) }
        guard update.endsSegment, update.segmentNanoseconds > 0 else { return }
        self.counts.segmentCount += 1
        if !update.isIndependent { self.counts.lateSegmentCount += 1 }
        self.observer.onSegment(id, .nanoseconds(update.segmentNanoseconds), !update.isIndependent)
    }

    // MARK: - Units

    private func take(
        _ index: Int, _ unit: AccessUnit, _ payload: borrowing RawSpan, at arrival: MonotonicTime
    ) {
        let id = self.tracks[index].id
        let complete = self.tracks[index].take(unit, payload, at: arrival)
        let start = unit.decodeTime.nanoseconds &+ MediaClockLimits.baseTime
        if id.kind == .video { self.latestPicture = start } else { self.latestSound = start }
        if id.kind == .video || !self.capture.isSet || self.tracks.allSatisfy({ $0.id.kind == .audio }) {
            self.capture.observe(mediaTime: start, at: self.environment.wallClock())
        }
        if let complete { self.deliver(complete, of: id) }
        if let pending = self.tracks[index].pendingStart {
            for rendition in self.renditions { rendition.expect(id, from: pending) }
        }
        if id.kind == .audio { self.releasePictures(before: start) }
        if self.renditions.contains(where: { $0.failure != nil }) { self.interrupt() }
    }

    /// Pictures whose successor is late are not waited for any longer than sound and picture wait for each other.
    private func releasePictures(before time: Int64) {
        for index in self.tracks.indices where self.tracks[index].id.kind == .video {
            guard let start = self.tracks[index].pendingStart,
                time &- start > self.stream.limits.interleaveTimeMax.nanoseconds
            else { continue }
            self.release(index)
        }
    }

    private func release(_ index: Int) {
        guard let last = self.tracks[index].release() else { return }
        self.deliver(last, of: self.tracks[index].id)
    }

    private func deliver(_ held: HeldSample, of track: TrackID) {
        for rendition in self.renditions { rendition.add(held, of: track) }
        let position = max(self.position ?? held.start, held.start)
        self.position = position
        guard self.renditions.count > 1 else { return }
        for rendition in self.renditions { rendition.keepUp(with: position) }
    }

    // MARK: - Failures

    /// Counts what the renditions lost, and lets them go.
    private func retire() {
        for rendition in self.renditions {
            self.counts.add(rendition)
            guard let failure = rendition.failure else { continue }
            self.fail(rendition.id, failure)
            if failure.remedy == .leaveTrackOut, let audio = rendition.plan.audio { self.tracksLeftOut.insert(audio) }
        }
        self.renditions = []
    }

    private func isGivenUp(_ id: RenditionID) -> Bool {
        self.failures[id].map { $0.count >= Self.muxerFailureCountMax } ?? false
    }

    private func fail(_ id: RenditionID, _ error: MuxerError) {
        self.counts.muxerFailureCount += 1
        self.lastFailure = error
        guard error.remedy != .leaveTrackOut else { return }
        self.failures[id, default: ForgivingCount()].count += 1
        if self.isGivenUp(id) { self.observer.onLoss(.rendition(id, error)) }
    }

    private enum Phase {
        /// For the tracks of the beginning.
        case waiting
        /// The next unit begins a discontinuity.
        case due
        /// The next unit finds further renditions.
        case joining
        case running
    }
}
