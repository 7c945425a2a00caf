internal import CLibPQ
internal import Glibc

/// What libpq would take from the environment where a connection string says nothing: the port of another server, its
/// address, options. None of it is about the private PostgreSQL.
enum ClientEnvironment {
    /// Those that stand for no keyword of a connection string.
    private static let others = ["PGSERVICEFILE", "PGSYSCONFDIR", "PGDATESTYLE", "PGTZ", "PGGEQO"]

    /// Takes it all out of this process's environment. Called by whoever is about to say where the private server is,
    /// while other threads do nothing yet that reads the environment.
    static func forget() {
        for name in self.names where getenv(name) != nil { unsetenv(name) }
    }

    /// As libpq itself lists them.
    static var names: [String] {
        // It would look for the service that is named here, and list nothing when there is none.
        unsetenv("PGSERVICE")
        guard let list = PQconndefaults() else { return self.others }
        defer { PQconninfoFree(list) }
        var names = self.others
        var option = list
        while option.pointee.keyword != nil {
            if let name = option.pointee.envvar { names.append(String(cString: name)) }
            option += 1
        }
        return names
    }
}
