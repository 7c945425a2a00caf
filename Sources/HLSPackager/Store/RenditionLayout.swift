/// One rendition as a publishing makes it: its tracks, in the muxer's order.
package struct RenditionLayout: Sendable {
    package var id: RenditionID
    package var tracks: [MuxedTrack]

    package init(id: RenditionID, tracks: [MuxedTrack]) {
        self.id = id
        self.tracks = tracks
    }
}
