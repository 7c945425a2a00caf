/// How far one track of a muxer has come: refuses times that a container cannot say, before libav changes them.
struct TrackProgress {
    private(set) var lastDecode: Int64?
    /// Of the first sample of all.
    private(set) var firstOffset: Int32?

    /// Throws, with nothing changed, where the sample does not lie behind the last one.
    mutating func advance(_ sample: Sample) throws(MuxerError) {
        let (presentation, overflowed) = sample.decodeTicks.addingReportingOverflow(Int64(sample.presentationOffsetTicks))
        guard !overflowed, sample.decodeTicks >= 0, presentation >= 0, sample.decodeTicks <= Self.ticksMax,
            sample.durationTicks > 0
        else { throw MuxerError("timeInvalid", "A sample lies before the beginning of time, or has no duration.") }
        if let last = self.lastDecode {
            guard sample.decodeTicks > last else {
                throw MuxerError("timeInvalid", "A sample does not lie behind the one before it.")
            }
            guard sample.decodeTicks - last < Int64(Int32.max) else {
                throw MuxerError("timeInvalid", "A sample lies hours behind the one before it.")
            }
        }
        let difference = Int64(sample.presentationOffsetTicks) - Int64(self.firstOffset ?? sample.presentationOffsetTicks)
        guard Int32(exactly: difference) != nil else {
            throw MuxerError("timeInvalid", "A picture is shown hours away from its decoding.")
        }
        self.lastDecode = sample.decodeTicks
        if self.firstOffset == nil { self.firstOffset = sample.presentationOffsetTicks }
    }

    /// Three thousand years at 90 kHz: sums and products of such times cannot overflow.
    private static let ticksMax = Int64(1) << 53
}
