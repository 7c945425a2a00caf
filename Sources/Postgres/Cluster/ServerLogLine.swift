/// A line of the server's log.
///
/// Errors of statements are not in it, because they repeat what users have sent: Podo asks the server to log nothing
/// below `LOG`, and without details. What statements met is told by their SQLSTATE instead.
struct ServerLogLine: Equatable {
    enum Severity { case notable, fatal, panic }

    let severity: Severity
    let message: String

    init(_ text: String) {
        let severities: [(prefix: String, severity: Severity)] = [
            ("PANIC:", .panic), ("FATAL:", .fatal), ("LOG:", .notable),
        ]
        if let found = severities.first(where: { text.hasPrefix($0.prefix) }) {
            self.severity = found.severity
            self.message = String(text.dropFirst(found.prefix.count).drop { $0 == " " })
        } else {
            self.severity = .notable
            self.message = text
        }
    }

    /// The disk is full, in the words of the C library.
    var tellsOfFullDisk: Bool { self.message.contains("No space left on device") }

    /// What went wrong, and not that somebody could not connect meanwhile.
    var isReason: Bool {
        self.severity == .panic || self.tellsOfFullDisk
            || (self.severity == .fatal && !self.message.hasPrefix("the database system is"))
    }
}
