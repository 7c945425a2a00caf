package import Primitives

/// How fast a consumer is told: how many events at a time, and how long it rests after a failure.
///
/// A transaction that failed without saying at which event is tried again with one event at a time, so that the guilty
/// one is found and the others do not wait for it.
package struct OutboxPace: Equatable, Sendable {
    /// What became of a transaction.
    package enum Outcome: Equatable, Sendable {
        case told
        /// Of the event that the failure has been written down for.
        case failedAtEvent
        case failedSomewhere
    }

    private let limits: OutboxLimits
    package private(set) var batchCount: Int
    private var failureCount = 0

    package init(_ limits: OutboxLimits) {
        self.limits = limits
        self.batchCount = limits.batchCountMax
    }

    /// How long to rest.
    package mutating func note(_ outcome: Outcome) -> TimeAmount {
        switch outcome {
        case .told:
            self.failureCount = 0
            self.batchCount = self.limits.batchCountMax
            return .nanoseconds(0)
        case .failedAtEvent: self.batchCount = self.limits.batchCountMax
        case .failedSomewhere: self.batchCount = 1
        }
        let doublings = Int64(min(self.failureCount, 20))
        self.failureCount += 1
        return min(.nanoseconds(self.limits.pauseTime.nanoseconds << doublings), self.limits.pauseTimeMax)
    }

    package static func == (left: OutboxPace, right: OutboxPace) -> Bool {
        left.batchCount == right.batchCount && left.failureCount == right.failureCount
    }
}
