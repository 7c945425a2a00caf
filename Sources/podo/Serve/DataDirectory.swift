internal import Glibc

/// The directory of everything Podo writes, held by one process at a time.
///
/// The lock is the kernel's on an open file (fcntl, open file description), so it ends with the process however
/// that dies: a file that is left behind locks nobody out. Unlike flock it can be asked after without being taken,
/// so that `podo doctor` never keeps `podo serve` from starting. The pid inside is for people.
final class DataDirectory: Sendable {
    static let lockFileName = "podo.lock"

    let path: String
    private let lockDescriptor: CInt

    /// Makes the directory where it is missing, and locks it.
    init(_ path: String) throws(StartError) {
        self.path = path
        try Self.make(path)
        let lockPath = path + "/" + Self.lockFileName
        let descriptor = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure("cannot open \(lockPath)") }
        guard Self.request(Self.takeLock, descriptor) != nil else {
            let owner = Self.readPID(descriptor).map { "the Podo with pid \($0)" } ?? "another Podo"
            close(descriptor)
            throw StartError(
                "the data directory \(path) is in use by \(owner); stop it, or set data-dir to another directory")
        }
        ftruncate(descriptor, 0)
        let text = Array("\(getpid())\n".utf8)
        pwrite(descriptor, text, text.count, 0)
        self.lockDescriptor = descriptor
    }

    deinit { close(self.lockDescriptor) }

    /// The pid of the Podo that holds the directory now; nil when none does or none can be told.
    static func holder(of path: String) -> Int? {
        let descriptor = open(path + "/" + self.lockFileName, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        guard let found = self.request(self.askForLock, descriptor), found.l_type != F_UNLCK else { return nil }
        return self.readPID(descriptor)
    }

    // F_OFD_GETLK and F_OFD_SETLK of Linux's fcntl.h, which Swift's import leaves out.
    private static let askForLock: CInt = 36
    private static let takeLock: CInt = 37

    /// What the kernel answers for a write lock on the whole file; nil when it refuses.
    private static func request(_ command: CInt, _ descriptor: CInt) -> flock? {
        var range = flock()
        range.l_type = Int16(F_WRLCK)
        range.l_whence = Int16(SEEK_SET)
        return fcntl(descriptor, command, &range) == 0 ? range : nil
    }

    private static func readPID(_ descriptor: CInt) -> Int? {
        var bytes = [UInt8](repeating: 0, count: 20)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        return Int(String(decoding: bytes[..<count].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }

    /// Makes the directory and what is missing above it, for this user only.
    private static func make(_ path: String) throws(StartError) {
        var status = stat()
        if stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFDIR else {
                throw StartError("data-dir: \(path) is not a directory")
            }
            return
        }
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex { try Self.make(String(path[..<slash])) }
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw Self.failure("cannot make \(path)") }
    }

    private static func failure(_ what: String) -> StartError {
        StartError("data-dir: \(what): \(String(cString: strerror(errno)))")
    }
}
