internal import MediaTypes
internal import Primitives

/// One segment on its way to the disk, with everything that a show may not have been told yet.
struct RecordingItem: Sendable {
    var id: RenditionID
    /// Its place in the media file is found when it is written.
    var segment: RecordedSegment
    /// Holds the segment's memory; nil for one that is lost to the recording, or that had nothing in it.
    var media: SharedSlice?
    var initialisation: SharedBytes?
    var formats: [TrackFormat]
    var key: SharedBytes?
    /// When the stream's show began, if it went on when this came.
    var since: WallClock?

    var byteCount: Int { self.media?.count ?? 0 }

    /// The same without its media: a gap.
    var asGap: RecordingItem {
        var gap = self
        gap.media = nil
        gap.initialisation = nil
        return gap
    }
}

extension RecordingItem {
    /// The same, so many discontinuities later.
    func shifted(_ count: Int) -> RecordingItem {
        var item = self
        item.segment.discontinuity += count
        return item
    }

    /// The segments of a snapshot that are complete and come after those of `last`, in order of renditions.
    ///
    /// A segment that was completed and left the window in one step is among those that are only kept.
    static func new(in snapshot: StreamSnapshot, after last: [RenditionID: Int]) -> [RecordingItem] {
        var items: [RecordingItem] = []
        for rendition in snapshot.renditions {
            let known = last[rendition.id] ?? -1
            let (listed, removed) = (rendition.snapshot.segments, rendition.snapshot.removedSegments)
            let new = listed.suffix(while: { $0.sequence > known })
            let left = removed.suffix(while: { $0.sequence > known })
            guard !new.isEmpty || !left.isEmpty else { continue }
            var discontinuity = rendition.snapshot.discontinuitySequence
            // Those that left were before: each that began a discontinuity counts back from the first that is listed.
            discontinuity -= left.reduce(0) { $0 + $1.discontinuityCount }
            for segment in left {
                discontinuity += segment.discontinuityCount
                if segment.isComplete { items.append(RecordingItem(segment, discontinuity, rendition, snapshot)) }
            }
            discontinuity += listed.dropLast(new.count).reduce(0) { $0 + $1.discontinuityCount }
            for segment in new {
                discontinuity += segment.discontinuityCount
                if segment.isComplete { items.append(RecordingItem(segment, discontinuity, rendition, snapshot)) }
            }
        }
        return items
    }

    private init(
        _ segment: RenditionSnapshot.Segment, _ discontinuity: Int, _ rendition: StreamSnapshot.Rendition,
        _ stream: StreamSnapshot
    ) {
        self.id = rendition.id
        self.segment = RecordedSegment(
            sequence: segment.sequence, range: nil, durationNanoseconds: segment.durationNanoseconds,
            startsAt: segment.startsAt, discontinuity: max(discontinuity, 0),
            initialisationNumber: segment.initialisationNumber,
            isIndependent: rendition.snapshot.hasIndependentSegments && segment.parts.first?.isIndependent == true,
            encryption: segment.encryption)
        self.segment.pictureCount = segment.parts.reduce(0) { $0 + $1.pictureCount }
        self.segment.pictureNanoseconds = segment.parts.reduce(0) { $0 + $1.pictureNanoseconds }
        let number = segment.initialisationNumber
        self.initialisation = rendition.snapshot.initialisations.first { $0.number == number }?.bytes
        self.formats = rendition.tracks.map(\.format)
        self.key = segment.encryption.flatMap { encryption in
            stream.keys.first { $0.number == encryption.keyNumber }?.bytes
        }
        if let first = segment.parts.first, let last = segment.parts.last {
            self.media = segment.arena.slice(first.range.lowerBound..<last.range.upperBound)
        }
    }
}

extension Array {
    /// The elements at the end for which it holds.
    fileprivate func suffix(while isWanted: (Element) -> Bool) -> ArraySlice<Element> {
        self[(self.lastIndex { !isWanted($0) }.map { $0 + 1 } ?? self.startIndex)...]
    }
}
