internal import Glibc

/// How many descriptors the process may open: a connection is one.
enum DescriptorLimit {
    /// Needed besides one per connection: files, listeners, epoll sets, database connections.
    private static let reserve = 1024

    /// What Podo needs to hold as many connections as it may.
    static func wanted(_ configuration: Configuration) -> Int {
        configuration.connectionCountMax + configuration.rtmpConnectionCountMax + self.reserve
    }

    static func current() -> (soft: Int, hard: Int) {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return (Int(clamping: limit.rlim_cur), Int(clamping: limit.rlim_max))
    }

    /// Raises the soft limit to the hard one; returns what holds then.
    static func raise() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return self.current().soft }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return self.current().soft
    }
}
