/// How much a log line matters.
package enum LogLevel: UInt8, Sendable, CaseIterable, Comparable {
    case debug, info, warning, error

    /// As log lines and the configuration write it.
    package var name: StaticString {
        switch self {
        case .debug: "debug"
        case .info: "info"
        case .warning: "warning"
        case .error: "error"
        }
    }

    /// The level of that name, in lower case.
    package init?(name: String) {
        guard let level = Self.allCases.first(where: { $0.name.description == name }) else { return nil }
        self = level
    }

    package static func < (left: LogLevel, right: LogLevel) -> Bool { left.rawValue < right.rawValue }
}
