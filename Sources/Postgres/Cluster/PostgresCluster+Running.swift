extension PostgresCluster {
    /// Where the private PostgreSQL of a Podo that runs is reached: for a command beside it. Nothing is started;
    /// whoever asks has seen that another process holds the data directory.
    package static func runningURL(_ options: ClusterOptions) throws(ClusterError) -> String {
        try ClusterPlace.prepare(options, isCancelled: { false }).socket.url(database: self.name, user: self.name)
    }
}
