internal import Primitives

/// Prometheus' text exposition format, version 0.0.4.
struct PrometheusText {
    private(set) var bytes: [UInt8] = []

    /// `# HELP`, `# TYPE`, then the samples of every series.
    mutating func append(_ family: MetricsFamily) {
        self.append("# HELP \(family.name) \(Self.escaped(family.help, quotes: false))\n")
        self.append("# TYPE \(family.name) \(family.kind.rawValue)\n")
        for series in family.series {
            switch series.source {
            case .counter(let counter):
                self.appendName(family.name, series.labels)
                DecimalText.append(counter.value, to: &self.bytes)
                self.append("\n")
            case .gauge(let gauge):
                self.appendName(family.name, series.labels)
                DecimalText.append(gauge.value, to: &self.bytes)
                self.append("\n")
            case .histogram(let histogram):
                self.append(histogram, family.name, series.labels)
            case .sampled(let read):
                self.appendName(family.name, series.labels)
                self.append(Self.number(read()) + "\n")
            }
        }
    }

    /// Buckets are cumulative. The count is the last bucket's, so that a recording in between cannot make them differ.
    private mutating func append(_ histogram: Histogram, _ name: String, _ labels: String) {
        let comma = labels.isEmpty ? "" : ","
        let sum = histogram.sumSeconds
        var count: UInt64 = 0
        for offset in 0...HistogramBuckets.beyondOffset {
            let isBeyond = offset == HistogramBuckets.beyondOffset
            let bound = isBeyond ? "+Inf" : HistogramBuckets.boundTexts[offset].description
            count &+= histogram.slab.sum(slot: histogram.firstSlot + offset)
            self.appendName(name + "_bucket", "\(labels)\(comma)le=\"\(bound)\"")
            self.append("\(count)\n")
        }
        self.appendName(name + "_sum", labels)
        self.append(Self.number(sum) + "\n")
        self.appendName(name + "_count", labels)
        self.append("\(count)\n")
    }

    /// `name{labels} `, up to the value.
    private mutating func appendName(_ name: String, _ labels: String) {
        self.append(name)
        if !labels.isEmpty { self.append("{\(labels)}") }
        self.append(" ")
    }

    private mutating func append(_ text: String) { self.bytes.append(contentsOf: text.utf8) }
}

extension PrometheusText {
    /// `name="value",…` in the order of names, so that one set of labels has one text.
    static func labels(_ labels: KeyValuePairs<StaticString, String>) -> String {
        labels.map { ($0.key.description, $0.value) }
            .sorted { $0.0 < $1.0 }
            .map { "\($0.0)=\"\(Self.escaped($0.1, quotes: true))\"" }
            .joined(separator: ",")
    }

    /// Backslash and line feed are escaped everywhere, quotes in label values only.
    static func escaped(_ text: String, quotes: Bool) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// A number as Go's `ParseFloat` takes it, whole ones without a fraction.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if let whole = Int64(exactly: value), abs(value) < 1e15 { return whole.description }
        return value.description
    }

    /// `[a-zA-Z_:][a-zA-Z0-9_:]*`
    static func isMetricName(_ name: String) -> Bool {
        self.isName(name) { $0 == ":" }
    }

    /// `[a-zA-Z_][a-zA-Z0-9_]*`, without those that Prometheus keeps for itself.
    static func isLabelName(_ name: String, in kind: MetricsFamily.Kind) -> Bool {
        if name.utf8.starts(with: "__".utf8) || (kind == .histogram && name == "le") { return false }
        return self.isName(name) { _ in false }
    }

    private static func isName(_ name: String, or isAllowed: (Unicode.Scalar) -> Bool) -> Bool {
        guard let first = name.unicodeScalars.first, !("0"..."9").contains(first) else { return false }
        return name.unicodeScalars.allSatisfy { scalar in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "_": true
            default: isAllowed(scalar)
            }
        }
    }
}
