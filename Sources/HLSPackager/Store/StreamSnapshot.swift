/// What a stream has at one moment, for all who serve it.
package struct StreamSnapshot: Sendable {
    package struct Rendition: Sendable {
        package var id: RenditionID
        package var tracks: [MuxedTrack]
        package var snapshot: RenditionSnapshot
        /// Changes whenever the snapshot does.
        package var version: Int
    }

    /// Rises with every snapshot of the stream.
    package var version: Int
    /// In the order in which they were first seen.
    package var renditions: [Rendition]

    package subscript(id: RenditionID) -> Rendition? { self.renditions.first { $0.id == id } }
}
