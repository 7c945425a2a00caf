internal import Auth
internal import Glibc
internal import Observability
internal import Primitives
internal import Reactor

/// Mails as files, for as long as nothing delivers them: below the data directory, readable by its owner alone, for
/// they hold links that open accounts. The newest `fileCountMax` are kept, and none for longer than `fileSecondsMax`.
struct MailDirectory: MailTransport {
    static let fileCountMax = 1000
    static let fileSecondsMax = 24 * 3600

    struct Failure: Error {}

    let path: String
    let pool: BlockingPool
    let log: Log

    func send(_ mail: MailMessage) async throws {
        let name = "\(mail.kind.rawValue)-\(mail.id).eml"
        try await self.pool.run { [self] in
            try self.write(mail.bytes, as: name)
            self.removeOld()
        }
        self.log.info("mail written", ["kind": .text(mail.kind.rawValue), "file": .text("\(self.path)/\(name)")])
    }

    /// Removes what is too old, also when no mail is sent any more.
    func sweep() async throws { try await self.pool.run { [self] in self.removeOld() } }

    /// Under another name first: a file that is there is whole.
    private func write(_ bytes: [UInt8], as name: String) throws {
        guard mkdir(self.path, 0o700) == 0 || errno == EEXIST else { throw Failure() }
        let unfinished = "\(self.path)/.\(name)"
        let descriptor = open(unfinished, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Failure() }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            rest = rest.dropFirst(count)
        }
        guard close(descriptor) == 0, rest.isEmpty, rename(unfinished, "\(self.path)/\(name)") == 0 else {
            unlink(unfinished)
            throw Failure()
        }
    }

    private func removeOld() {
        guard let directory = opendir(self.path) else { return }
        defer { closedir(directory) }
        var files: [(path: String, modifiedAt: Int)] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name.hasSuffix(".eml") else { continue }
            var status = stat()
            guard stat("\(self.path)/\(name)", &status) == 0 else { continue }
            files.append(("\(self.path)/\(name)", status.st_mtim.tv_sec))
        }
        let oldest = WallClock.now.unixSeconds - Self.fileSecondsMax
        let newestFirst = files.sorted { $0.modifiedAt > $1.modifiedAt }
        for (index, file) in newestFirst.enumerated() where index >= Self.fileCountMax || file.modifiedAt < oldest {
            unlink(file.path)
        }
    }
}
