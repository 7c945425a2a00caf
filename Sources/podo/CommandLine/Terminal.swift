internal import Glibc

/// Lines for the person at the terminal. A running server keeps standard output for the log, so that every line
/// there is JSON.
enum Terminal {
    /// The answer to a command, on standard output; false, with a complaint, when not all of it could be written.
    static func say(_ line: String) -> Bool {
        if self.write(line + "\n", to: STDOUT_FILENO) { return true }
        self.tell("podo: standard output cannot be written: \(String(cString: strerror(errno)))")
        return false
    }

    /// Tells of something on standard error: what went wrong, or where the server listens. When that cannot be
    /// written there is nobody left to tell.
    static func tell(_ line: String) { _ = self.write(line + "\n", to: STDERR_FILENO) }

    /// Somebody reads what is told, and can press keys.
    static var isInteractive: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

    /// Gives up at the first error.
    private static func write(_ text: String, to descriptor: CInt) -> Bool {
        var bytes = ArraySlice(text.utf8)
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            bytes = bytes.dropFirst(count)
        }
        return true
    }
}
