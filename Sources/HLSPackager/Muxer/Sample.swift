package import MediaTypes

/// One access unit with its place on its track's own clock, as muxers want it.
package struct Sample: Equatable, Sendable {
    /// The position of its track in the list that the muxer was made with.
    package var trackIndex: Int
    /// In ticks of the track's timescale, and never negative.
    package var decodeTicks: Int64
    /// From decoding to showing; may be negative.
    package var presentationOffsetTicks: Int32
    package var durationTicks: Int32
    package var isRandomAccess: Bool

    package init(
        trackIndex: Int, decodeTicks: Int64, presentationOffsetTicks: Int32, durationTicks: Int32,
        isRandomAccess: Bool
    ) {
        self.trackIndex = trackIndex
        self.decodeTicks = decodeTicks
        self.presentationOffsetTicks = presentationOffsetTicks
        self.durationTicks = durationTicks
        self.isRandomAccess = isRandomAccess
    }
}

/// One track as a muxer sees it.
package struct MuxedTrack: Equatable, Sendable {
    package var format: TrackFormat
    /// Ticks a second: 90,000 for video, the sample rate for audio.
    package var timescale: Int32

    package init(format: TrackFormat, timescale: Int32) {
        self.format = format
        self.timescale = timescale
    }
}
