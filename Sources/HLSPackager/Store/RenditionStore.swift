internal import Primitives

/// The segments of one rendition: those that playlists list, and those that are only kept for who still reads them.
///
/// A live playlist lists `windowSegmentCount` segments, or more while they are shorter than three target durations
/// together (RFC 8216bis §6.2.2), four times as many at most. What leaves it stays available for its own duration and
/// that of the longest playlist it was in, but not sixteen windows of them. Sequence numbers rise by one and never go
/// back.
struct RenditionStore: Sendable {
    private let limits: HLSLimits
    private(set) var listed: [RenditionSnapshot.Segment] = []
    private var removed: [Removed] = []
    /// The MPEG-TS of the last segment while it grows.
    private var growingTransportStream: SegmentArena?
    private(set) var nextSequence: Int
    private var discontinuitySequence: Int
    private var initialisations: [RenditionSnapshot.Initialisation] = []
    /// Encrypts the segment that grows; nil where segments are clear.
    private var growing: EncryptedSegment?
    /// The same for its MPEG-TS.
    private var growingInTransportStream: EncryptedSegment?
    /// Begun since the last segment.
    private var discontinuitiesDue = 0
    private var longestPlaylistTime: Int64 = 0
    /// Changes whenever the snapshot does.
    private(set) var version = 0
    var hasEnded = false { didSet { self.version += 1 } }

    init(limits: HLSLimits, nextSequence: Int, discontinuitySequence: Int) {
        self.limits = limits
        self.nextSequence = nextSequence
        self.discontinuitySequence = discontinuitySequence
    }

    /// Of all that is kept, and of the clear text of the segment that grows.
    var byteCount: Int {
        let growing = [
            self.growingTransportStream, self.growing?.clear, self.growingInTransportStream?.clear,
            self.growingInTransportStream?.arena,
        ].reduce(0) { $0 + ($1?.residentByteCount ?? 0) }
        let kept = self.removed.reduce(growing) { $0 + $1.segment.byteCount }
        return self.listed.reduce(kept) { $0 + $1.byteCount }
    }

    /// The keys that segments here name.
    var keyNumbers: [Int] {
        (self.listed + self.removed.map(\.segment)).compactMap { $0.encryption?.keyNumber }
    }

    /// - Parameter isInterrupted: A discontinuity follows, but has not begun.
    func snapshot(hasIndependentSegments: Bool, isInterrupted: Bool) -> RenditionSnapshot {
        var snapshot = RenditionSnapshot(
            segments: self.listed, discontinuitySequence: self.discontinuitySequence,
            hasIndependentSegments: hasIndependentSegments, hasEnded: self.hasEnded,
            removedSegments: self.removed.map(\.segment), initialisations: self.initialisations,
            nextSequence: self.nextSequence)
        let isBetween = self.listed.last?.isComplete ?? true
        snapshot.isInterrupted = isBetween && (isInterrupted || self.discontinuitiesDue > 0)
        return snapshot
    }

    // MARK: - What comes in

    /// What is said beside the store's own has changed.
    mutating func markChanged() { self.version += 1 }

    /// What follows needs this initialisation section; it gets a number of its own if it is another than before.
    /// True when `number` was used.
    mutating func use(initialisation: [UInt8], number: Int) -> Bool {
        if let last = self.initialisations.last, last.bytes.unsafeBytes.elementsEqual(initialisation) { return false }
        self.initialisations.append(
            RenditionSnapshot.Initialisation(number: number, bytes: SharedBytes(initialisation)))
        self.version += 1
        return true
    }

    /// What follows begins a discontinuity, the stream's `count`th.
    mutating func beginDiscontinuity(count: Int, now: MonotonicTime) {
        self.completeLast()
        if self.discontinuitiesDue == Self.discontinuitiesDueMax { self.removeAll(now: now) }
        // Nothing listed: there is no tag, and the number says it all.
        guard !self.listed.isEmpty else {
            self.discontinuitySequence = count
            self.discontinuitiesDue = 0
            self.version += 1
            return
        }
        self.discontinuitiesDue += 1
        self.version += 1
    }

