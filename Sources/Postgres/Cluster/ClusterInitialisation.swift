internal import Glibc
internal import Primitives
internal import Reactor

/// Makes a new database beside its place, and moves it there when it is whole: whatever interrupts this, the next
/// start finds all or nothing.
struct ClusterInitialisation {
    let parent: String
    let path: String
    let programs: PostgresPrograms
    let user: ServerUser
    let limits: ClusterLimits

    private var unfinishedPath: String { self.path + ".new" }

    func run(isCancelled: () -> Bool) throws(ClusterError) {
        try self.removeUnfinished()
        guard mkdir(self.unfinishedPath, 0o700) == 0 else {
            throw ClusterError("\(self.unfinishedPath) cannot be made: \(String(cString: strerror(errno)))")
        }
        if self.user.isAnother, lchown(self.unfinishedPath, self.user.user, self.user.group) != 0 {
            throw ClusterError(
                "\(self.unfinishedPath) cannot be given to the user \(self.user.name): "
                    + "\(String(cString: strerror(errno))); start Podo as an ordinary user")
        }
        try self.initialise(isCancelled: isCancelled)
        guard rename(self.unfinishedPath, self.path) == 0 else {
            throw ClusterError(
                "the new database cannot be moved to \(self.path): \(String(cString: strerror(errno))); "
                    + "remove what is there, or mount its volume at \(self.parent)")
        }
        Directory.sync(self.parent)
    }

    /// What an initialisation that was ended had begun itself may be about to become a server, which is seen only then,
    /// and writes into what is being removed.
    private func removeUnfinished() throws(ClusterError) {
        let leftovers = LeftoverProcesses(directory: self.unfinishedPath, limits: self.limits)
        let deadline = MonotonicTime.now + self.limits.leftoverTime
        while true {
            if access(self.unfinishedPath, F_OK) == 0 { _ = try leftovers.clear() }
            if Directory.remove(self.unfinishedPath) { return }
            guard errno == ENOTEMPTY, MonotonicTime.now < deadline else {
                throw ClusterError("\(self.unfinishedPath) cannot be removed: \(String(cString: strerror(errno)))")
            }
            usleep(5000)
        }
    }

    private func initialise(isCancelled: () -> Bool) throws(ClusterError) {
        let descriptor = open(self.unfinishedPath, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw ClusterError("\(self.unfinishedPath) cannot be opened: \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        // Only a socket in a directory of the server's user leads to it: whoever can reach that need not say who he is.
        let result = try ProgramRun.run(
            self.programs.initialiser,
            [
                "-D", ChildProcess.directoryPath, "--username=postgres", "--auth=trust", "--encoding=UTF8",
                "--locale=C.UTF-8", "--no-instructions",
            ], user: self.user, directory: descriptor, timeMax: self.limits.initialisationTime,
            outputByteCountMax: self.limits.outputByteCountMax, isCancelled: isCancelled)
        guard let failure = result.failure else { return }
        let reason = Self.reason(in: result.output)
        throw ClusterError("\(self.programs.initialiser) \(failure)" + (reason.map { ": \($0)" } ?? ""))
    }

    /// The line that says what went wrong, out of many that do not.
    static func reason(in output: String) -> String? {
        let lines = output.split(separator: "\n")
        return
            (lines.first { $0.contains("FATAL:") || $0.contains("PANIC:") } ?? lines.first { $0.contains("error:") }
            ?? lines.last).map(String.init)
    }
}
