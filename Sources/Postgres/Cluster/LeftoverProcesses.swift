internal import Glibc
internal import Primitives

/// Processes of a PostgreSQL whose Podo was killed, or whose postmaster was: found by what they are, not by a number
/// in a file that may be somebody else's by now.
struct LeftoverProcesses {
    /// The directory of the database, without links.
    let directory: String
    let limits: ClusterLimits

    /// Every process that is a PostgreSQL in this directory. One that has ended and was not waited for is none: it has
    /// no directory any more.
    func find() -> [pid_t] {
        Directory.names(in: "/proc").compactMap { pid_t($0) }.filter { self.isOurs($0) }
    }

    private func isOurs(_ processID: pid_t) -> Bool {
        guard let place = Directory.link("/proc/\(processID)/cwd"), place == self.directory,
            let program = Directory.link("/proc/\(processID)/exe")
        else { return false }
        // A program that was upgraded meanwhile is called so, and " (deleted)".
        return program.split(separator: "/").last?.split(separator: " ").first == "postgres"
    }

    /// Ends them all at once, as a crash would, and removes what their numbers stand in: returns how many there were.
    ///
    /// Only for whoever holds the lock on the data directory: nobody else can have a server here then.
    func clear() throws(ClusterError) -> Int {
        let count = self.find().count
        for signal in [SIGQUIT, SIGKILL] {
            let deadline = MonotonicTime.now + self.limits.leftoverTime
            var told: Set<pid_t> = []
            while true {
                let left = self.find()
                if left.isEmpty { return try self.removeFiles(count) }
                for processID in left where told.insert(processID).inserted && self.isOurs(processID) {
                    kill(processID, signal)
                }
                guard MonotonicTime.now < deadline else { break }
                usleep(5000)
            }
        }
        let numbers = self.find().map { "\($0)" }.joined(separator: ", ")
        throw ClusterError(
            "an earlier PostgreSQL in \(self.directory) does not end (pid \(numbers)): end it, then start Podo again")
    }

    /// A server refuses to start while the number in its file is any process's, be it one that has ended and was not
    /// waited for, or one that has nothing to do with it.
    private func removeFiles(_ count: Int) throws(ClusterError) -> Int {
        let path = self.directory + "/postmaster.pid"
        guard unlink(path) == 0 || errno == ENOENT else {
            throw ClusterError("\(path) cannot be removed: \(String(cString: strerror(errno)))")
        }
        return count
    }
}
