/// A line of the server's log.
///
/// An error repeats what users have sent, and is never shown: only what a full disk is known by is looked for in it.
/// What statements met is told by their SQLSTATE instead. Podo asks the server for lines without details and
/// statements.
struct ServerLogLine: Equatable {
    enum Severity {
        case notable
        /// Of a statement, or of one of the server's own processes.
        case error
        case fatal
        case panic
    }

    let severity: Severity
    /// Empty for an error.
    let message: String
    /// The disk is full, in the words of the C library behind those of the server.
    let tellsOfFullDisk: Bool

    private static let severities: [(prefix: String, severity: Severity)] = [
        ("PANIC:", .panic), ("FATAL:", .fatal), ("ERROR:", .error), ("WARNING:", .error), ("LOG:", .notable),
    ]

    /// `previous` is the line before: a message of several lines goes on behind a tab.
    init(_ text: String, after previous: ServerLogLine? = nil) {
        let found = Self.severities.first { text.hasPrefix($0.prefix) }
        let goesOn = found == nil && text.hasPrefix("\t")
        self.severity = found?.severity ?? (goesOn ? previous?.severity ?? .notable : .notable)
        let message = found.map { String(text.dropFirst($0.prefix.count).drop { $0 == " " }) } ?? text
        let isFullDisk = message.hasSuffix("No space left on device")
        // Nothing that a user sends is in front.
        self.tellsOfFullDisk = isFullDisk && !goesOn && (self.severity != .error || message.hasPrefix("could not "))
        self.message = self.severity == .error ? "" : message
    }

    /// What went wrong, and not that somebody could not connect meanwhile.
    var isReason: Bool {
        switch self.severity {
        case .panic: true
        case .fatal:
            !self.message.hasPrefix("the database system is") && !self.message.hasPrefix("terminating connection")
        case .notable: self.tellsOfFullDisk
        case .error: false
        }
    }
}
