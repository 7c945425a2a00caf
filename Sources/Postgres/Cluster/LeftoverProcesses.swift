internal import Glibc
internal import Primitives

/// Processes of a PostgreSQL whose Podo was killed, or whose postmaster was: found by what they are, not by a number
/// in a file that may be somebody else's by now.
struct LeftoverProcesses {
    /// The directory of the database, without links.
    let directory: String
    let limits: ClusterLimits
    /// Who a process is; replaced by tests.
    var look: (pid_t, String) -> Sight = Sight.init

    enum Sight {
        /// A PostgreSQL in this directory.
        case ours
        /// It is another program, in another directory, or gone.
        case others
        /// A PostgreSQL whose directory Podo may not see: root of a container without CAP_SYS_PTRACE sees nobody's.
        case hidden

        init(_ processID: pid_t, in directory: String) {
            let process = "/proc/\(processID)"
            switch Directory.link(process + "/cwd") {
            case directory?:
                // A program that was upgraded meanwhile is called so, and " (deleted)".
                let program = Directory.link(process + "/exe")?.split(separator: "/").last
                self = program?.split(separator: " ").first == "postgres" ? .ours : .others
            case nil where errno == EACCES || errno == EPERM:
                // What a program is called everybody may read.
                let isServer = SmallFile.text(process + "/comm") == "postgres\n"
                self = isServer && !Self.hasEnded(process) ? .hidden : .others
            default: self = .others
            }
        }

        /// Waits only to be waited for: it has no directory any more, and of others' the system does not say so.
        static func hasEnded(_ process: String) -> Bool {
            let state = SmallFile.text(process + "/stat")?.split(separator: ")").last?.dropFirst().first
            return state == "Z" || state == "X"
        }
    }

    /// Every process that is a PostgreSQL in this directory. One that has ended and was not waited for is none: it has
    /// no directory any more.
    func find() -> [pid_t] { self.find(.ours) }

    private func find(_ sight: Sight) -> [pid_t] {
        Directory.names(in: "/proc").compactMap { pid_t($0) }.filter { self.look($0, self.directory) == sight }
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
                for processID in left
                where told.insert(processID).inserted && self.look(processID, self.directory) == .ours {
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
    /// waited for, or one that has nothing to do with it. Where a PostgreSQL runs that may be ours for all that Podo
    /// can see, the file is left: the server's own caution is all there is then.
    private func removeFiles(_ count: Int) throws(ClusterError) -> Int {
        guard self.find(.hidden).isEmpty else { return count }
        guard Directory.removeFile("postmaster.pid", in: self.directory) else {
            throw ClusterError(
                "\(self.directory)/postmaster.pid cannot be removed: \(String(cString: strerror(errno)))")
        }
        return count
    }
}
