/// How the muxers of a rendition are made. Both throw what they cannot mux.
package struct PackagerMuxers {
    package typealias Factory = (_ tracks: [MuxedTrack]) throws(MuxerError) -> any PartMuxer

    package var fragments: Factory
    /// Nil where streams have no such form.
    package var transportStream: Factory?

    package init(fragments: @escaping Factory, transportStream: Factory? = nil) {
        self.fragments = fragments
        self.transportStream = transportStream
    }

    /// Those of libav.
    package static var libAV: PackagerMuxers {
        PackagerMuxers(
            fragments: { tracks throws(MuxerError) in try FragmentMuxer(tracks: tracks) },
            transportStream: { tracks throws(MuxerError) in try TransportStreamMuxer(tracks: tracks) })
    }
}
