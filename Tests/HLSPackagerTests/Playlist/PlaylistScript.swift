import HLSPackager
import MediaTypes
import Primitives

/// A rendition that a test writes part by part. Its target duration is 2 seconds and its part target half a second,
/// so that parts are listed for 6 seconds and segments can be skipped after 12. It begins at sequence 7.
struct PlaylistScript {
    var limits = HLSLimits()
    var id = RenditionID.main
    var hasTransportStream = true
    var snapshot = RenditionSnapshot(
        segments: [], discontinuitySequence: 0, hasIndependentSegments: true, hasEnded: false, nextSequence: 7)
    private var date = WallClock(unixMilliseconds: 1_790_000_000_000)
    private var initialisationNumber = 0
    private var isDiscontinuityDue = false

    init(id: RenditionID = .main, keySegmentCount: Int? = nil) {
        self.id = id
        self.limits.keySegmentCount = keySegmentCount
        self.limits.partTime = .milliseconds(500)
        self.limits.segmentTimeMax = .milliseconds(2000)
        self.useInitialisation()
    }

    /// Whole segments of four parts, two seconds each.
    init(segmentCount: Int, openPartCount: Int = 0, id: RenditionID = .main) {
        self.init(id: id)
        for _ in 0..<segmentCount { self.addSegment() }
        for _ in 0..<openPartCount { self.addPart() }
    }

    mutating func addPart(nanoseconds: Int64 = 500_000_000, byteCount: Int = 1000) {
        if self.snapshot.segments.last?.isComplete != false { self.open() }
        let last = self.snapshot.segments.count - 1
        let parts = self.snapshot.segments[last].parts
        let start = parts.last?.range.upperBound ?? 0
        self.snapshot.segments[last].parts.append(
            RenditionSnapshot.Part(
                range: start..<start + byteCount, durationNanoseconds: nanoseconds, isIndependent: parts.isEmpty))
        self.date.unixMilliseconds += nanoseconds / 1_000_000
    }

    mutating func open() {
        self.snapshot.segments.append(
            RenditionSnapshot.Segment(
                sequence: self.snapshot.nextSequence, arena: SegmentArena(capacity: 0), parts: [], isComplete: false,
                isDiscontinuous: self.isDiscontinuityDue, initialisationNumber: self.initialisationNumber,
                startsAt: self.date))
        self.snapshot.segments[self.snapshot.segments.count - 1].encryption = self.encryption
        self.snapshot.nextSequence += 1
        self.isDiscontinuityDue = false
    }

    /// Of the next segment: a key for so many, and a vector that tells of the sequence, for each of its forms.
    private var encryption: RenditionSnapshot.Encryption? {
        let sequence = self.snapshot.nextSequence
        let vector = [0xab] + [UInt8](repeating: 0, count: 14) + [UInt8(truncatingIfNeeded: sequence)]
        return self.limits.keySegmentCount.map { count in
            RenditionSnapshot.Encryption(
                keyNumber: sequence / count, initialisationVector: vector, transportStreamVector: vector)
        }
    }

    mutating func endSegment() {
        let last = self.snapshot.segments.count - 1
        self.snapshot.segments[last].isComplete = true
        if self.hasTransportStream { self.snapshot.segments[last].transportStream = SegmentArena(capacity: 0) }
    }

    mutating func addSegment(parts: [Int64] = [500, 500, 500, 500]) {
        for part in parts { self.addPart(nanoseconds: part * 1_000_000) }
        self.endSegment()
    }

    /// Time in which nothing came, as a segment.
    mutating func addHole(milliseconds: Int64) {
        self.open()
        self.snapshot.segments[self.snapshot.segments.count - 1].emptyNanoseconds = milliseconds * 1_000_000
        self.date.unixMilliseconds += milliseconds
        self.endSegment()
    }

    mutating func beginDiscontinuity(withNewInitialisation isNew: Bool = false) {
        self.isDiscontinuityDue = true
        if isNew {
            self.initialisationNumber += 1
            self.useInitialisation()
        }
    }

    mutating func removeFirst() {
        if self.snapshot.segments.removeFirst().isDiscontinuous { self.snapshot.discontinuitySequence += 1 }
    }

    private mutating func useInitialisation() {
        self.snapshot.initialisations.append(
            RenditionSnapshot.Initialisation(number: self.initialisationNumber, bytes: SharedBytes([])))
    }

    // MARK: - What is read

    func playlist(_ form: PlaylistForm = .lowLatency, reports: [MediaPlaylist.Report] = []) -> MediaPlaylist {
        MediaPlaylist(of: self.id, form: form, self.snapshot, PlaylistPromises(self.limits), reports: reports)
    }

    func text(_ form: PlaylistForm = .lowLatency, reports: [MediaPlaylist.Report] = []) -> String {
        String(decoding: self.playlist(form, reports: reports).render(), as: UTF8.self)
    }

    func lines(_ form: PlaylistForm = .lowLatency, reports: [MediaPlaylist.Report] = []) -> [String] {
        self.text(form, reports: reports).split(separator: "\n").map(String.init)
    }

    func deltaLines() -> [String]? {
        self.playlist().renderDelta().map { bytes in
            String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
        }
    }
}

extension [String] {
    /// What follows this beginning, in the lines that have it.
    func after(_ beginning: String) -> [String] {
        self.filter { $0.hasPrefix(beginning) }.map { String($0.dropFirst(beginning.count)) }
    }
}
