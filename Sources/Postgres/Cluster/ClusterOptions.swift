/// What the private PostgreSQL is made of.
package struct ClusterOptions: Sendable {
    /// The directory that everything of Podo is below. It exists, and the caller holds its lock.
    package var dataDirectory: String
    /// The one place to look for PostgreSQL's programs in; nil is where Debian has them, and `searchPath`.
    package var programDirectory: String?
    /// `PATH`.
    package var searchPath: String
    /// `XDG_RUNTIME_DIR`: for a socket whose path would be too long.
    package var runtimeDirectory: String?
    package var limits = ClusterLimits()

    package init(
        dataDirectory: String, programDirectory: String? = nil, searchPath: String = "",
        runtimeDirectory: String? = nil
    ) {
        self.dataDirectory = dataDirectory
        self.programDirectory = programDirectory
        self.searchPath = searchPath
        self.runtimeDirectory = runtimeDirectory
    }
}
