/// The bounds that `Timeline` and `TimestampUnwrapper` judge by. They are constants: nobody has a reason to set them.
enum TimelineLimits {
    /// A distance that is a whole number of wraps and less than this is a wrap.
    static let wrapResidualMax: Int64 = 60_000

    /// Further than this from where it is expected, in nanoseconds, a unit has jumped. Also what a track may borrow:
    /// how far clamped times may run ahead of the publisher's.
    static let jumpTimeMin: Int64 = 3_000_000_000
    /// How far apart the tracks of one stream may lie, in nanoseconds; and so how far before the origin a unit may.
    static let divergenceTimeMax: Int64 = 10_000_000_000
    /// A longer step, in nanoseconds, is called a gap.
    static let gapTimeMin: Int64 = 1_000_000_000
    /// What a clamped unit comes after the one before it, in nanoseconds: short, so that ten units of the same
    /// millisecond stay within it; long enough to differ in every time scale that containers use.
    static let tickTime: Int64 = 100_000

    /// After so many units of the same time in a row a clock stands still: more than come in one message or burst.
    static let repeatCountMax = 50

    /// So many timelines may begin at once; beyond, one more for every `mediaTimePerTimeline`: six a minute.
    static let timelineBurstCountMax: Int64 = 6
    static let mediaTimePerTimeline: Int64 = 10_000_000_000
    /// What a new timeline counts as in the media time that has come: at most as much in `mediaTimePerTimeline` as a
    /// publisher may be ahead by in that time, so that new timelines alone never hold an honest one back.
    static let timelineMediaTime: Int64 = 1_000_000_000
    /// No unit counts as more media time than this towards the next timeline.
    static let countedStepTimeMax: Int64 = 100_000_000
    /// The step of a track before it has shown one.
    static let stepTimeDefault: Int64 = 20_000_000

    /// 146 years in nanoseconds. Positions beyond begin a new timeline, so that sums stay far from overflow.
    static let positionMax: Int64 = 1 << 62
}
