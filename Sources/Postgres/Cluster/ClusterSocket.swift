internal import Glibc
internal import Primitives

/// Where the private PostgreSQL is reached: in its own directory, or, where the path of that is too long for a socket,
/// in a directory of its own below the system's for such things.
struct ClusterSocket: Equatable {
    /// What libpq calls the host.
    let directory: String
    /// What the server is told: relative to its directory, or the path of a directory apart.
    let serverSetting: String
    let isApart: Bool

    /// Part of the socket's name, and nothing else. Said on both sides: the server's file of settings and the
    /// environment of libpq may name another one.
    static let port = "5432"
    static let fileName = ".s.PGSQL." + Self.port
    /// `sun_path` without the zero at its end.
    static let pathByteCountMax = 107
    /// Further names that are tried when a directory of this name is somebody else's.
    private static let attemptCountMax = 8

    /// Nil where the path is too long, or libpq would take its comma for a list of hosts.
    static func inside(_ directory: String) -> ClusterSocket? {
        guard directory.utf8.count + 1 + self.fileName.utf8.count <= self.pathByteCountMax,
            !directory.contains(",")
        else { return nil }
        return ClusterSocket(directory: directory, serverSetting: ".", isApart: false)
    }

    /// Makes a directory for the socket of that database, or takes the one that an earlier start has made.
    static func apart(
        for directory: String, user: ServerUser, runtimeDirectory: String?
    ) throws(ClusterError) -> ClusterSocket {
        // The directory of a session is closed to everyone but its user.
        let bases = user.isAnother ? ["/run", "/tmp"] : [runtimeDirectory, "/tmp"].compactMap { $0 }
        for base in bases where access(base, W_OK | X_OK) == 0 {
            for attempt in 0..<self.attemptCountMax {
                let path = "\(base)/podo-\(self.name(of: directory, attempt: attempt))"
                guard path.utf8.count + 1 + self.fileName.utf8.count <= self.pathByteCountMax else { break }
                if self.take(path, for: user) {
                    return ClusterSocket(directory: path, serverSetting: path, isApart: true)
                }
            }
        }
        throw ClusterError(
            "data-dir is too long for a Unix socket, and no directory for one can be made below "
                + "\(bases.joined(separator: " or ")): choose a shorter data-dir")
    }

    /// Every database has a name of its own. FNV-1a, because it only has to differ.
    private static func name(of directory: String, attempt: Int) -> String {
        var sum: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in Array(directory.utf8) + [UInt8(truncatingIfNeeded: attempt)] {
            sum = (sum ^ UInt64(byte)) &* 0x100_0000_01b3
        }
        var text: [UInt8] = []
        HexText.append(sum, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// True when the directory is there, belongs to the server's user alone, and is no link.
    private static func take(_ path: String, for user: ServerUser) -> Bool {
        if mkdir(path, 0o700) == 0 {
            return !user.isAnother || lchown(path, user.user, user.group) == 0
        }
        var status = stat()
        return errno == EEXIST && lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
            && status.st_uid == user.user && status.st_mode & 0o077 == 0
    }

    /// The URL for libpq.
    func url(database: String, user: String) -> String {
        "postgresql:///\(database)?host=\(PercentText.encode(self.directory))&port=\(Self.port)&user=\(user)"
    }

    /// The socket and its lock that a killed server has left, whose number may be somebody else's by now.
    func removeFiles() {
        for name in [Self.fileName, Self.fileName + ".lock"] {
            // What is left all the same the server complains of.
            _ = Directory.removeFile(name, in: self.directory)
        }
    }

    /// For whoever has stopped the server for good.
    func removeDirectory() {
        if self.isApart { rmdir(self.directory) }
    }
}
