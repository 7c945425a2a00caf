internal import Primitives

/// The media playlist of a rendition at one moment, in one form (RFC 8216bis §4.4). A value without a clock: the same
/// snapshot always gives the same bytes.
///
/// It is written once a part for all viewers. Apart from the tags that count what has left the window, a line that was
/// written once is written again unchanged for as long as it is listed (§6.2.1).
package struct MediaPlaylist: Sendable {
    /// Another media playlist of the same multivariant playlist, as EXT-X-RENDITION-REPORT tells of it.
    package struct Report: Equatable, Sendable {
        package var id: RenditionID
        /// The last part there is.
        package var sequence: Int
        package var part: Int

        /// Nil as long as the rendition has nothing.
        package init?(_ id: RenditionID, _ snapshot: RenditionSnapshot) {
            guard let last = PlaylistEdge(snapshot).lastPart else { return nil }
            self.id = id
            self.sequence = last.sequence
            self.part = last.part
        }
    }

    let id: RenditionID
    let form: PlaylistForm
    let snapshot: RenditionSnapshot
    let promises: PlaylistPromises
    let reports: [Report]

    /// - Parameter reports: Of the other renditions; only the low-latency form has them.
    package init(
        of id: RenditionID, form: PlaylistForm, _ snapshot: RenditionSnapshot, _ promises: PlaylistPromises,
        reports: [Report] = []
    ) {
        self.id = id
        self.form = form
        self.snapshot = snapshot
        self.promises = promises
        self.reports = reports
    }

    /// Whether there is enough for a player to begin with: one segment with low latency, three without or as much media
    /// as three mostly have, or all that will ever be. There is nothing in a form that the rendition does not have.
    package var isReady: Bool {
        self.isReady(segments: self.hasParts ? 1 : 3, orLasting: self.promises.beginningTime.nanoseconds)
    }

    /// The same for a player that makes nothing of parts, whatever the form.
    package var isReadyWithoutParts: Bool { self.isReady(segments: 3, orLasting: .max) }

    private func isReady(segments wanted: Int, orLasting nanoseconds: Int64) -> Bool {
        guard self.snapshot.has(self.form.container) else { return false }
        if self.hasEnded { return self.listedCount > 0 }
        let whole = self.snapshot.segments.prefix { $0.isComplete }
        return whole.count >= wanted || whole.reduce(0) { $0 + $1.durationNanoseconds } >= nanoseconds
    }

    /// The whole playlist.
    package func render() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.capacity(segments: self.snapshot.segments.count, hasParts: self.hasParts))
        self.appendHead(version: self.form.version, to: &bytes)
        self.appendSegments(from: 0, to: &bytes)
        self.appendTail(to: &bytes)
        return bytes
    }

    /// The playlist without its oldest segments (EXT-X-SKIP, RFC 8216bis §6.2.5.1); nil if that would be the whole
    /// one, which is then the answer.
    ///
    /// What a tag before the skipped segments said, the player knows from its copy. All that stands before or within
    /// segments that are left stays.
    package func renderDelta() -> [UInt8]? {
        let skipped = self.skippedCount
        guard skipped > 0 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(
            Self.capacity(segments: self.snapshot.segments.count - skipped, hasParts: self.hasParts))
        self.appendHead(version: max(self.form.version, Self.versionOfSkip), to: &bytes)
        bytes.append("#EXT-X-SKIP:SKIPPED-SEGMENTS=")
        bytes.append(decimal: skipped)
        bytes.append(UInt8(ascii: "\n"))
        self.appendSegments(from: skipped, to: &bytes)
        self.appendTail(to: &bytes)
        return bytes
    }

    // MARK: - What is in it

    static let versionOfSkip = 9

    var hasParts: Bool { self.form == .lowLatency && self.promises.hasParts }

    var hasEnded: Bool { self.snapshot.hasEnded || self.form == .recording }

    /// Segments with an EXTINF: the last one counts once nothing is added to it.
    var listedCount: Int {
        let segments = self.snapshot.segments
        guard let last = segments.last, !self.isListed(last) else { return segments.count }
        return segments.count - 1
    }

    func isListed(_ segment: RenditionSnapshot.Segment) -> Bool {
        segment.isComplete || (self.hasEnded && !segment.parts.isEmpty)
    }

    /// How many segments lie wholly before the skip boundary, measured from the end of the last whole segment.
    private var skippedCount: Int {
        guard self.hasParts, !self.hasEnded else { return 0 }
        var time: Int64 = 0
        var index = self.listedCount
        while index > 0, time < self.promises.skipBoundary.nanoseconds {
            index -= 1
            time &+= self.snapshot.segments[index].durationNanoseconds
        }
        return index
    }

    /// The first segment whose parts are listed: all before it end too long before the end of the playlist.
    var firstWithParts: Int {
        let segments = self.snapshot.segments
        guard self.hasParts else { return segments.count }
        var time: Int64 = 0
        var index = segments.count
        while index > 0, time < self.promises.partListingTime.nanoseconds {
            index -= 1
            time &+= segments[index].durationNanoseconds
        }
        return index
    }

    /// What the bytes hardly ever exceed.
    private static func capacity(segments: Int, hasParts: Bool) -> Int {
        512 + segments * 112 + (hasParts ? 80 * 64 : 0)
    }
}
