package import Primitives

/// How often something may be done: `burstCount` times at once, and then once per `interval`.
package struct RatePolicy: Sendable {
    package var burstCount: Int
    package var interval: TimeAmount

    package init(burstCount: Int, interval: TimeAmount) {
        precondition(burstCount > 0 && interval.nanoseconds > 0, "a policy lets something happen")
        self.burstCount = burstCount
        self.interval = interval
    }
}
