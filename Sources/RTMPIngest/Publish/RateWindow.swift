internal import MediaTypes
internal import Primitives

/// What came in each of the last seconds. Holds a minute, in memory that is taken once.
struct RateWindow: Sendable {
    /// What came in one second, or in several.
    struct Amount: Equatable, Sendable {
        var videoByteCount = 0
        var audioByteCount = 0
        var frameCount = 0
        /// The size of the largest unit.
        var largestByteCount = 0
        /// How much media time passed, in nanoseconds.
        var mediaTime: Int64 = 0

        var byteCount: Int { self.videoByteCount &+ self.audioByteCount }
    }

    static let secondCountMax = 60

    private let start: MonotonicTime
    private var seconds = [Amount](repeating: Amount(), count: secondCountMax)
    /// The second that is being filled, counted from the start.
    private var current = 0

    init(start: MonotonicTime) { self.start = start }

    /// How many seconds are over by then.
    func secondCount(now: MonotonicTime) -> Int { max(0, Int((now - self.start).nanoseconds / 1_000_000_000)) }

    /// Adds what came now; a time before the last counts as the last.
    mutating func add(_ kind: MediaKind, byteCount: Int, isFrame: Bool, mediaTime: Int64 = 0, now: MonotonicTime) {
        let second = self.secondCount(now: now)
        if second > self.current {
            for emptied in max(self.current + 1, second - Self.secondCountMax + 1)...second {
                self.seconds[emptied % Self.secondCountMax] = Amount()
            }
            self.current = second
        }
        let index = self.current % Self.secondCountMax
        if kind == .video {
            self.seconds[index].videoByteCount &+= byteCount
        } else {
            self.seconds[index].audioByteCount &+= byteCount
        }
        if isFrame { self.seconds[index].frameCount &+= 1 }
        if byteCount > self.seconds[index].largestByteCount { self.seconds[index].largestByteCount = byteCount }
        self.seconds[index].mediaTime &+= mediaTime
    }

    /// The sum of the last `count` seconds that are over, fewer than a minute.
    func sum(last count: Int, now: MonotonicTime) -> Amount {
        let second = self.secondCount(now: now)
        var sum = Amount()
        let oldest = max(0, second - count, self.current - Self.secondCountMax + 1)
        guard oldest <= min(second - 1, self.current) else { return sum }
        for index in oldest...min(second - 1, self.current) {
            let amount = self.seconds[index % Self.secondCountMax]
            sum.videoByteCount &+= amount.videoByteCount
            sum.audioByteCount &+= amount.audioByteCount
            sum.frameCount &+= amount.frameCount
            sum.largestByteCount = max(sum.largestByteCount, amount.largestByteCount)
            sum.mediaTime &+= amount.mediaTime
        }
        return sum
    }
}
