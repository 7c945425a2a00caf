import Testing

@testable import Observability

struct PrometheusTextTests {
    @Test("Backslash and line feed are escaped, quotes in label values only")
    func escaping() {
        #expect(PrometheusText.escaped("a\\b\"c\nd", quotes: true) == #"a\\b\"c\nd"#)
        #expect(PrometheusText.escaped("a\\b\"c\nd", quotes: false) == #"a\\b"c\nd"#)
        #expect(PrometheusText.labels(["z": "\"", "a": "é\\"]) == #"a="é\\",z="\"""#)
    }

    @Test(
        "Numbers are written as Go reads them",
        arguments: [
            (0, "0"), (-0.0, "0"), (1, "1"), (-3, "-3"), (0.25, "0.25"), (1e-7, "1e-07"), (1.5e300, "1.5e+300"),
            (.nan, "NaN"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (1_700_000_000.25, "1700000000.25"),
        ] as [(Double, String)])
    func numbers(value: Double, text: String) {
        #expect(PrometheusText.number(value) == text)
    }

    @Test("Names are of letters, digits and underscores; a metric's may have colons")
    func names() {
        for name in ["a", "_", "A9_b", "a:b", ":a"] { #expect(PrometheusText.isMetricName(name)) }
        for name in ["", "9a", "a-b", "a b", "é", "a\n"] { #expect(!PrometheusText.isMetricName(name)) }
        #expect(PrometheusText.isLabelName("le", in: .counter) && !PrometheusText.isLabelName("le", in: .histogram))
        for name in ["", "__a", "a:b", "9", "a-b"] { #expect(!PrometheusText.isLabelName(name, in: .counter)) }
    }
}
