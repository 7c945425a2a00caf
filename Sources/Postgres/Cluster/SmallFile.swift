internal import Glibc

/// Files of a few lines, as the kernel and PostgreSQL write them.
enum SmallFile {
    private static let byteCountMax = 4096

    /// The first 4 KiB of the file; nil when it cannot be read. A link or a pipe that somebody has put there is none.
    static func text(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: self.byteCountMax)
        let count = read(descriptor, &bytes, bytes.count)
        return count < 0 ? nil : String(decoding: bytes[..<count], as: UTF8.self)
    }
}
