internal import Synchronization

/// Every metric of the process. Counters have a row per loop, so that loops share no cache line; rows are summed when
/// scraped.
///
/// Everything is registered while the process starts, but for what asks `histogramIfRoom`. A name or label that
/// Prometheus would refuse, a name registered with two types, a series registered twice and more slots than
/// `MetricsLimits.slotCountMax` are mistakes of the program and stop it there; counting never fails. Label values are a
/// fixed set chosen by the program, never a peer's.
package final class MetricsRegistry: Sendable {
    package let loopCount: Int
    private let slab: MetricsSlab
    private let state = Mutex(State())

    package init(loopCount: Int, limits: MetricsLimits = MetricsLimits()) {
        self.loopCount = loopCount
        self.slab = MetricsSlab(loopCount: loopCount, slotCount: limits.slotCountMax)
    }

    /// A number that only grows; by convention its name ends in `_total`.
    package func counter(
        _ name: StaticString, help: StaticString, labels: KeyValuePairs<StaticString, String> = [:]
    ) -> Counter {
        let counter = Counter(slab: self.slab, slot: self.takeSlots(1))
        self.register(name, help, .counter, labels, .counter(counter))
        return counter
    }

    /// A number that grows and shrinks.
    package func gauge(
        _ name: StaticString, help: StaticString, labels: KeyValuePairs<StaticString, String> = [:]
    ) -> Gauge {
        let gauge = Gauge(slab: self.slab, slot: self.takeSlots(1))
        self.register(name, help, .gauge, labels, .gauge(gauge))
        return gauge
    }

    /// Times in the buckets of `HistogramBuckets`; by convention its name ends in `_seconds`.
    package func histogram(
        _ name: StaticString, help: StaticString, labels: KeyValuePairs<StaticString, String> = [:]
    ) -> Histogram {
        let histogram = Histogram(slab: self.slab, firstSlot: self.takeSlots(HistogramBuckets.slotCount))
        self.register(name, help, .histogram, labels, .histogram(histogram))
        return histogram
    }

    /// One that is met while the process runs: nil when there is no room for it, which is no mistake then.
    package func histogramIfRoom(
        _ name: StaticString, help: StaticString, labels: KeyValuePairs<StaticString, String> = [:]
    ) -> Histogram? {
        guard let first = self.slots(HistogramBuckets.slotCount) else { return nil }
        let histogram = Histogram(slab: self.slab, firstSlot: first)
        self.register(name, help, .histogram, labels, .histogram(histogram))
        return histogram
    }

    /// A gauge read at scrape time, on the thread that scrapes.
    package func sampledGauge(
        _ name: StaticString, help: StaticString, labels: KeyValuePairs<StaticString, String> = [:],
        _ read: @escaping @Sendable () -> Double
    ) {
        self.register(name, help, .gauge, labels, .sampled(read))
    }

    /// A counter kept elsewhere and read at scrape time, on the thread that scrapes. It must never shrink.
    package func sampledCounter(
        _ name: StaticString, help: StaticString, labels: KeyValuePairs<StaticString, String> = [:],
        _ read: @escaping @Sendable () -> Double
    ) {
        self.register(name, help, .counter, labels, .sampled(read))
    }

    /// All metrics in Prometheus' text format 0.0.4, families sorted by name.
    ///
    /// Calls every sampled metric, some of which read files of `/proc`: scrape on a thread that may block.
    package func prometheusText() -> [UInt8] {
        let families = self.state.withLock { Array($0.families.values) }
        var text = PrometheusText()
        for family in families.sorted(by: { $0.name < $1.name }) { text.append(family) }
        return text.bytes
    }

    private func takeSlots(_ count: Int) -> Int {
        let first = self.slots(count)
        precondition(first != nil, "more metrics than MetricsLimits.slotCountMax")
        return first ?? 0
    }

    /// Nil when there are not so many any more.
    private func slots(_ count: Int) -> Int? {
        self.state.withLock { state in
            let first = state.slotCount
            guard first + count <= self.slab.slotCount else { return nil }
            state.slotCount += count
            return first
        }
    }

    private func register(
        _ name: StaticString, _ help: StaticString, _ kind: MetricsFamily.Kind,
        _ labels: KeyValuePairs<StaticString, String>, _ source: MetricsFamily.Source
    ) {
        let name = name.description
        precondition(PrometheusText.isMetricName(name), "not a metric name: \(name)")
        for (label, _) in labels {
            precondition(PrometheusText.isLabelName(label.description, in: kind), "not a label name: \(label)")
        }
        precondition(Set(labels.map(\.key.description)).count == labels.count, "\(name) has a label twice")
        let series = MetricsFamily.Series(labels: PrometheusText.labels(labels), source: source)
        self.state.withLock { state in
            state.add(series, to: MetricsFamily(name: name, help: help.description, kind: kind))
        }
    }

    private struct State: Sendable {
        var families: [String: MetricsFamily] = [:]
        var sampleNames: Set<String> = []
        var slotCount = 0

        /// Adds to the family of that name; the first registration's help stands.
        mutating func add(_ series: MetricsFamily.Series, to new: MetricsFamily) {
            var family = new
            if let known = self.families[new.name] {
                precondition(known.kind == new.kind, "\(new.name) is registered as a \(known.kind)")
                let isNew = !known.series.contains { $0.labels == series.labels }
                precondition(isNew, "\(new.name){\(series.labels)} is registered")
                family = known
            } else {
                precondition(self.sampleNames.isDisjoint(with: new.sampleNames), "\(new.name): a histogram's name")
                self.sampleNames.formUnion(new.sampleNames)
            }
            family.series.append(series)
            self.families[new.name] = family
        }
    }
}
