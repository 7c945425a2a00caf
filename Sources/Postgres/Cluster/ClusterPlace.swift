internal import Glibc
internal import Primitives
internal import Reactor

/// The directory of the private database, made where it is missing, with the programs and the user that fit it.
struct ClusterPlace {
    static let name = "postgres"

    /// Without links.
    let directory: String
    let programs: PostgresPrograms
    let user: ServerUser
    let socket: ClusterSocket
    /// The database was made just now.
    let isNew: Bool

    /// Finds what is there, or makes it. May take seconds.
    static func prepare(
        _ options: ClusterOptions, isCancelled: () -> Bool
    ) throws(ClusterError) -> ClusterPlace {
        ClientEnvironment.forget()
        guard let parent = Directory.resolved(options.dataDirectory) else {
            throw ClusterError("\(options.dataDirectory) cannot be read: \(String(cString: strerror(errno)))")
        }
        let path = parent + "/" + Self.name
        let found = try Self.look(at: path)
        let programs = try PostgresPrograms.choose(
            PostgresPrograms.installed(configured: options.programDirectory, searchPath: options.searchPath),
            version: found?.version, directory: path)
        let user = try ServerUser.choose(
            ownUser: geteuid(), ownerOfDirectory: found?.owner, directory: path, accounts: SystemAccounts())
        if found == nil {
            let initialisation = ClusterInitialisation(
                parent: parent, path: path, programs: programs, user: user, limits: options.limits)
            try initialisation.run(isCancelled: isCancelled)
        }
        guard let directory = Directory.resolved(path) else {
            throw ClusterError("\(path) cannot be read: \(String(cString: strerror(errno)))")
        }
        let socket =
            if let inside = ClusterSocket.inside(directory) {
                inside
            } else {
                try ClusterSocket.apart(for: directory, user: user, runtimeDirectory: options.runtimeDirectory)
            }
        return ClusterPlace(
            directory: directory, programs: programs, user: user, socket: socket, isNew: found == nil)
    }

    /// The database that is at a path; nil when nothing is, or an empty directory.
    static func look(at path: String) throws(ClusterError) -> (version: Int, owner: uid_t)? {
        var status = stat()
        guard stat(path, &status) == 0 else {
            if errno == ENOENT { return nil }
            throw ClusterError("\(path) cannot be read: \(String(cString: strerror(errno)))")
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw ClusterError("\(path) is not a directory: move it away")
        }
        guard let text = SmallFile.text(path + "/PG_VERSION") else {
            guard errno == ENOENT else {
                throw ClusterError(
                    "the database in \(path) cannot be read: \(String(cString: strerror(errno))); "
                        + "start Podo as its owner or as root")
            }
            if Directory.names(in: path).isEmpty { return nil }
            throw ClusterError("\(path) is neither empty nor a database of PostgreSQL: move it away")
        }
        // Before version 10 there were two numbers; those are refused for their age.
        guard let version = DecimalText.parse(text.utf8.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: ".") })
        else { throw ClusterError("\(path)/PG_VERSION is damaged: restore the database from a backup") }
        return (version, status.st_uid)
    }

    /// What the server is started with.
    func arguments(compressesLog: Bool, limits: ClusterLimits) -> [String] {
        let tuning = ClusterTuning(
            memoryByteCount: Machine.memoryByteCount, coreCount: Machine.coreCount,
            freeByteCount: Machine.freeByteCount(at: self.directory), connectionCount: limits.connectionCount)
        var arguments = ["-D", ChildProcess.directoryPath]
        for (name, value) in tuning.settings(compressesLog: compressesLog)
            + [("unix_socket_directories", self.socket.serverSetting), ("port", ClusterSocket.port)]
        {
            arguments += ["-c", "\(name)=\(value)"]
        }
        return arguments
    }

    /// The directory, open for a child that may have no right to those above it. The caller closes it.
    func openDirectory() throws(ClusterError) -> CInt {
        let descriptor = open(self.directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw ClusterError("\(self.directory) cannot be opened: \(String(cString: strerror(errno)))")
        }
        return descriptor
    }

    /// Whether this server was built with lz4, asked of the program itself.
    func canCompress(directory descriptor: CInt, limits: ClusterLimits) -> Bool {
        let arguments = ["-D", ChildProcess.directoryPath, "-C", "wal_compression", "-c", "wal_compression=lz4"]
        // A server that cannot even be asked says why when it is started.
        let said = try? ProgramRun.run(
            self.programs.server, arguments, user: self.user, directory: descriptor,
            timeMax: limits.immediateStopTime, outputByteCountMax: limits.outputByteCountMax)
        return said.map { $0.failure == nil } ?? false
    }
}
