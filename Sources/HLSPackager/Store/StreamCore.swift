internal import MediaTypes
internal import Primitives

/// All that is kept of a stream, across its publishings: its renditions' segments and the numbers that never go back.
///
/// A discontinuity is one in all renditions, so that their numbers agree (RFC 8216bis §6.2.4). Publishings are
/// numbered, and only the latest may change anything: one that was replaced has no say any more.
struct StreamCore: Sendable {
    private let limits: HLSLimits
    private var renditions: [Rendition] = []
    private(set) var state: StreamState
    private var hasIndependentSegments = true
    private var version = 0
    /// When the latest of all segments ended, on the wall clock.
    private(set) var latestEnd: WallClock?
    private(set) var times: StreamTimes
    /// A process before has had it.
    private let isResumed: Bool
    private var publishing = 0
    var latestPublishing: Int { self.publishing }
    private(set) var isPublishing = false
    /// A discontinuity follows, but has not begun.
    private var isInterrupted = false
    private(set) var hasEnded = false
    /// It has ended, and nothing is left but its numbers.
    private(set) var isOver = false
    /// What is listed goes with the first of the next publishing: until then viewers see it, and may read it for as
    /// long after.
    private var beginsAnew = false
    /// Nil where segments are clear.
    private var keys: SegmentKeys?
    private let pool: ArenaPool

    init(limits: HLSLimits, state: StreamState, pool: ArenaPool) {
        self.limits = limits
        self.state = state
        self.times = StreamTimes(zeroAt: state.zeroAt)
        self.isResumed = state.zeroAt != nil
        self.pool = pool
        self.keys = limits.keySegmentCount.map { SegmentKeys(segmentCount: $0, nextNumber: state.nextKey) }
    }

    /// Of all segments that are kept.
    var byteCount: Int { self.renditions.reduce(0) { $0 + $1.store.byteCount } }

    var summary: StreamSummary {
        var summary = StreamSummary()
        summary.phase =
            self.hasEnded || self.renditions.isEmpty ? .over : self.isPublishing ? .live : .interrupted
        summary.renditionCount = self.renditions.count { !$0.store.hasEnded && $0.goneAt == nil }
        summary.byteCount = self.byteCount
        summary.formats = self.renditions.first?.tracks.map(\.format) ?? []
        for rendition in self.renditions {
            let time = rendition.store.listed.reduce(0) { $0 + $1.durationNanoseconds }
            summary.windowTime = max(summary.windowTime, .nanoseconds(time))
        }
        return summary
    }

    mutating func snapshot() -> StreamSnapshot {
        self.version += 1
        var snapshot = StreamSnapshot(
            version: self.version,
            renditions: self.renditions.map { rendition in
                var snapshot = rendition.store.snapshot(
                    hasIndependentSegments: self.hasIndependentSegments, isInterrupted: self.isInterrupted)
                snapshot.isAway = rendition.goneAt != nil
                return StreamSnapshot.Rendition(
                    id: rendition.id, tracks: rendition.tracks, snapshot: snapshot, version: rendition.store.version)
            })
        snapshot.zeroAt = self.state.zeroAt
        snapshot.keys = (self.keys?.keys ?? []).map { StreamSnapshot.Key(number: $0.number, bytes: $0.bytes) }
        return snapshot
    }

    // MARK: - Publishings

    /// The number of a new publishing. Takes the stream from the one before it; a stream that had ended begins anew,
    /// with its numbers going on.
    mutating func begin(now: MonotonicTime, wallClock: WallClock) -> Int {
        self.times.begin(now: now, wallClock: wallClock)
        self.state.zeroAt = self.times.zeroAt
        self.publishing += 1
        self.isPublishing = true
        for index in self.renditions.indices { self.renditions[index].store.completeLast() }
        self.beginsAnew = self.beginsAnew || self.hasEnded
        self.hasEnded = false
        self.isOver = false
        return self.publishing
    }

