internal import Glibc

/// Whether Podo can keep what it writes.
struct DataDirectoryCheck {
    private static let freeByteCountMin = 64 << 20
    private static let freeByteCountWanted = 1 << 30

    let path: String
    /// The pid of the Podo that uses the directory now.
    let holder: Int?

    init(_ path: String) {
        self.path = path
        self.holder = DataDirectory.holder(of: path)
    }

    func findings() -> [Finding] { [self.access(), self.space()] }

    private func access() -> Finding {
        let subject = "data directory"
        var status = stat()
        guard stat(self.path, &status) == 0 else {
            return Glibc.access(self.existingParent(), W_OK) == 0
                ? Finding(.ok, subject, "\(self.path) will be made by the first start")
                : Finding(.fail, subject, "\(self.path) cannot be made: make it, owned by Podo's user")
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            return Finding(.fail, subject, "\(self.path) is not a directory: move it away, or set data-dir")
        }
        guard Glibc.access(self.path, R_OK | W_OK | X_OK) == 0 else {
            return Finding(.fail, subject, "\(self.path) cannot be written: chown it to Podo's user")
        }
        guard status.st_mode & 0o077 == 0 else {
            return Finding(.warn, subject, "others can look into \(self.path): chmod 700 \(self.path)")
        }
        let user = self.holder.map { ", in use by the Podo with pid \($0)" } ?? ""
        return Finding(.ok, subject, self.path + user)
    }

    private func space() -> Finding {
        var status = statvfs()
        guard statvfs(self.existingParent(), &status) == 0 else {
            return Finding(.warn, "free space", "cannot be told: \(String(cString: strerror(errno)))")
        }
        let (bytes, overflowed) = Int(status.f_bavail).multipliedReportingOverflow(by: Int(status.f_frsize))
        let free = overflowed ? Int.max : bytes
        let text = "\(free >> 20) MiB"
        if free < Self.freeByteCountMin { return Finding(.fail, "free space", "\(text): make room, or set data-dir") }
        if free < Self.freeByteCountWanted {
            return Finding(.warn, "free space", "\(text): recordings and the database want 1 GiB or more")
        }
        return Finding(.ok, "free space", text)
    }

    /// The directory itself, or the nearest one above it that is there.
    private func existingParent() -> String {
        var path = self.path
        while Glibc.access(path, F_OK) != 0 {
            guard let slash = path.lastIndex(of: "/") else { return "." }
            path = slash == path.startIndex ? "/" : String(path[..<slash])
        }
        return path
    }
}
