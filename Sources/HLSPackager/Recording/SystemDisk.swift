internal import Glibc
package import Reactor

/// The real file system.
package struct SystemDisk: RecordingDisk {
    /// Nobody but this user reads what others paid for.
    private static let directoryMode: mode_t = 0o700
    private static let fileMode: mode_t = 0o600

    package init() {}

    package func makeDirectory(_ path: String) throws(SystemError) {
        if mkdir(path, Self.directoryMode) != 0, errno != EEXIST { throw SystemError.last("mkdir") }
    }

    package func names(in path: String) throws(SystemError) -> [String] {
        guard let directory = opendir(path) else { throw SystemError.last("opendir") }
        defer { closedir(directory) }
        var names: [String] = []
        errno = 0
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
            errno = 0
        }
        if errno != 0 { throw SystemError.last("readdir") }
        return names
    }

    package func create(_ path: String) throws(SystemError) -> OwnedDescriptor {
        try Self.descriptor { Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, Self.fileMode) }
    }

    package func open(_ path: String) throws(SystemError) -> OwnedDescriptor {
        try Self.descriptor { Glibc.open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW) }
    }

    package func byteCount(of file: OwnedDescriptor) throws(SystemError) -> Int {
        var status = stat()
        guard fstat(file.raw, &status) == 0 else { throw SystemError.last("fstat") }
        return Int(status.st_size)
    }

    package func write(_ bytes: UnsafeRawBufferPointer, to file: OwnedDescriptor, at offset: Int)
        throws(SystemError) -> Int
    {
        guard let base = bytes.baseAddress, bytes.count > 0 else { return 0 }
        let count = try Self.repeated("pwrite") { pwrite(file.raw, base, bytes.count, off_t(offset)) }
        // The kernel never answers so for a file; going on for ever would be worse than saying so.
        guard count > 0 else { throw SystemError(code: EIO, call: "pwrite") }
        return count
    }

    package func read(into bytes: UnsafeMutableRawBufferPointer, from file: OwnedDescriptor, at offset: Int)
        throws(SystemError) -> Int
    {
        guard let base = bytes.baseAddress, bytes.count > 0 else { return 0 }
        return try Self.repeated("pread") { pread(file.raw, base, bytes.count, off_t(offset)) }
    }

    package func truncate(_ file: OwnedDescriptor, to byteCount: Int) throws(SystemError) {
        _ = try Self.repeated("ftruncate") { Int(ftruncate(file.raw, off_t(byteCount))) }
    }

    package func sync(_ file: OwnedDescriptor) throws(SystemError) {
        _ = try Self.repeated("fdatasync") { Int(fdatasync(file.raw)) }
    }

    package func syncDirectory(_ path: String) throws(SystemError) {
        let directory = try Self.descriptor { Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        _ = try Self.repeated("fsync") { Int(fsync(directory.raw)) }
    }

    package func rename(_ path: String, to newPath: String) throws(SystemError) {
        if Glibc.rename(path, newPath) != 0 { throw SystemError.last("rename") }
    }

    package func remove(_ path: String) throws(SystemError) {
        if unlink(path) != 0, errno != ENOENT { throw SystemError.last("unlink") }
    }

    package func removeDirectory(_ path: String) throws(SystemError) {
        if rmdir(path) != 0, errno != ENOENT { throw SystemError.last("rmdir") }
    }

    private static func descriptor(_ call: () -> CInt) throws(SystemError) -> OwnedDescriptor {
        let raw = try self.repeated("open") { Int(call()) }
        return OwnedDescriptor(CInt(raw))
    }

    private static func repeated(_ name: StaticString, _ call: () -> Int) throws(SystemError) -> Int {
        while true {
            let result = call()
            if result >= 0 { return result }
            if errno != EINTR { throw SystemError.last(name) }
        }
    }
}