    func isCurrent(_ publishing: Int) -> Bool { publishing == self.publishing }

    /// Whether the pictures that the rendition has had last may have been of another format. What a process before has
    /// made of it, nobody knows.
    func mayHaveHad(otherThan format: VideoFormat, in id: RenditionID) -> Bool {
        guard let rendition = self.renditions.first(where: { $0.id == id }) else { return self.isResumed }
        return rendition.tracks.contains { track in
            if case .video(let known) = track.format { known.configuration != format.configuration } else { false }
        }
    }

    mutating func note(mediaTime: Int64, now: MonotonicTime) {
        self.times.note(mediaTime, now: now)
        self.state.zeroAt = self.times.zeroAt
    }

    /// Those that have not ended for their players.
    var renditionsToComeBack: [RenditionID] { self.renditions.filter { !$0.store.hasEnded }.map(\.id) }

    /// From here on, the stream has these renditions. What they had before goes on after a discontinuity, unless all
    /// that happened is that renditions were added. One that is gone may come back like a publisher that was lost, for
    /// an end that players were told of cannot be taken back; one whose muxer was given up ends at once.
    mutating func use(
        _ layouts: [RenditionLayout], givenUp: [RenditionID] = [], isDiscontinuous: Bool, now: MonotonicTime
    ) {
        let isDiscontinuous = isDiscontinuous && !self.state.isNew
        if isDiscontinuous { self.state.discontinuityCount += 1 }
        if self.beginsAnew {
            self.beginsAnew = false
            for index in self.renditions.indices { self.renditions[index].store.removeAll(now: now) }
        }
        if self.isInterrupted {
            self.isInterrupted = false
            for index in self.renditions.indices { self.renditions[index].store.markChanged() }
        }
        for index in self.renditions.indices {
            let id = self.renditions[index].id
            if layouts.contains(where: { $0.id == id }) {
                self.renditions[index].goneAt = nil
                if self.renditions[index].store.hasEnded { self.renditions[index].store.hasEnded = false }
            } else if givenUp.contains(id) {
                self.renditions[index].end()
            } else if !self.renditions[index].store.hasEnded {
                self.renditions[index].goneAt = self.renditions[index].goneAt ?? now
            }
            if isDiscontinuous {
                self.renditions[index].store.beginDiscontinuity(count: self.state.discontinuityCount, now: now)
            }
        }
        let nextSequence = self.state.nextSequence
        for layout in layouts {
            let index = self.index(of: layout, nextSequence: nextSequence)
            guard self.renditions[index].tracks != layout.tracks else { continue }
            self.renditions[index].tracks = layout.tracks
            self.renditions[index].store.markChanged()
        }
    }

    private mutating func index(of layout: RenditionLayout, nextSequence: Int) -> Int {
        if let index = self.renditions.firstIndex(where: { $0.id == layout.id }) { return index }
        let store = RenditionStore(
            limits: self.limits, nextSequence: nextSequence,
            discontinuitySequence: self.state.discontinuityCount)
        self.renditions.append(Rendition(id: layout.id, tracks: layout.tracks, store: store))
        return self.renditions.count - 1
    }

    /// Gone for longer than a publisher may be.
    private mutating func endGone(now: MonotonicTime) {
        for index in self.renditions.indices {
            guard let goneAt = self.renditions[index].goneAt, goneAt + self.limits.interruptedGraceTime <= now else {
                continue
            }
            self.renditions[index].end()
        }
    }

