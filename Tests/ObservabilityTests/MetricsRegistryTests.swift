import Observability
import Primitives
import Testing

struct MetricsRegistryTests {
    private static func text(_ registry: MetricsRegistry) -> String {
        String(decoding: registry.prometheusText(), as: UTF8.self)
    }

    @Test("Counters grow and do not shrink, gauges do both, whichever loop adds")
    func values() {
        let registry = MetricsRegistry(loopCount: 2)
        let counter = registry.counter("podo_a_total", help: "A.")
        counter.add(loop: 0)
        counter.add(2, loop: 1)
        counter.add(3, loop: nil)
        counter.add(0, loop: 0)
        counter.add(-5, loop: 0)
        #expect(counter.value == 6)
        let gauge = registry.gauge("podo_b", help: "B.")
        gauge.add(5, loop: 0)
        gauge.add(-7, loop: 1)
        #expect(gauge.value == -2)
        gauge.add(2, loop: nil)
        #expect(gauge.value == 0)
    }

    @Test("The text has families sorted by name, HELP and TYPE once each, and series in the order of registration")
    func format() {
        let registry = MetricsRegistry(loopCount: 1)
        let second = registry.counter("podo_z_total", help: "Last.", labels: ["code": "500", "a": "x"])
        registry.sampledGauge("podo_m", help: "Middle.") { 0.5 }
        let first = registry.counter("podo_z_total", help: "Ignored.", labels: ["code": "200"])
        registry.sampledCounter("podo_n_total", help: "Next.") { 3 }
        let gauge = registry.gauge("podo_a", help: "First.")
        second.add(7, loop: 0)
        first.add(loop: nil)
        gauge.add(-1, loop: 0)
        #expect(
            Self.text(registry) == """
                # HELP podo_a First.
                # TYPE podo_a gauge
                podo_a -1
                # HELP podo_m Middle.
                # TYPE podo_m gauge
                podo_m 0.5
                # HELP podo_n_total Next.
                # TYPE podo_n_total counter
                podo_n_total 3
                # HELP podo_z_total Last.
                # TYPE podo_z_total counter
                podo_z_total{a="x",code="500"} 7
                podo_z_total{code="200"} 1

                """)
        #expect(Self.text(MetricsRegistry(loopCount: 0)) == "")
    }

    @Test("A sampled metric is read at every scrape")
    func sampled() {
        let registry = MetricsRegistry(loopCount: 1)
        let source = registry.counter("podo_source_total", help: "Source.")
        registry.sampledGauge("podo_sampled", help: "Sampled.") { Double(source.value) }
        source.add(1, loop: 0)
        #expect(Self.text(registry).contains("\npodo_sampled 1\n"))
        source.add(1, loop: 0)
        #expect(Self.text(registry).contains("\npodo_sampled 2\n"))
    }

    @Test("Slots are enough to the last one, and one more stops the process")
    func slots() async {
        var limits = MetricsLimits()
        limits.slotCountMax = 20
        let registry = MetricsRegistry(loopCount: 1, limits: limits)
        registry.histogram("podo_h_seconds", help: "H.").record(.seconds(100), loop: 0)
        registry.counter("podo_c_total", help: "C.").add(loop: 0)
        await #expect(processExitsWith: .failure) {
            var limits = MetricsLimits()
            limits.slotCountMax = 1
            let registry = MetricsRegistry(loopCount: 1, limits: limits)
            _ = registry.counter("podo_a_total", help: "A.")
            _ = registry.counter("podo_b_total", help: "B.")
        }
    }

    @Test("What is met while the process runs is not counted apart when there is no room, and stops nothing")
    func noRoom() {
        var limits = MetricsLimits()
        limits.slotCountMax = 20
        let registry = MetricsRegistry(loopCount: 1, limits: limits)
        #expect(registry.histogramIfRoom("podo_h_seconds", help: "H.", labels: ["x": "1"]) != nil)
        #expect(registry.histogramIfRoom("podo_h_seconds", help: "H.", labels: ["x": "2"]) == nil)
        registry.counter("podo_c_total", help: "C.").add(loop: 0)
        #expect(!Self.text(registry).contains(#"x="2""#))
    }

    @Test("A name registered with two types, or one series twice, stops the process")
    func conflicts() async {
        await #expect(processExitsWith: .failure) {
            let registry = MetricsRegistry(loopCount: 1)
            _ = registry.counter("podo_a", help: "A.", labels: ["x": "1"])
            _ = registry.gauge("podo_a", help: "A.", labels: ["x": "2"])
        }
        await #expect(processExitsWith: .failure) {
            let registry = MetricsRegistry(loopCount: 1)
            _ = registry.counter("podo_a", help: "A.", labels: ["x": "1", "y": "2"])
            _ = registry.counter("podo_a", help: "A.", labels: ["y": "2", "x": "1"])
        }
        await #expect(processExitsWith: .failure) {
            let registry = MetricsRegistry(loopCount: 1)
            _ = registry.histogram("podo_a", help: "A.")
            _ = registry.counter("podo_a_count", help: "A.")
        }
    }

    @Test("A name that Prometheus refuses stops the process")
    func names() async {
        await #expect(processExitsWith: .failure) {
            _ = MetricsRegistry(loopCount: 1).counter("podo-a", help: "A.")
        }
        await #expect(processExitsWith: .failure) {
            _ = MetricsRegistry(loopCount: 1).counter("podo_a", help: "A.", labels: ["x y": "1"])
        }
        await #expect(processExitsWith: .failure) {
            _ = MetricsRegistry(loopCount: 1).counter("podo_a", help: "A.", labels: ["x": "1", "x": "2"])
        }
    }
}
