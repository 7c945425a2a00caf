internal import Glibc

/// Finds the directory of the pages.
enum WebDirectory {
    /// Directories above the executable that are looked into: a build leaves it three below the checkout.
    private static let levelCountMax = 4

    /// What is configured, or `Web` in the working directory, or `Web` in a directory above the executable.
    static func find(configured: String?) throws(StartError) -> String {
        if let configured {
            guard let problem = self.problem(configured) else { return configured }
            throw StartError("web-dir: \(problem); set it to a directory with an index.html")
        }
        var candidates = ["Web"]
        var directory = self.executablePath()
        for _ in 0...self.levelCountMax {
            guard let slash = directory.lastIndex(of: "/") else { break }
            directory = String(directory[..<slash])
            candidates.append(directory + "/Web")
        }
        guard let found = candidates.first(where: { self.problem($0) == nil }) else {
            throw StartError("the pages are not found; start Podo where the directory Web is, or set web-dir")
        }
        return found
    }

    /// Why a directory is not one of pages, as a sentence without an end; nil when it is.
    static func problem(_ path: String) -> String? {
        var status = stat()
        guard stat(path, &status) == 0 else { return "\(path) cannot be read: \(String(cString: strerror(errno)))" }
        guard status.st_mode & S_IFMT == S_IFDIR else { return "\(path) is not a directory" }
        if access(path + "/index.html", R_OK) == 0 { return nil }
        guard errno != ENOENT else { return "\(path) holds no index.html" }
        return "\(path)/index.html cannot be read: \(String(cString: strerror(errno)))"
    }

    private static func executablePath() -> String {
        var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = bytes.withUnsafeMutableBytes { buffer in
            buffer.withMemoryRebound(to: CChar.self) { text in
                text.baseAddress.map { readlink("/proc/self/exe", $0, text.count) } ?? 0
            }
        }
        return String(decoding: bytes[..<max(0, count)], as: UTF8.self)
    }
}
