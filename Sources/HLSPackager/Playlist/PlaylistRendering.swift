internal import MediaTypes
internal import Synchronization

/// The playlists of a stream at one moment as they are sent: each is written once, by the first loop that is asked for
/// it, for the viewers of all loops. What nobody asks for is not written.
package final class PlaylistRendering: Sendable {
    /// Which playlist: of a rendition, or the multivariant one.
    struct Key: Hashable, Sendable {
        var rendition: RenditionID?
        var form: PlaylistForm
        var isDelta = false
        /// Of pictures, where taller ones are left out.
        var heightMax: Int?
    }

    /// Never many: two for each rendition and form, and one more for each height of pictures.
    private let rendered = Mutex<[Key: RenderedPlaylist]>([:])

    package init() {}

    /// Other loops that want a playlist of the same moment wait while it is written, some 0.1 ms.
    func playlist(_ key: Key, _ render: () -> [UInt8]) -> RenderedPlaylist {
        self.rendered.withLock { rendered in
            if let known = rendered[key] { return known }
            let playlist = RenderedPlaylist(render())
            rendered[key] = playlist
            return playlist
        }
    }
}

extension StreamSnapshot {
    /// Nil where the stream has no such rendition.
    func mediaPlaylist(of id: RenditionID, _ form: PlaylistForm, _ promises: PlaylistPromises) -> MediaPlaylist? {
        guard let rendition = self[id], rendition.snapshot.has(form.container) else { return nil }
        let reports = form == .lowLatency ? self.renditions.compactMap { MediaPlaylist.Report($0.id, $0.snapshot) } : []
        return MediaPlaylist(of: id, form: form, rendition.snapshot, promises, reports: reports)
    }

    /// What there is to choose from, as far as it is known what it costs. Renditions that have ended are not offered
    /// beside others, nor are those that are away.
    ///
    /// A player reads it once, and never learns of what it did not name: so nil until all renditions are known. One
    /// that is late is not waited for when another has two segments.
    ///
    /// - Parameter heightMax: Renditions with taller pictures are left out.
    package func multivariantPlaylist(
        _ form: PlaylistForm, _ promises: PlaylistPromises, heightMax: Int? = nil
    ) -> MultivariantPlaylist? {
        let open = self.renditions.filter { rendition in heightMax.map { rendition.pictureHeight <= $0 } ?? true }
        let present = open.filter { $0.snapshot.has(form.container) }
        let living = open.filter { !$0.snapshot.hasEnded && !$0.snapshot.isAway }
        let candidates = living.isEmpty ? present : living
        let offered = candidates.compactMap { rendition in
            RenditionBitRate(rendition.snapshot, promises, of: form.container).map { rate in
                MultivariantPlaylist.Rendition(
                    id: rendition.id, formats: rendition.tracks.map(\.format), bitRate: rate,
                    frameRateThousandths: rendition.snapshot.frameRateThousandths)
            }
        }
        guard offered.contains(where: { !$0.id.isAlternative }) else { return nil }
        let isWaitOver = candidates.contains { rendition in rendition.snapshot.segments.count { $0.isComplete } > 1 }
        guard offered.count == candidates.count || isWaitOver else { return nil }
        return MultivariantPlaylist(
            offered, form: form,
            hasIndependentSegments: self.renditions.allSatisfy(\.snapshot.hasIndependentSegments))
    }
}
