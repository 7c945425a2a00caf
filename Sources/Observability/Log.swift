/// One value of a log line's field.
package enum LogValue: Sendable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    case text(String)
    case number(Int)
    case seconds(Double)
    case flag(Bool)

    package init(stringLiteral value: String) { self = .text(value) }
    package init(integerLiteral value: Int) { self = .number(value) }
    package init(booleanLiteral value: Bool) { self = .flag(value) }
}

/// The structured log: one JSON object per line.
package final class Log: Sendable {
    package let level: LogLevel

    package init(level: LogLevel) { self.level = level }

    package func write(_ level: LogLevel, _ event: StaticString, _ fields: KeyValuePairs<StaticString, LogValue>) {}
}

extension Log {
    package func debug(_ event: StaticString, _ fields: KeyValuePairs<StaticString, LogValue> = [:]) {
        self.write(.debug, event, fields)
    }

    package func info(_ event: StaticString, _ fields: KeyValuePairs<StaticString, LogValue> = [:]) {
        self.write(.info, event, fields)
    }

    package func warning(_ event: StaticString, _ fields: KeyValuePairs<StaticString, LogValue> = [:]) {
        self.write(.warning, event, fields)
    }

    package func error(_ event: StaticString, _ fields: KeyValuePairs<StaticString, LogValue> = [:]) {
        self.write(.error, event, fields)
    }
}
