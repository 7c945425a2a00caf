internal import Glibc

/// Finds the pages where nobody said where they are.
enum WebDirectory {
    /// Directories above the executable that are looked into: a build leaves it three below the checkout.
    private static let levelCountMax = 4

    /// What is configured, or `Web` in the working directory, or `Web` in a directory above the executable; nil
    /// when no such directory has an `index.html`.
    static func find(configured: String?) -> String? {
        if let configured { return self.hasPages(configured) ? configured : nil }
        var candidates = ["Web"]
        var directory = self.executablePath()
        for _ in 0...self.levelCountMax {
            guard let slash = directory.lastIndex(of: "/") else { break }
            directory = String(directory[..<slash])
            candidates.append(directory + "/Web")
        }
        return candidates.first(where: self.hasPages)
    }

    private static func hasPages(_ path: String) -> Bool { access(path + "/index.html", R_OK) == 0 }

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
