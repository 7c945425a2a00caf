internal import Glibc
internal import Primitives
internal import Reactor

/// Reads a directory into a table. Every step goes by descriptors relative to the folder that was opened before, and
/// follows no symbolic link below the directory itself.
struct StaticFileReader {
    private let limits: StaticFilesLimits
    private let policies: [String: HTTPPagePolicy]
    private var content: [(path: String, entry: StaticFileTable.Entry)] = []
    private var entryCount = 0
    private var diskFileCount = 0
    private var memoryByteCount = 0

    static func table(
        of directory: String, _ limits: StaticFilesLimits, _ policies: [String: HTTPPagePolicy]
    ) throws(StaticFilesError) -> StaticFileTable {
        let raw = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard raw >= 0 else { throw StaticFilesError("", .unreadable, errno: errno) }
        var reader = StaticFileReader(limits: limits, policies: policies)
        try reader.readFolder(OwnedDescriptor(raw), "/", depth: 0)
        return StaticFileTable(reader.content)
    }

    private init(limits: StaticFilesLimits, policies: [String: HTTPPagePolicy]) {
        self.limits = limits
        self.policies = policies
    }

    /// `path` ends with a slash.
    private mutating func readFolder(_ folder: OwnedDescriptor, _ path: String, depth: Int) throws(StaticFilesError) {
        guard depth <= self.limits.folderDepthMax else { throw StaticFilesError(path, .tooDeep) }
        for name in try Self.names(in: folder, path) {
            let raw = openat(folder.raw, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
            if raw < 0 && (errno == ELOOP || errno == ENXIO || errno == ENOENT) { continue }
            guard raw >= 0 else { throw StaticFilesError(path + name, .unreadable, errno: errno) }
            let descriptor = OwnedDescriptor(raw)
            var status = stat()
            guard fstat(raw, &status) == 0 else { throw StaticFilesError(path + name, .unreadable, errno: errno) }
            switch status.st_mode & S_IFMT {
            case S_IFDIR:
                try self.countEntry(path + name)
                try self.readFolder(descriptor, path + name + "/", depth: depth + 1)
            case S_IFREG: try self.readFile(descriptor, status, path, name)
            default: continue
            }
        }
    }

    private mutating func countEntry(_ path: String) throws(StaticFilesError) {
        self.entryCount += 1
        guard self.entryCount <= self.limits.fileCountMax else { throw StaticFilesError(path, .tooManyFiles) }
    }

    private mutating func readFile(
        _ file: OwnedDescriptor, _ status: stat, _ folder: String, _ name: String
    ) throws(StaticFilesError) {
        let path = folder + name
        try self.countEntry(path)
        let count = Int(status.st_size)
        guard count <= self.limits.diskFileByteCountMax else { throw StaticFilesError(path, .tooLarge) }
        let content: PreparedContent
        let type = HTTPMediaType.ofFile(named: name)
        let cacheControl: StaticString =
            Self.hasContentHash(name) ? "public, max-age=31536000, immutable" : "no-cache"
        let modified = Int(status.st_mtim.tv_sec)
        if count > self.limits.memoryFileByteCountMax {
            self.diskFileCount += 1
            guard self.diskFileCount <= self.limits.diskFileCountMax else {
                throw StaticFilesError(path, .tooManyDiskFiles)
            }
            let tag = "\(String(count, radix: 16))-\(modified)-\(status.st_mtim.tv_nsec)"
            content = PreparedContent(
                file: .file(FileSlice(file: file, offset: 0, count: count)), type: type, tag: tag,
                cacheControl: cacheControl, modifiedAtUnixSeconds: modified)
        } else {
            let bytes = try Self.bytes(of: file, count: count, path)
            let tag = "\(String(count, radix: 16))-\(ContentHash(bytes[...]).hexadecimal)"
            content = PreparedContent(
                bytes, type: type, tag: tag, cacheControl: cacheControl, modifiedAtUnixSeconds: modified,
                policy: name == "index.html" ? self.policies[folder] : nil)
        }
        self.memoryByteCount += content.memoryByteCount
        guard self.memoryByteCount <= self.limits.memoryByteCountMax else {
            throw StaticFilesError(path, .tooMuchMemory)
        }
        self.content.append((path, .content(content)))
        guard name == "index.html" else { return }
        self.content.append((folder, .content(content)))
        if folder != "/" { self.content.append((String(folder.dropLast()), .redirect(location: Self.encoded(folder)))) }
    }

    /// A folder's path as a `location` may hold it.
    private static func encoded(_ path: String) -> String {
        var encoded = ""
        for byte in path.utf8 {
            let isPlain =
                byte == UInt8(ascii: "/") || (HTTPCharacter.isTokenByte(byte) && byte != PercentDecoding.percent)
            if isPlain {
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                encoded += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return encoded
    }

    /// Names in order, without those that begin with a dot and those that are not UTF-8.
    private static func names(in folder: OwnedDescriptor, _ path: String) throws(StaticFilesError) -> [String] {
        let copy = fcntl(folder.raw, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0, let stream = fdopendir(copy) else { throw StaticFilesError(path, .unreadable, errno: errno) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            guard bytes.first != UInt8(ascii: "."), let name = String(validating: bytes, as: UTF8.self) else {
                continue
            }
            names.append(name)
        }
        return names.sorted()
    }

    private static func bytes(
        of file: OwnedDescriptor, count: Int, _ path: String
    ) throws(StaticFilesError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var start = 0
        while start < count {
            let got = bytes.withUnsafeMutableBytes { buffer in
                pread(
                    file.raw, UnsafeMutableRawBufferPointer(rebasing: buffer[start...]).baseAddress, count - start,
                    start)
            }
            if got < 0 && errno == EINTR { continue }
            guard got >= 0 else { throw StaticFilesError(path, .unreadable, errno: errno) }
            guard got > 0 else { throw StaticFilesError(path, .changedMeanwhile) }
            start += got
        }
        return bytes
    }

    /// `app.3f9a2c1b.js`, `app-3f9a2c1b.js`: a part of eight or more hexadecimal digits before the ending, numbers and
    /// letters both, for a date has numbers alone and a word letters. Such a file never changes under its name.
    static func hasContentHash(_ name: String) -> Bool {
        let parts = name.utf8.split { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
        guard parts.count >= 3, let hash = parts.dropLast().last else { return false }
        return hash.count >= 8 && hash.allSatisfy { HTTPCharacter.hexadecimalValue($0) != nil }
            && hash.contains(where: HTTPCharacter.isDigit) && !hash.allSatisfy(HTTPCharacter.isDigit)
    }
}