    /// - Parameter encryptor: Of a segment that this begins, if it is to be encrypted.
    mutating func add(_ update: SegmentUpdate, encryptor: EncryptedSegment? = nil, now: MonotonicTime) {
        self.version += 1
        if !self.isGrowing(update) {
            self.completeLast()
            // A segment of nothing is listed where a player has something to read it with.
            let isGap = update.endsSegment && update.emptyNanoseconds > 0 && !self.initialisations.isEmpty
            guard update.part != nil || isGap else { return }
            self.begin(update, encryptor)
        }
        let last = self.listed.count - 1
        if let part = update.part {
            self.append(part)
            self.grow(update.transportStream)
        }
        self.listed[last].emptyNanoseconds += update.emptyNanoseconds
        if update.endsSegment { self.completeLast() }
        self.longestPlaylistTime = max(self.longestPlaylistTime, self.playlistTime)
        self.trim(now: now)
    }

    /// Whether a segment begins with this update.
    func begins(_ update: SegmentUpdate) -> Bool { update.part != nil && !self.isGrowing(update) }

    private func isGrowing(_ update: SegmentUpdate) -> Bool {
        guard let last = self.listed.last, !last.isComplete else { return false }
        return (self.growing?.clear ?? last.arena).sharesMemory(with: update.arena)
    }

    private mutating func begin(_ update: SegmentUpdate, _ encryptor: EncryptedSegment?) {
        var segment = RenditionSnapshot.Segment(
            sequence: self.nextSequence, arena: encryptor?.arena ?? update.arena, parts: [], isComplete: false,
            isDiscontinuous: false, initialisationNumber: self.initialisations.last?.number ?? 0,
            startsAt: update.startsAt)
        segment.discontinuityCount = self.discontinuitiesDue
        segment.encryption = encryptor?.encryption
        self.growing = encryptor
        self.listed.append(segment)
        self.nextSequence += 1
        self.discontinuitiesDue = 0
    }

    /// The last segment will not grow any more.
    mutating func completeLast() {
        guard let last = self.listed.last, !last.isComplete else { return }
        self.finishEncryption()
        self.listed[self.listed.count - 1].isComplete = true
        self.listed[self.listed.count - 1].transportStream = self.growingTransportStream
        self.growingTransportStream = nil
        self.version += 1
    }

    // MARK: - Encryption

    /// To the segment that grows. What cannot be encrypted is time in which there was nothing.
    private mutating func append(_ part: RenditionSnapshot.Part) {
        let last = self.listed.count - 1
        guard let growing = self.growing else {
            self.listed[last].parts.append(part)
            return
        }
        do throws(EncryptionError) {
            var part = part
            part.range = try growing.take(upTo: part.range.upperBound)
            self.listed[last].parts.append(part)
        } catch { self.listed[last].emptyNanoseconds += part.durationNanoseconds }
    }

    /// The MPEG-TS of the segment that grows, up to here. What cannot be encrypted is left out, and nothing else.
    private mutating func grow(_ transportStream: SegmentArena?) {
        guard let growing = self.growing else {
            self.growingTransportStream = transportStream
            return
        }
        guard let transportStream else {
            self.growingInTransportStream = nil
            return
        }
        let encrypted = self.growingInTransportStream ?? growing.transportStream(transportStream)
        self.growingInTransportStream = encrypted
        // One that fails does so to its end, where it is left out.
        try? encrypted.take(transportStream)
    }

