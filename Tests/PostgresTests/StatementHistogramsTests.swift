import Observability
import Primitives
import Testing

@testable import Postgres

@Suite("Times of statements")
struct StatementHistogramsTests {
    @Test("statements beyond the room for metrics share one histogram")
    func noRoom() {
        var limits = MetricsLimits()
        // Two histograms, and not three.
        limits.slotCountMax = 50
        let registry = MetricsRegistry(loopCount: 1, limits: limits)
        let histograms = StatementHistograms(registry: registry, countMax: 100)
        for name: StaticString in ["a", "b", "c", "b", "a"] {
            histograms.histogram(name).record(.milliseconds(1), loop: 0)
        }
        let text = String(decoding: registry.prometheusText(), as: UTF8.self)
        #expect(text.contains(#"podo_postgres_statement_seconds_count{statement="a"} 2"#), "\(text)")
        #expect(text.contains(#"podo_postgres_statement_seconds_count{statement="other"} 3"#), "\(text)")
    }

    @Test("so do statements beyond the bound of their own")
    func bound() {
        let registry = MetricsRegistry(loopCount: 1)
        let histograms = StatementHistograms(registry: registry, countMax: 1)
        for name: StaticString in ["a", "b", "c"] { histograms.histogram(name).record(.milliseconds(1), loop: 0) }
        let text = String(decoding: registry.prometheusText(), as: UTF8.self)
        #expect(text.contains(#"podo_postgres_statement_seconds_count{statement="other"} 2"#), "\(text)")
    }
}
