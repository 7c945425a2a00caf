package import Primitives

/// Every metric of the process. Counters have a row per loop, so that loops share no cache line; rows are summed when scraped.
package final class MetricsRegistry: Sendable {
    package let loopCount: Int

    package init(loopCount: Int) { self.loopCount = loopCount }

    package func counter(
        _ name: StaticString, help: StaticString, labels: KeyValuePairs<StaticString, String> = [:]
    ) -> Counter { Counter() }

    package func gauge(
        _ name: StaticString, help: StaticString, labels: KeyValuePairs<StaticString, String> = [:]
    ) -> Gauge { Gauge() }

    /// Buckets in seconds.
    package func histogram(
        _ name: StaticString, help: StaticString, labels: KeyValuePairs<StaticString, String> = [:]
    ) -> Histogram { Histogram() }

    /// A value read at scrape time.
    package func sampledGauge(
        _ name: StaticString, help: StaticString, labels: KeyValuePairs<StaticString, String> = [:],
        _ read: @escaping @Sendable () -> Double
    ) {}

    package func prometheusText() -> [UInt8] { [] }
}

/// `loop` is the index of the loop that the caller runs on, or nil on any other thread.
package struct Counter: Sendable {
    package func add(_ count: Int = 1, loop: Int?) {}
}

package struct Gauge: Sendable {
    package func add(_ count: Int, loop: Int?) {}
}

package struct Histogram: Sendable {
    package func record(_ time: TimeAmount, loop: Int?) {}
}
