/// What the clocks of the packager judge by. They are constants: nobody has a reason to set them.
enum MediaClockLimits {
    /// Where a timeline's zero lies on the tracks' own clocks. A unit lies at most 10 s before its timeline's origin,
    /// so that no decode time is negative.
    static let baseTime: Int64 = 10_000_000_000
    /// MPEG's clock, for video.
    static let videoTimescale: Int32 = 90_000
    /// For sound whose rate nobody told.
    static let audioTimescaleDefault: Int32 = 48_000
    /// More than this is no sample rate.
    static let audioTimescaleMax = 768_000

    /// Sound may be off the publisher's time by as much as one of its units, or by this if units are shorter. Below
    /// it there is nothing but the rounding to milliseconds.
    static let driftTimeMin: Int64 = 5_000_000
    /// So many units in a row must be off in the same direction before the sound is moved: timestamps of phones jump
    /// to and fro by more than a unit.
    static let driftUnitCountMin = 10
    /// Further off than this it is moved at once.
    static let driftTimeMax: Int64 = 200_000_000
    /// Sound that has to go back is not overlapped or dropped: each unit takes this part less of its time, until
    /// what comes later is where it belongs.
    static let squeezeDivisor: Int64 = 8

    /// What a picture lasts before a track has shown a step, and no step counts as usual that is longer.
    static let pictureTimeDefault: Int64 = 33_333_333
    static let pictureTimeMax: Int64 = 1_000_000_000
    /// A picture that lasts so long, and so many times what the one before it did, stands over a gap.
    static let gapTimeMin: Int64 = 250_000_000
    static let gapStepFactor: Int64 = 4
    static let unitTimeDefault: Int64 = 20_000_000
}
