/// What the file `postmaster.pid` of a running PostgreSQL says.
struct PostmasterFile: Equatable {
    let processID: Int32
    /// Connections are taken.
    let isReady: Bool

    /// The line, counted from zero, that says how far the server is.
    private static let statusLine = 7

    /// Nil while the file is not written to the end, and when it is none.
    init?(_ text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        // A standalone server writes a negative number.
        guard let first = lines.first, let number = Int32(first), number > 0 else { return nil }
        self.processID = number
        let status = lines.count > Self.statusLine ? lines[Self.statusLine] : ""
        self.isReady = status.prefix { $0 != " " } == "ready"
    }
}
