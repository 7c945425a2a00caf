internal import Crypto
internal import Glibc

/// The file of the root secret. Whoever reads it can sign in as anybody, so it is made for its user alone, and one that
/// others can read is refused instead of trusted.
struct SecretFile {
    static let defaultName = "secret"

    let path: String
    /// A file that the operator names must be there: a slip in its name would otherwise make a new secret, with which
    /// nothing that was sealed before can be opened.
    let isMadeWhenMissing: Bool

    /// The file that is configured, or the one in the data directory.
    init(configured: String?, dataDirectory: String) {
        self.path = configured ?? dataDirectory + "/" + Self.defaultName
        self.isMadeWhenMissing = configured == nil
    }

    /// Reads the secret at a start; makes one where there is none yet and none was promised.
    func load() throws(StartError) -> RootSecret {
        if let secret = try self.read() { return secret }
        guard self.isMadeWhenMissing else {
            throw self.failure("does not exist; put a secret there by: \(Self.recipe(self.path))")
        }
        try self.make(RootSecret.random())
        guard let secret = try self.read() else { throw self.failure("has gone again after it was made") }
        return secret
    }

    /// Reads the secret while Podo runs: one that has gone is missed, not made.
    func reload() throws(StartError) -> RootSecret {
        guard let secret = try self.read() else { throw self.failure("has gone: put it back from a backup") }
        return secret
    }

    /// Puts a new generation in front, all or nothing; returns its number. Whoever runs takes it by `reload`.
    func rotate() throws(StartError) -> Int {
        let lock = try self.lock()
        defer { close(lock) }
        guard let secret = try self.read() else {
            throw self.failure(
                "does not exist; podo serve makes the one in the data directory, or: "
                    + Self.recipe(self.path))
        }
        var status = stat()
        guard stat(self.path, &status) == 0, status.st_uid == geteuid() else {
            throw self.failure("belongs to another user, who has to change it")
        }
        guard let rotated = secret.rotated() else {
            throw self.failure(
                "has \(secret.generations.count) generations, and a further one has no place: remove the oldest lines "
                    + "when nothing is sealed by them any more")
        }
        // A link stays one: what it leads to is what changes.
        guard let target = realpath(self.path, nil) else { throw self.systemFailure("cannot be followed") }
        defer { free(target) }
        try self.write(rotated, like: status) { temporary in rename(temporary, target) == 0 }
        return rotated.current.number
    }

    /// Two who rotate at once would each put a generation of the same number in front. Whoever comes second waits, and
    /// reads what the first has made. The lock is on the directory, so that no file is left over.
    private func lock() throws(StartError) -> CInt {
        let descriptor = try self.openDirectory("cannot be locked")
        guard flock(descriptor, LOCK_EX) == 0 else {
            let failure = self.systemFailure("cannot be locked")
            close(descriptor)
            throw failure
        }
        return descriptor
    }

    /// Nil when there is no such file.
    private func read() throws(StartError) -> RootSecret? {
        let descriptor = open(self.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw self.systemFailure("cannot be opened")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw self.systemFailure("cannot be looked at") }
        guard status.st_mode & S_IFMT == S_IFREG else { throw self.failure("is not a file") }
        try self.checkAccess(status)
        var text = [UInt8](repeating: 0, count: RootSecret.textByteCountMax + 1)
        let count = Glibc.read(descriptor, &text, text.count)
        guard count >= 0 else { throw self.systemFailure("cannot be read") }
        do throws(RootSecretError) {
            return try RootSecret(parsing: Array(text[..<count]))
        } catch {
            throw self.failure("\(error); put it back from a backup, or begin anew by: \(Self.recipe(self.path))")
        }
    }

    /// Ours for us alone; one of root's may be for our group too, as where a system hands out secrets.
    private func checkAccess(_ status: stat) throws(StartError) {
        let (forbidden, advice): (mode_t, String)
        if status.st_uid == 0 {
            (forbidden, advice) = (0o037, "chmod 640 \(self.path)")
        } else if status.st_uid == geteuid() {
            (forbidden, advice) = (0o077, "chmod 600 \(self.path)")
        } else {
            throw self.failure("belongs to another user: chown it to Podo's")
        }
        guard status.st_mode & forbidden == 0 else {
            throw self.failure("can be read or changed by others: \(advice), and replace it if they may have")
        }
    }

    /// A file that came meanwhile is not written over.
    private func make(_ secret: RootSecret) throws(StartError) {
        try self.write(secret) { temporary in link(temporary, self.path) == 0 || errno == EEXIST }
    }

    /// Writes beside the name, which it gets when all is on the disk: a crash leaves the file before, or this one.
    ///
    /// - Parameter before: The file whose place it takes, and whose group may go on reading.
    private func write(
        _ secret: RootSecret, like before: stat? = nil, named: (_ temporary: String) -> Bool
    ) throws(StartError) {
        let temporary = self.path + ".new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw self.systemFailure("cannot be made") }
        defer { unlink(temporary) }
        let text = secret.text()
        let isLikeBefore = before.map {
            fchown(descriptor, $0.st_uid, $0.st_gid) == 0 && fchmod(descriptor, $0.st_mode & 0o7777) == 0
        }
        let isWritten =
            isLikeBefore ?? true && Glibc.write(descriptor, text, text.count) == text.count && fsync(descriptor) == 0
        let reason = errno
        close(descriptor)
        errno = reason
        guard isWritten else { throw self.systemFailure("cannot be written") }
        guard named(temporary) else { throw self.systemFailure("cannot be made") }
        try self.syncDirectory()
    }

    private func openDirectory(_ failure: String) throws(StartError) -> CInt {
        let parent = self.path.lastIndex(of: "/").map { String(self.path[..<$0]) } ?? "."
        let descriptor = open(parent.isEmpty ? "/" : parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw self.systemFailure(failure) }
        return descriptor
    }

    private func syncDirectory() throws(StartError) {
        let descriptor = try self.openDirectory("cannot be kept")
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw self.systemFailure("cannot be kept") }
    }

    private static func recipe(_ path: String) -> String {
        "(umask 077; echo \"1 $(openssl rand -hex 32)\" > \(path))"
    }

    private func failure(_ what: String) -> StartError { StartError("secret-file: \(self.path) \(what)") }

    private func systemFailure(_ what: String) -> StartError {
        self.failure("\(what): \(String(cString: strerror(errno)))")
    }
}
