internal import MediaTypes

/// How much of a stream somebody may have.
///
/// A bound on the picture is a bound on renditions: those that are taller are neither offered nor served. It never
/// closes the least of them, because whoever may watch is to see something, whatever the publisher sends.
package struct PlaybackQuality: Hashable, Sendable {
    /// Of pictures, by their shorter side, as in "720p"; nil for all there are.
    package var heightMax: Int?
    /// The recording too, when the show has ended.
    package var hasReplay: Bool
    /// For whoever makes the show: what is there before it begins as well, and its recording when that is closed.
    package var isPreview: Bool

    package static let unlimited = PlaybackQuality()

    package init(heightMax: Int? = nil, hasReplay: Bool = true, isPreview: Bool = false) {
        self.heightMax = heightMax
        self.hasReplay = hasReplay
        self.isPreview = isPreview
    }

    /// What a bound comes to where there are pictures of these heights: the tallest that it lets through, or the least
    /// of all; nil where it keeps nothing out. So bounds that let the same through are the same, and what is made for
    /// one is made once.
    ///
    /// - Parameter heights: 0 is sound, or not known, and open to all.
    static func cap(_ heightMax: Int, of heights: some Sequence<Int>) -> Int? {
        let known = heights.filter { $0 > 0 }
        guard let tallest = known.max(), tallest > heightMax else { return nil }
        return known.filter { $0 <= heightMax }.max() ?? known.min()
    }
}

extension Sequence<TrackFormat> {
    /// The shorter side of the picture; 0 for sound, and where it is not known.
    var pictureHeight: Int {
        var height = 0
        for case .video(let video) in self { height = Swift.max(height, Swift.min(video.width, video.height)) }
        return height
    }
}

extension StreamSnapshot {
    /// What a bound comes to in this stream, as it is now: by what goes on, if anything does.
    func cap(_ heightMax: Int) -> Int? {
        let living = self.renditions.filter { !$0.snapshot.hasEnded && !$0.snapshot.isAway }
        return PlaybackQuality.cap(heightMax, of: (living.isEmpty ? self.renditions : living).map(\.pictureHeight))
    }

    /// Nil where there is no such rendition.
    func admits(_ id: RenditionID, heightMax: Int) -> Bool? {
        guard let rendition = self[id] else { return nil }
        return self.cap(heightMax).map { rendition.pictureHeight <= $0 } ?? true
    }
}

extension StreamSnapshot.Rendition {
    var pictureHeight: Int { self.tracks.lazy.map(\.format).pictureHeight }
}

extension ShowIndex {
    /// Formats of the past count too: one playlist has them all.
    func cap(_ heightMax: Int) -> Int? {
        PlaybackQuality.cap(heightMax, of: self.renditions.lazy.map(\.formats.pictureHeight))
    }

    /// Nil where there is no such rendition.
    func admits(_ id: RenditionID, heightMax: Int) -> Bool? {
        guard let rendition = self[id] else { return nil }
        return self.cap(heightMax).map { rendition.formats.pictureHeight <= $0 } ?? true
    }
}

extension MediaName {
    /// What it is part of; nil for what is of all renditions.
    var rendition: RenditionID? {
        switch self {
        case .multivariant, .key, .poster: nil
        case .playlist(let id, _), .initialisation(let id, _), .segment(let id, _, _), .part(let id, _, _): id
        }
    }
}
