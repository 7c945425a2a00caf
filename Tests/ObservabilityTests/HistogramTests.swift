import Primitives
import Testing

@testable import Observability

struct HistogramTests {
    @Test("Bounds in nanoseconds and bounds as text are the same, and ascend")
    func bounds() {
        #expect(HistogramBuckets.boundsNanoseconds.count == HistogramBuckets.count)
        #expect(HistogramBuckets.boundTexts.count == HistogramBuckets.count)
        for (bound, text) in zip(HistogramBuckets.boundsNanoseconds, HistogramBuckets.boundTexts) {
            #expect(Double(text.description) == Double(bound) / 1e9)
        }
        #expect(HistogramBuckets.boundsNanoseconds == HistogramBuckets.boundsNanoseconds.sorted())
    }

    @Test("A time counts in the bucket whose bound it does not exceed")
    func buckets() {
        let registry = MetricsRegistry(loopCount: 1)
        let histogram = registry.histogram("podo_h_seconds", help: "H.", labels: ["route": "/"])
        let times: [TimeAmount] = [
            .nanoseconds(.min), .nanoseconds(0), .microseconds(500), .nanoseconds(500_001), .seconds(10),
            .nanoseconds(10_000_000_001),
        ]
        for time in times { histogram.record(time, loop: 0) }
        let lines = String(decoding: registry.prometheusText(), as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 2 + 17 + 3)
        #expect(lines[1] == "# TYPE podo_h_seconds histogram")
        #expect(lines[2] == #"podo_h_seconds_bucket{route="/",le="0.0005"} 3"#)
        #expect(lines[3] == #"podo_h_seconds_bucket{route="/",le="0.001"} 4"#)
        #expect(lines[17] == #"podo_h_seconds_bucket{route="/",le="7.5"} 4"#)
        #expect(lines[18] == #"podo_h_seconds_bucket{route="/",le="10"} 5"#)
        #expect(lines[19] == #"podo_h_seconds_bucket{route="/",le="+Inf"} 6"#)
        #expect(lines[20] == #"podo_h_seconds_sum{route="/"} 20.001000002"#)
        #expect(lines[21] == #"podo_h_seconds_count{route="/"} 6"#)
        #expect(histogram.count == 6)
    }

    @Test("Without labels a bucket has its bound alone")
    func withoutLabels() {
        let registry = MetricsRegistry(loopCount: 1)
        registry.histogram("podo_h_seconds", help: "H.").record(.milliseconds(1), loop: nil)
        let text = String(decoding: registry.prometheusText(), as: UTF8.self)
        #expect(text.contains("\npodo_h_seconds_bucket{le=\"0.001\"} 1\n"))
        #expect(text.contains("\npodo_h_seconds_sum 0.001\npodo_h_seconds_count 1\n"))
    }
}
