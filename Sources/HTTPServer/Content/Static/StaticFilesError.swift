/// Why a directory of static files was not taken. The path is relative to the directory.
package struct StaticFilesError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        case unreadable = "cannot be read"
        case tooManyFiles = "is one file or folder too many"
        case tooManyDiskFiles = "is one file too many of those that are too large for memory and are held open"
        case tooDeep = "lies too deep"
        case tooLarge = "is too large"
        case tooMuchMemory = "does not fit in memory with the others"
        case changedMeanwhile = "changed while it was read"
    }

    package let path: String
    package let code: Code
    package let errno: Int32

    init(_ path: String, _ code: Code, errno: Int32 = 0) {
        self.path = path
        self.code = code
        self.errno = errno
    }

    package var description: String {
        "\(self.path.isEmpty ? "the directory" : self.path) \(self.code.rawValue)"
            + (self.errno == 0 ? "" : " (errno \(self.errno))")
    }
}
