internal import MediaTypes
internal import Primitives

/// One rendition of a recorded show: where its segments lie, and the part of its playlist that is written once and
/// stays (RFC 8216bis §6.2.1: to a playlist of type EVENT, lines are only added).
struct RecordedRendition: Sendable {
    let id: RenditionID
    /// The latest first, then those before it.
    private(set) var formats: [TrackFormat] = []
    /// Those of the latest.
    private(set) var tracks: [TrackFormat] = []
    var initialisations: [RecordedMedia] = []
    /// Those that were not lost, by sequence.
    private(set) var segments: [RecordedMedia] = []
    /// The lines of all segments.
    private(set) var text: [UInt8] = []
    private(set) var bitRate = RunningBitRate()
    private(set) var hasIndependentSegments = true
    private(set) var segmentCount = 0
    private(set) var firstSequence: Int?
    private(set) var firstDiscontinuity = 0
    private var pictureCount: Int64 = 0
    private var pictureNanoseconds: Int64 = 0
    private var last: (segment: RenditionSnapshot.Segment, discontinuity: Int)?

    init(id: RenditionID) { self.id = id }

    var lastSequence: Int? { self.last?.segment.sequence }

    mutating func use(_ formats: [TrackFormat], countMax: Int) {
        self.tracks = formats
        self.formats = Array((formats + self.formats.filter { !formats.contains($0) }).prefix(countMax))
    }

    mutating func append(_ segment: RecordedSegment, discontinuity: Int, _ promises: PlaylistPromises) {
        let isDiscontinuous = self.last.map { $0.discontinuity != discontinuity } ?? false
        // Another rendition has had discontinuities that this one has missed: their numbers agree all the same.
        for _ in 1..<max(discontinuity - (self.last?.discontinuity ?? discontinuity), 1) {
            self.text.append("#EXT-X-DISCONTINUITY\n")
        }
        let listed = Self.listed(segment, isDiscontinuous: isDiscontinuous)
        let playlist = MediaPlaylist(
            of: self.id, form: .event,
            Self.snapshot([self.last?.segment, listed].compactMap { $0 }, discontinuity: 0), promises)
        playlist.appendSegments(from: self.last == nil ? 0 : 1, to: &self.text)
        if self.last == nil { (self.firstSequence, self.firstDiscontinuity) = (segment.sequence, discontinuity) }
        self.last = (listed, discontinuity)
        self.segmentCount += 1
        guard let range = segment.range else { return }
        self.segments.append(RecordedMedia(number: segment.sequence, range))
        self.bitRate.add(byteCount: range.count, nanoseconds: segment.durationNanoseconds, promises)
        self.pictureCount &+= Int64(segment.pictureCount)
        self.pictureNanoseconds &+= segment.pictureNanoseconds
        if !segment.isIndependent { self.hasIndependentSegments = false }
    }

    /// Pictures in a thousand seconds.
    var frameRateThousandths: Int? {
        RenditionSnapshot.frameRateThousandths(pictureCount: self.pictureCount, nanoseconds: self.pictureNanoseconds)
    }

    /// Where a segment lies; nil if it was lost or never there.
    func media(sequence: Int) -> RecordedMedia? {
        var (low, high) = (0, self.segments.count)
        while low < high {
            let middle = (low + high) / 2
            if self.segments[middle].number < sequence { low = middle + 1 } else { high = middle }
        }
        guard low < self.segments.count, self.segments[low].number == sequence else { return nil }
        return self.segments[low]
    }

    func isGap(sequence: Int) -> Bool {
        guard let first = self.firstSequence, let last = self.lastSequence else { return false }
        return (first...max(first, last)).contains(sequence) && self.media(sequence: sequence) == nil
    }

    // MARK: - Playlists

    /// What all playlists say of all segments: the last one may differ from one version to the next, the others do not.
    func playlist(_ form: PlaylistForm, hasEnded: Bool, _ promises: PlaylistPromises) -> [UInt8] {
        // The lines of the segments are written already; the head only wants to know where they begin.
        var snapshot = Self.snapshot([], discontinuity: self.firstDiscontinuity)
        snapshot.nextSequence = self.firstSequence ?? 0
        // Known for good only when all segments are: a playlist that grows must neither take it back nor say it late.
        snapshot.hasIndependentSegments = form == .recording && self.hasIndependentSegments
        snapshot.hasEnded = hasEnded
        let playlist = MediaPlaylist(of: self.id, form: form, snapshot, promises)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(self.text.count + 512)
        playlist.appendHead(version: form.version, to: &bytes)
        bytes.append(contentsOf: self.text)
        playlist.appendTail(to: &bytes)
        return bytes
    }

    private static func snapshot(_ segments: [RenditionSnapshot.Segment], discontinuity: Int) -> RenditionSnapshot {
        RenditionSnapshot(
            segments: segments, discontinuitySequence: discontinuity, hasIndependentSegments: false, hasEnded: false)
    }

    /// The segment as live playlists know it, of one part.
    private static func listed(_ segment: RecordedSegment, isDiscontinuous: Bool) -> RenditionSnapshot.Segment {
        let part = segment.range.map { range in
            RenditionSnapshot.Part(
                range: 0..<range.count, durationNanoseconds: segment.durationNanoseconds,
                isIndependent: segment.isIndependent)
        }
        var listed = RenditionSnapshot.Segment(
            sequence: segment.sequence, arena: self.noMemory, parts: part.map { [$0] } ?? [], isComplete: true,
            isDiscontinuous: isDiscontinuous, initialisationNumber: segment.initialisationNumber,
            startsAt: segment.startsAt, emptyNanoseconds: part == nil ? segment.durationNanoseconds : 0)
        listed.encryption = segment.encryption
        return listed
    }

    /// Recorded segments are in no memory.
    private static let noMemory = SegmentArena(capacity: 0)
}

/// The bit rate of a rendition as `RenditionBitRate` measures it, taken in segment by segment.
struct RunningBitRate: Sendable {
    private var window: [(byteCount: Int64, nanoseconds: Int64)] = []
    private var byteCount: Int64 = 0
    private var nanoseconds: Int64 = 0
    private var peak = 0

    mutating func add(byteCount: Int, nanoseconds: Int64, _ promises: PlaylistPromises) {
        self.byteCount &+= Int64(byteCount)
        self.nanoseconds &+= nanoseconds
        self.window.append((Int64(byteCount), nanoseconds))
        let target = promises.targetDuration.nanoseconds
        var (bytes, time): (Int64, Int64) = (0, 0)
        var first = self.window.count
        while first > 0, time &+ self.window[first - 1].nanoseconds <= target / 2 &* 3 {
            first -= 1
            bytes &+= self.window[first].byteCount
            time &+= self.window[first].nanoseconds
            if time >= target / 2 { self.peak = max(self.peak, Self.rate(bytes, time)) }
        }
        self.window.removeFirst(min(first, self.window.count - 1))
        if self.window.count > Self.windowCountMax { self.window.removeFirst() }
    }

    /// Nil before the first segment that lasts.
    var value: RenditionBitRate? {
        let average = Self.rate(self.byteCount, self.nanoseconds)
        return average > 0 ? RenditionBitRate(peak: max(self.peak, average), average: average) : nil
    }

    /// A run of more segments than this is too short to count.
    private static let windowCountMax = 64

    private static func rate(_ byteCount: Int64, _ nanoseconds: Int64) -> Int {
        let milliseconds = nanoseconds / 1_000_000
        guard milliseconds > 0 else { return 0 }
        return Int((byteCount &* 8000 &+ milliseconds &- 1) / milliseconds)
    }
}
