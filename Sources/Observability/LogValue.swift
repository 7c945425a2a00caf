/// One value of a log line's field. Bounded by `LogLimits.valueByteCountMax` when it is written.
package enum LogValue: Sendable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    case text(String)
    /// Bytes that should be text: those that are not valid UTF-8 become U+FFFD.
    case bytes([UInt8])
    case number(Int)
    /// Written as null when not finite.
    case seconds(Double)
    case flag(Bool)

    package init(stringLiteral value: String) { self = .text(value) }
    package init(integerLiteral value: Int) { self = .number(value) }
    package init(booleanLiteral value: Bool) { self = .flag(value) }

    /// That there is a secret, and nothing about it.
    package static func secret<Value>(_ secret: Secret<Value>) -> LogValue { .text(secret.description) }
}
