internal import Primitives

/// One line of the log: a JSON object and a line feed, whatever the values hold.
struct LogLine {
    private(set) var bytes: [UInt8] = []
    private let valueByteCountMax: Int

    /// The whole line, with at most `limits.fieldCountMax` of the fields.
    init(
        _ level: LogLevel, _ event: StaticString, _ fields: KeyValuePairs<StaticString, LogValue>, at time: WallClock,
        limits: LogLimits
    ) {
        self.valueByteCountMax = limits.valueByteCountMax
        self.bytes.reserveCapacity(256)
        self.append("{\"ts\":\"")
        time.appendRFC3339(to: &self.bytes)
        self.append("\",\"level\":\"")
        self.append(level.name)
        self.append("\",\"event\":")
        self.appendQuoted(event.description)
        for (name, value) in fields.prefix(limits.fieldCountMax) { self.append(name, value) }
        if fields.count > limits.fieldCountMax {
            self.append("fields_cut", .number(fields.count - limits.fieldCountMax))
        }
        self.append("}\n")
    }

    private mutating func append(_ name: StaticString, _ value: LogValue) {
        self.append(",")
        self.appendQuoted(name.description)
        self.append(":")
        switch value {
        case .text(let text): self.appendQuoted(text)
        case .bytes(let bytes):
            // A byte of input gives at least one of output, so what is beyond the bound would be cut anyway.
            self.appendQuoted(String(decoding: bytes.prefix(self.valueByteCountMax + 1), as: UTF8.self))
        case .number(let number): DecimalText.append(number, to: &self.bytes)
        case .seconds(let seconds): self.bytes.append(contentsOf: (seconds.isFinite ? "\(seconds)" : "null").utf8)
        case .flag(let flag): self.append(flag ? "true" : "false")
        }
    }

    private mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { unsafe self.bytes.append(contentsOf: $0) }
    }

    /// A JSON string, cut at a scalar's boundary and marked when it would take more than the bound.
    private mutating func appendQuoted(_ text: String) {
        self.append("\"")
        let end = self.bytes.count + self.valueByteCountMax
        for scalar in text.unicodeScalars {
            let before = self.bytes.count
            self.appendEscaped(scalar)
            if self.bytes.count > end {
                self.bytes.removeLast(self.bytes.count - before)
                self.append("…")
                break
            }
        }
        self.append("\"")
    }

    /// Escapes what JSON wants escaped, and what would steer a terminal or a viewer that shows the line: control
    /// characters of both sets, line and paragraph separators, changes of direction, the byte order mark.
    private mutating func appendEscaped(_ scalar: Unicode.Scalar) {
        switch scalar.value {
        case 0x22: self.append("\\\"")
        case 0x5C: self.append("\\\\")
        case 0x0A: self.append("\\n")
        case 0x0D: self.append("\\r")
        case 0x09: self.append("\\t")
        case 0x20..<0x7F: self.bytes.append(UInt8(truncatingIfNeeded: scalar.value))
        case 0..<0x20, 0x7F...0x9F, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF:
            self.append("\\u")
            HexText.append(UInt64(scalar.value), digitCount: 4, to: &self.bytes)
        default: self.bytes.append(contentsOf: String(scalar).utf8)
        }
    }
}