    /// Ends the chains of blocks of the segment that grew. One that is not whole could not be opened: it becomes a gap.
    private mutating func finishEncryption() {
        guard let growing = self.growing else { return }
        let transportStream = self.growingInTransportStream
        (self.growing, self.growingInTransportStream) = (nil, nil)
        let last = self.listed.count - 1
        do throws(EncryptionError) {
            let byteCount = try growing.finish()
            if let part = self.listed[last].parts.indices.last {
                let start = self.listed[last].parts[part].range.lowerBound
                self.listed[last].parts[part].range = start..<byteCount
            }
            // Without its MPEG-TS the segment is a gap in that form alone.
            if let transportStream, (try? transportStream.finish()) != nil {
                self.growingTransportStream = transportStream.arena
            }
        } catch {
            self.listed[last].emptyNanoseconds = self.listed[last].durationNanoseconds
            self.listed[last].parts = []
        }
    }

    // MARK: - What goes

    /// Forgets what nobody can be reading any more. True when there was something.
    @discardableResult
    mutating func forget(now: MonotonicTime) -> Bool {
        let count = self.removed.count
        self.removed.removeAll { $0.until <= now }
        guard self.removed.count < count else { return false }
        self.forgetInitialisations()
        self.version += 1
        return true
    }

    mutating func removeAll(now: MonotonicTime) {
        while !self.listed.isEmpty { self.removeFirst(now: now) }
    }

    /// Gives up the oldest segment for its memory: one that is only kept, otherwise one that is listed. False when
    /// there is none but the one that grows.
    mutating func giveUpOldest(onlyRemoved: Bool, now: MonotonicTime) -> Bool {
        if !self.removed.isEmpty {
            self.removed.removeFirst()
            self.forgetInitialisations()
            self.version += 1
            return true
        }
        guard !onlyRemoved, self.listed.count > 1 else { return false }
        self.removeFirst(now: now)
        return self.giveUpOldest(onlyRemoved: true, now: now)
    }

    /// Nothing is left; numbers stay.
    mutating func clear(now: MonotonicTime) {
        self.removeAll(now: now)
        self.removed = []
        self.initialisations = []
        self.version += 1
    }

    private mutating func trim(now: MonotonicTime) {
        self.forget(now: now)
        let complete = self.listed.last?.isComplete == true ? 0 : 1
        let timeMin = Int64(self.limits.targetDurationSeconds) * 3_000_000_000
        while self.listed.count - complete > self.limits.windowSegmentCount, let first = self.listed.first {
            let isTooLong = self.listed.count - complete > self.limits.windowSegmentCount * 4
            guard isTooLong || self.playlistTime - first.durationNanoseconds >= timeMin else { break }
            self.removeFirst(now: now)
        }
        let removedCountMax = self.limits.windowSegmentCount * Self.removedWindowCountMax
        guard self.removed.count > removedCountMax else { return }
        self.removed.removeFirst(self.removed.count - removedCountMax)
        self.forgetInitialisations()
    }

    private mutating func removeFirst(now: MonotonicTime) {
        let first = self.listed.removeFirst()
        self.discontinuitySequence += first.discontinuityCount
        let time = first.durationNanoseconds + self.longestPlaylistTime
        self.removed.append(Removed(segment: first, until: now + .nanoseconds(time)))
        self.version += 1
    }

    private mutating func forgetInitialisations() {
        guard self.initialisations.count > 1, let newest = self.initialisations.last?.number else { return }
        var used = Set(self.listed.map(\.initialisationNumber))
        used.formUnion(self.removed.map(\.segment.initialisationNumber))
        used.insert(newest)
        self.initialisations.removeAll { !used.contains($0.number) }
    }

    /// A publisher that comes and goes with nothing to show may not fill playlists with tags.
    private static let discontinuitiesDueMax = 16
    /// Segments go by the clock of the wall: media that comes faster would pile them up.
    private static let removedWindowCountMax = 16

    private var playlistTime: Int64 { self.listed.reduce(0) { $0 + $1.durationNanoseconds } }

    private struct Removed: Sendable {
        var segment: RenditionSnapshot.Segment
        var until: MonotonicTime
    }
}
