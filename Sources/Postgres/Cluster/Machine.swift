internal import Glibc

/// What of the machine is Podo's to use.
enum Machine {
    /// The memory of the machine, or of the control group that Podo is in where that is less.
    static var memoryByteCount: Int {
        let physical = sysconf(CInt(_SC_PHYS_PAGES)) * sysconf(CInt(_SC_PAGESIZE))
        let limits = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"]
            .compactMap { SmallFile.text($0) }
            .compactMap { Int($0.prefix { $0 != "\n" }) }
        return max(1, limits.reduce(physical) { min($0, $1) })
    }

    static var coreCount: Int { max(1, sysconf(CInt(_SC_NPROCESSORS_ONLN))) }

    /// What an ordinary user may still write at that place.
    static func freeByteCount(at path: String) -> Int {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return 0 }
        let (bytes, overflowed) = Int(clamping: status.f_bavail)
            .multipliedReportingOverflow(by: Int(clamping: status.f_frsize))
        return overflowed ? Int.max : bytes
    }
}
