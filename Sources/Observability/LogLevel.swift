/// How much a log line matters.
package enum LogLevel: UInt8, Sendable, CaseIterable {
    case debug, info, warning, error
}

extension LogLevel: Comparable {
    package static func < (left: LogLevel, right: LogLevel) -> Bool { left.rawValue < right.rawValue }
}
