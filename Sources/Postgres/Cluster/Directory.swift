internal import Glibc

/// What PostgreSQL's directories need of the file system.
enum Directory {
    /// The names in a directory; none when it cannot be read.
    static func names(in path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        return self.names(in: directory)
    }

    private static func names(in directory: OpaquePointer) -> [String] {
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// A tree that is deeper was not made by PostgreSQL.
    private static let depthMax = 32

    /// Removes a directory with all that is in it; false when something is left. As root in a directory of somebody
    /// else's: every step goes through the directory that is open, so nobody can put a link in its way.
    static func remove(_ path: String) -> Bool { self.remove(path, in: AT_FDCWD, depth: 0) }

    private static func remove(_ name: String, in parent: CInt, depth: Int) -> Bool {
        let descriptor = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return true }
            // A link or a file.
            return (errno == ELOOP || errno == ENOTDIR) && unlinkat(parent, name, 0) == 0
        }
        guard depth < self.depthMax, let directory = fdopendir(descriptor) else {
            close(descriptor)
            return false
        }
        defer { closedir(directory) }
        for name in self.names(in: directory) { _ = self.remove(name, in: descriptor, depth: depth + 1) }
        return unlinkat(parent, name, AT_REMOVEDIR) == 0
    }

    /// Removes one file; true also when there is none. The directory is no link.
    static func removeFile(_ name: String, in directory: String) -> Bool {
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { return errno == ENOENT }
        defer { close(descriptor) }
        return unlinkat(descriptor, name, 0) == 0 || errno == ENOENT
    }

    /// Makes what has happened to the names in a directory survive a crash of the machine.
    static func sync(_ path: String) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    /// The path without links and dots; nil when there is nothing.
    static func resolved(_ path: String) -> String? {
        guard let text = realpath(path, nil) else { return nil }
        defer { free(text) }
        return String(cString: text)
    }

    /// The text of a symbolic link; nil when it is none, or not to be read.
    static func link(_ path: String) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { bytes in
            guard let start = bytes.baseAddress else { return nil }
            let count = readlink(path, start, bytes.count)
            guard count >= 0 else { return nil }
            return String(
                decoding: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[..<count]), as: UTF8.self)
        }
    }
}
