internal import Primitives

/// Something fetched from a provider and kept: when to use it, when to fetch it again, and when to leave the provider
/// alone. A value: the clock is handed in.
struct CachedDocument<Value: Sendable>: Sendable {
    /// How long what was fetched is fresh, whatever the provider says.
    static var freshTimes: ClosedRange<TimeAmount> { .seconds(300)...(.seconds(86_400)) }
    /// How long after that it is still used while the provider does not answer.
    static var staleTime: TimeAmount { .seconds(3600) }
    /// From one fetch to the next for what the document does not have: whoever makes names of keys up causes one fetch
    /// in this time.
    static var pauseTime: TimeAmount { .seconds(60) }
    /// After a failure, doubled with each further one up to `pauseTime`.
    static var failurePauseTime: TimeAmount { .seconds(2) }

    enum Answer {
        case use(Value)
        /// The caller fetches, and tells of it.
        case fetch
        /// Somebody fetches.
        case wait
        /// The provider does not answer, and it is too early to ask again.
        case away
    }

    private var value: Value?
    private var freshUntil = MonotonicTime(nanoseconds: .min)
    private var usableUntil = MonotonicTime(nanoseconds: .min)
    private var askAgainAt = MonotonicTime(nanoseconds: .min)
    private var failureCount = 0
    private(set) var isFetching = false

    /// With `lacksSomething` the caller has looked and not found what must be there.
    mutating func ask(lacksSomething: Bool = false, now: MonotonicTime) -> Answer {
        if let value = self.value, now < self.freshUntil, !lacksSomething { return .use(value) }
        if self.isFetching { return .wait }
        guard now >= self.askAgainAt else {
            if let value = self.usable(now: now) { return .use(value) }
            return .away
        }
        self.isFetching = true
        return .fetch
    }

    /// What is there, fresh or not, while it may be used. Asks for nothing.
    func usable(now: MonotonicTime) -> Value? { now < self.usableUntil ? self.value : nil }

    mutating func fetched(_ value: Value, freshTime: TimeAmount?, now: MonotonicTime) {
        let time = min(
            max(freshTime ?? Self.freshTimes.lowerBound, Self.freshTimes.lowerBound), Self.freshTimes.upperBound)
        self.value = value
        self.freshUntil = now + time
        self.usableUntil = self.freshUntil + Self.staleTime
        self.askAgainAt = now + Self.pauseTime
        self.failureCount = 0
        self.isFetching = false
    }

    mutating func failed(now: MonotonicTime) {
        let doubled = Self.failurePauseTime.nanoseconds << Int64(min(self.failureCount, 10))
        self.askAgainAt = now + min(.nanoseconds(doubled), Self.pauseTime)
        self.failureCount += 1
        self.isFetching = false
    }
}
