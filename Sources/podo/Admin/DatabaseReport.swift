internal import HTTPServer
internal import Postgres
internal import Primitives

/// How the database is doing, for `/readyz` and `/statusz`.
struct DatabaseReport: Sendable {
    var health: DatabaseHealth
    /// Where it is, without a password.
    var place: String
    /// What runs for this Podo alone; nil where `database-url` names a server.
    var ownServer: OwnServer?

    struct OwnServer: Sendable {
        var major: Int
        var status: ClusterStatus
    }

    func write(to writer: inout JSONWriter) {
        writer.member("state", self.health.state.rawValue)
        writer.member("seconds", Int((MonotonicTime.now - self.health.since).milliseconds / 1000))
        writer.member("reason", self.health.reason)
        writer.member("place", self.place)
        writer.member("private", self.ownServer != nil)
        guard let server = self.ownServer else { return }
        writer.member("version", server.major)
        writer.member("phase", server.status.phase.rawValue)
        writer.member("pid", server.status.processID.map(Int.init))
        writer.member("starts", server.status.startCount)
    }
}
