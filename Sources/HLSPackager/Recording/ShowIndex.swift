internal import MediaTypes
internal import Primitives

/// All that is known of a recorded show: where its segments lie, and its playlists as far as they are written. A value;
/// it only grows, entry by entry, and every entry is on the disk by then.
struct ShowIndex: Sendable {
    let stream: String
    let targetDurationSeconds: Int
    private let limits: RecordingLimits
    private(set) var renditions: [RecordedRendition] = []
    /// Of the media file, as far as entries name it.
    private(set) var mediaByteCount = 0
    private(set) var keys: [Int: [UInt8]] = [:]
    private(set) var hasEnded = false
    /// The stream's discontinuities that the show has, in order. In its playlists they are counted from zero: a
    /// restart leaves thousands of numbers out.
    private var discontinuities: [Int] = []
    /// When the earliest segment begins, on the wall clock.
    private(set) var earliestStart: WallClock?
    /// When the latest segment ends, on the wall clock.
    private(set) var latestEnd: WallClock?
    /// Rises with every entry.
    private(set) var version = 0

    init(stream: String, targetDurationSeconds: Int, limits: RecordingLimits) {
        self.stream = stream
        self.targetDurationSeconds = targetDurationSeconds
        self.limits = limits
    }

    var promises: PlaylistPromises {
        var limits = HLSLimits()
        limits.segmentTimeMax = .seconds(Int64(self.targetDurationSeconds))
        return PlaylistPromises(limits)
    }

    subscript(id: RenditionID) -> RecordedRendition? { self.renditions.first { $0.id == id } }

    /// Something can be played.
    var hasMedia: Bool { self.renditions.contains { !$0.segments.isEmpty } }

    /// Sequences of all segments, lost ones too; nil as long as there are none.
    var sequences: ClosedRange<Int>? {
        guard let first = self.renditions.compactMap(\.firstSequence).min(),
            let last = self.renditions.compactMap(\.lastSequence).max()
        else { return nil }
        return first...max(first, last)
    }

    /// Larger than every number so far, of each kind.
    var state: StreamState {
        let initialisations = self.renditions.flatMap(\.initialisations).map(\.number)
        return StreamState(
            nextSequence: (self.sequences?.upperBound ?? -1) &+ 1,
            nextInitialisation: (initialisations.max() ?? -1) &+ 1, discontinuityCount: self.discontinuities.last ?? 0,
            nextKey: (self.keys.keys.max() ?? -1) &+ 1)
    }

    /// What it takes in memory, roughly.
    var byteCount: Int {
        self.renditions.reduce(1024) { $0 + $1.text.count + $1.segments.count * MemoryLayout<RecordedMedia>.stride }
    }

    // MARK: - Entries

    /// Where the media file has to end for the entry to be true.
    func mediaEnd(after entry: JournalEntry) -> Int {
        switch entry {
        case .initialisation(_, _, let range): range.upperBound
        case .segment(_, let segment): segment.range?.upperBound ?? 0
        case .show, .tracks, .key, .end: 0
        }
    }

    /// Whether all of these can be applied, as far as bounds go.
    func hasRoom(for entries: [JournalEntry]) -> Bool {
        var (ids, newKeys) = (Set(self.renditions.map(\.id)), Set<Int>())
        for entry in entries {
            switch entry {
            case .key(let number, _): if self.keys[number] == nil { newKeys.insert(number) }
            case .tracks(let id, _), .initialisation(let id, _, _), .segment(let id, _): ids.insert(id)
            case .show, .end: break
            }
        }
        return ids.count <= self.limits.renditionCountMax
            && (newKeys.isEmpty || self.keys.count + newKeys.count <= self.limits.keyCountMax)
    }

    /// False, with nothing changed, when the entry contradicts those before it.
    mutating func apply(_ entry: JournalEntry) -> Bool {
        guard !self.hasEnded else { return false }
        switch entry {
        case .show: return false
        case .end: self.hasEnded = true
        case .key(let number, let key):
            guard self.keys.count < self.limits.keyCountMax, number < StreamState.numberMax else { return false }
            self.keys[number] = key
        case .tracks(let id, let formats):
            guard let index = self.position(of: id) else { return false }
            self.renditions[index].use(formats, countMax: self.limits.formatCountMax)
        case .initialisation(let id, let number, let range):
            guard range.lowerBound >= self.mediaByteCount, number < StreamState.numberMax,
                let index = self.position(of: id)
            else { return false }
            self.renditions[index].initialisations.append(RecordedMedia(number: number, range))
            self.mediaByteCount = range.upperBound
        case .segment(let id, let segment):
            guard self.isPossible(segment, of: id), let index = self.position(of: id) else { return false }
            self.mediaByteCount = segment.range?.upperBound ?? self.mediaByteCount
            let rank = self.rank(of: segment.discontinuity)
            self.renditions[index].append(segment, discontinuity: rank, self.promises)
            self.earliestStart = min(self.earliestStart ?? segment.startsAt, segment.startsAt)
            let end = segment.startsAt.unixMilliseconds &+ segment.durationNanoseconds / 1_000_000
            self.latestEnd = max(self.latestEnd ?? segment.startsAt, WallClock(unixMilliseconds: end))
        }
        self.version += 1
        return true
    }

    private func isPossible(_ segment: RecordedSegment, of id: RenditionID) -> Bool {
        guard max(segment.sequence, segment.discontinuity) < StreamState.numberMax,
            segment.durationNanoseconds <= Self.durationMax,
            segment.pictureNanoseconds <= Self.durationMax, segment.pictureCount <= Self.pictureCountMax
        else { return false }
        if let rendition = self[id], let last = rendition.lastSequence, segment.sequence <= last { return false }
        guard let range = segment.range else { return true }
        let isKnown = self[id]?.initialisations.contains { $0.number == segment.initialisationNumber } ?? false
        return isKnown && range.lowerBound >= self.mediaByteCount && !range.isEmpty
    }

    /// A day: no segment is nearly as long, and sums stay far from overflow.
    private static let durationMax: Int64 = 86_400_000_000_000
    private static let pictureCountMax = 1_000_000

    private mutating func position(of id: RenditionID) -> Int? {
        if let index = self.renditions.firstIndex(where: { $0.id == id }) { return index }
        guard self.renditions.count < self.limits.renditionCountMax else { return nil }
        self.renditions.append(RecordedRendition(id: id))
        return self.renditions.count - 1
    }

    private mutating func rank(of discontinuity: Int) -> Int {
        if let last = self.discontinuities.last, discontinuity <= last {
            return self.discontinuities.lastIndex { $0 <= discontinuity } ?? 0
        }
        self.discontinuities.append(discontinuity)
        return self.discontinuities.count - 1
    }
}

/// A range of a show's media file, by the number of what it holds.
struct RecordedMedia: Equatable, Sendable {
    var number: Int
    var offset: Int
    var count: Int

    init(number: Int, _ range: Range<Int>) {
        self.number = number
        self.offset = range.lowerBound
        self.count = range.count
    }
}
