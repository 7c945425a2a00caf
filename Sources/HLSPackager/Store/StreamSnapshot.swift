package import Primitives

/// What a stream has at one moment, for all who serve it.
package struct StreamSnapshot: Sendable {
    package struct Rendition: Sendable {
        package var id: RenditionID
        package var tracks: [MuxedTrack]
        package var snapshot: RenditionSnapshot
        /// Changes whenever the snapshot does.
        package var version: Int

        package init(id: RenditionID, tracks: [MuxedTrack], snapshot: RenditionSnapshot, version: Int) {
            self.id = id
            self.tracks = tracks
            self.snapshot = snapshot
            self.version = version
        }
    }

    /// Rises with every snapshot of the stream.
    package var version: Int
    /// In the order in which they were first seen.
    package var renditions: [Rendition]

    /// Its playlists, once somebody has asked for them.
    package var rendering = PlaylistRendering()
    /// The keys that segments here name, oldest first.
    package var keys: [Key] = []
    /// When the media's time was zero, as `StreamState` has it.
    var zeroAt: WallClock?

    /// Sixteen bytes that open segments, served to whoever the gate admits.
    package struct Key: Sendable {
        package var number: Int
        package var bytes: SharedBytes
    }

    package init(version: Int, renditions: [Rendition]) {
        self.version = version
        self.renditions = renditions
    }

    package subscript(id: RenditionID) -> Rendition? { self.renditions.first { $0.id == id } }
}
