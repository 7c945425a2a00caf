/// All series of one metric name.
struct MetricsFamily: Sendable {
    let name: String
    let help: String
    let kind: Kind
    /// In the order of registration.
    var series: [Series] = []

    /// The names that samples of this family carry; no other family may use them.
    var sampleNames: [String] {
        switch self.kind {
        case .counter, .gauge: [self.name]
        case .histogram: [self.name, self.name + "_bucket", self.name + "_sum", self.name + "_count"]
        }
    }

    /// What `# TYPE` says.
    enum Kind: String, Sendable {
        case counter, gauge, histogram
    }

    /// One set of labels.
    struct Series: Sendable {
        /// `name="value",…`, escaped; empty without labels.
        let labels: String
        let source: Source
    }

    /// Where a series has its value from.
    enum Source: Sendable {
        case counter(Counter)
        case gauge(Gauge)
        case histogram(Histogram)
        case sampled(@Sendable () -> Double)
    }
}