    mutating func add(_ update: SegmentUpdate, to id: RenditionID, now: MonotonicTime) {
        self.endGone(now: now)
        guard let index = self.renditions.firstIndex(where: { $0.id == id }) else { return }
        if let initialisation = update.initialisation {
            let number = self.state.nextInitialisation
            if self.renditions[index].store.use(initialisation: initialisation, number: number) {
                self.state.nextInitialisation += 1
            }
        }
        let encryptor = self.encryptor(of: update, index)
        self.renditions[index].store.add(update, encryptor: encryptor, now: now)
        self.state.nextSequence = max(self.state.nextSequence, self.renditions[index].store.nextSequence)
        if let last = self.renditions[index].store.listed.last {
            let time = last.startsAt.unixMilliseconds &+ (last.durationNanoseconds &+ 999_999) / 1_000_000
            self.latestEnd = max(self.latestEnd ?? last.startsAt, WallClock(unixMilliseconds: time))
        }
        if update.part != nil, !update.isIndependent, self.hasIndependentSegments {
            self.hasIndependentSegments = false
            for index in self.renditions.indices { self.renditions[index].store.markChanged() }
        }
        self.keepBound(now: now)
        if self.keys != nil { self.keys?.keep(named: Set(self.renditions.flatMap(\.store.keyNumbers))) }
    }

    /// What encrypts the segment that begins with the update; nil where none does, or segments are clear.
    private mutating func encryptor(of update: SegmentUpdate, _ index: Int) -> EncryptedSegment? {
        let sequence = self.renditions[index].store.nextSequence
        guard self.renditions[index].store.begins(update), let key = self.keys?.key(forSequence: sequence),
            let vector = self.keys?.vector(), let transportStreamVector = self.keys?.vector()
        else { return nil }
        self.state.nextKey = max(self.state.nextKey, key.number + 1)
        return EncryptedSegment(
            update.arena, key: key.bytes,
            encryption: RenditionSnapshot.Encryption(
                keyNumber: key.number, initialisationVector: vector, transportStreamVector: transportStreamVector),
            pool: self.pool)
    }

    /// What has been given is all of this timeline.
    mutating func interrupt() {
        guard !self.isInterrupted else { return }
        self.isInterrupted = true
        for index in self.renditions.indices { self.renditions[index].store.markChanged() }
    }

    /// The publisher has gone; the stream waits for it.
    mutating func suspend() {
        self.isPublishing = false
        for index in self.renditions.indices { self.renditions[index].store.completeLast() }
        self.interrupt()
    }

    /// Nobody came back. Returns how long what is there has to stay.
    mutating func end() -> TimeAmount {
        self.hasEnded = true
        var time: Int64 = 0
        for index in self.renditions.indices {
            self.renditions[index].end()
            let listed = self.renditions[index].store.listed
            let longest = listed.map(\.durationNanoseconds).max() ?? 0
            time = max(time, longest + listed.reduce(0) { $0 + $1.durationNanoseconds })
        }
        return .nanoseconds(time)
    }

    /// Nothing is kept but the numbers.
    mutating func clear(now: MonotonicTime) {
        for index in self.renditions.indices { self.renditions[index].store.clear(now: now) }
        self.keys?.removeAll()
        self.isOver = true
    }

    /// The oldest goes first, what is only kept before what is listed, and of the largest rendition.
    private mutating func keepBound(now: MonotonicTime) {
        while self.byteCount > self.limits.streamByteCountMax {
            let bySize = self.renditions.indices.sorted {
                self.renditions[$0].store.byteCount > self.renditions[$1].store.byteCount
            }
            let isFreed = [true, false].contains { onlyRemoved in
                bySize.contains { self.renditions[$0].store.giveUpOldest(onlyRemoved: onlyRemoved, now: now) }
            }
            guard isFreed else { return }
        }
    }

    private struct Rendition: Sendable {
        let id: RenditionID
        var tracks: [MuxedTrack]
        var store: RenditionStore
        /// Since when the publishing does not have it, until it has ended.
        var goneAt: MonotonicTime? {
            didSet { if (oldValue == nil) != (self.goneAt == nil) { self.store.markChanged() } }
        }

        mutating func end() {
            self.goneAt = nil
            if !self.store.hasEnded { self.store.hasEnded = true }
        }
    }
}
