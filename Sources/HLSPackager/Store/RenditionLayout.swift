/// One rendition as a publishing makes it: its tracks, in the muxer's order, and what comes before its parts.
package struct RenditionLayout: Sendable {
    package var id: RenditionID
    package var tracks: [MuxedTrack]
    package var initialisation: [UInt8]

    package init(id: RenditionID, tracks: [MuxedTrack], initialisation: [UInt8]) {
        self.id = id
        self.tracks = tracks
        self.initialisation = initialisation
    }
}
