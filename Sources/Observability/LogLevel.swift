/// How much a log line matters.
package enum LogLevel: UInt8, Sendable, CaseIterable {
    case debug, info, warning, error
}
