internal import Glibc

/// Lines for the person at the terminal. A running server keeps standard output for the log, so that every line
/// there is JSON.
enum Terminal {
    static func say(_ line: String) { self.write(line + "\n", to: STDOUT_FILENO) }

    /// Tells of something on standard error: what went wrong, or where the server listens.
    static func tell(_ line: String) { self.write(line + "\n", to: STDERR_FILENO) }

    /// Gives up at the first error: there is nobody to tell that the terminal is gone.
    private static func write(_ text: String, to descriptor: CInt) {
        var bytes = ArraySlice(text.utf8)
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }
}
