internal import Primitives

/// When a test picture that has ended is begun again: a value, without a clock. What ends again and again is given up.
struct TestPictureLife: Equatable, Sendable {
    static let restartTime = TimeAmount.seconds(1)
    static let restartTimeMax = TimeAmount.seconds(30)
    /// What has gone on for so long has not failed.
    static let steadyTime = TimeAmount.seconds(60)
    static let failureCountMax = 10

    private var failureCount = 0

    /// How long to wait before the next one; nil when there is none.
    mutating func ended(after time: TimeAmount) -> TimeAmount? {
        if time >= Self.steadyTime { self.failureCount = 0 }
        guard self.failureCount < Self.failureCountMax else { return nil }
        let doubled = Self.restartTime.nanoseconds << Int64(self.failureCount)
        self.failureCount += 1
        return .nanoseconds(min(doubled, Self.restartTimeMax.nanoseconds))
    }
}
