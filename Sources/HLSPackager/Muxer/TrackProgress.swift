/// How far one track of a muxer has come: refuses times that a container cannot say, before libav changes them.
struct TrackProgress {
    private var lastDecode: Int64?

    /// Throws, with nothing changed, where the sample does not lie behind the last one.
    mutating func advance(_ sample: Sample) throws(MuxerError) {
        guard sample.decodeTicks >= 0, sample.decodeTicks <= Self.ticksMax, sample.durationTicks > 0,
            sample.decodeTicks + Int64(sample.presentationOffsetTicks) >= 0
        else {
            throw MuxerError(
                "timeInvalid", "A sample lies before the beginning of time, or has no duration.", .dropSample)
        }
        if let last = self.lastDecode {
            guard sample.decodeTicks > last else {
                throw MuxerError("timeInvalid", "A sample does not lie behind the one before it.", .dropSample)
            }
            guard sample.decodeTicks - last <= Self.gapTicksMax else {
                throw MuxerError("timeInvalid", "A sample lies hours behind the one before it.")
            }
        }
        guard sample.presentationOffsetTicks.magnitude < Self.offsetTicksMax.magnitude else {
            throw MuxerError("timeInvalid", "A picture is shown most of an hour away from its decoding.", .dropSample)
        }
        self.lastDecode = sample.decodeTicks
    }

    /// Three hours at 90 kHz. libav ends the process when a duration of its own making has more than 31 bits.
    private static let gapTicksMax = Int64(1) << 30
    /// Fifty minutes at 90 kHz.
    static let offsetTicksMax = Int32(1) << 28
    /// Three thousand years at 90 kHz: sums and products of such times cannot overflow.
    private static let ticksMax = Int64(1) << 53
}
