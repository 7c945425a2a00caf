internal import Glibc

/// What there is of a private PostgreSQL, looked at without changing anything: for `podo doctor`.
package struct ClusterFacts: Equatable, Sendable {
    package let programs: PostgresPrograms
    /// Where the database is, or will be.
    package let directory: String
    /// Who the server runs as.
    package let userName: String
    /// There is a database already.
    package let exists: Bool
    /// Where it is reached while it runs; nil where only the running Podo knows.
    package let url: String?

    /// Throws what would keep the server from being started.
    package init(_ options: ClusterOptions) throws(ClusterError) {
        ClientEnvironment.forget()
        let parent = Directory.resolved(options.dataDirectory) ?? options.dataDirectory
        let path = parent + "/" + ClusterPlace.name
        let found = try ClusterPlace.look(at: path)
        self.programs = try PostgresPrograms.choose(
            PostgresPrograms.installed(configured: options.programDirectory, searchPath: options.searchPath),
            version: found?.version, directory: path)
        let user = try ServerUser.choose(
            ownUser: geteuid(), ownerOfDirectory: found?.owner, directory: path, accounts: SystemAccounts())
        self.directory = path
        self.userName = user.name
        self.exists = found != nil
        let socket = Directory.resolved(path).flatMap { ClusterSocket.inside($0) }
        self.url = socket.map { $0.url(database: PostgresCluster.name, user: PostgresCluster.name) }
    }
}
