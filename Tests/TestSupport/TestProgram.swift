package import Foundation
internal import Glibc

/// A program that runs beside a test, with pipes to it and from it.
///
/// Foundation's `Process` is not used: it copies directory entries beyond the end of its buffer, which ends the test
/// process when some 1,360 descriptors are open, and tests that run beside each other open as many.
package final class TestProgram: @unchecked Sendable {
    // SAFETY: `status` is touched under `lock` only; the rest never changes, and files are used by one test at a time.

    package let processIdentifier: Int32
    /// What the program reads; its end is the program's end of input.
    package let input: FileHandle
    /// Its standard output, and its standard error unless that goes nowhere.
    package let output: FileHandle
    private let lock = NSLock()
    private var status: Int32?

    package enum Errors: Sendable {
        case withOutput, nowhere
    }

    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// Nothing else of ours is open in the program, and no signal is blocked there, as all are on the threads of tests.
    package init(_ path: String, _ arguments: [String], errors: Errors = .withOutput) throws {
        let (toProgram, fromProgram) = (try Self.pipe(), try Self.pipe())
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, toProgram.read, 0)
        posix_spawn_file_actions_adddup2(&actions, fromProgram.write, 1)
        switch errors {
        case .withOutput: posix_spawn_file_actions_adddup2(&actions, 1, 2)
        case .nowhere: posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        }
        try Self.closeRest(&actions, 3)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, path, &actions, &attributes, &words, environ)
        close(toProgram.read)
        close(fromProgram.write)
        self.input = FileHandle(fileDescriptor: toProgram.write, closeOnDealloc: true)
        self.output = FileHandle(fileDescriptor: fromProgram.read, closeOnDealloc: true)
        self.processIdentifier = pid
        guard code == 0 else {
            self.status = -1
            throw Failure(description: "\(path): \(String(cString: strerror(code)))")
        }
    }

    /// Nobody waits for it any more: it is ended.
    deinit { self.end() }

    /// Up to the next line break, or to the end of output.
    package func readLine() throws -> String {
        var line = Data()
        while let byte = try self.output.read(upToCount: 1), !byte.isEmpty, byte[0] != UInt8(ascii: "\n") {
            line.append(byte)
        }
        return String(decoding: line, as: UTF8.self)
    }

    /// Its exit status, or 128 and the number of the signal that ended it.
    @discardableResult
    package func wait() -> Int32 {
        self.lock.withLock {
            if let status = self.status { return status }
            var raw: Int32 = 0
            while waitpid(self.processIdentifier, &raw, 0) < 0 && errno == EINTR {}
            let status = raw & 0x7f == 0 ? raw >> 8 & 0xff : 128 + raw & 0x7f
            self.status = status
            return status
        }
    }

    /// Ends it at once, if it has not ended.
    package func end() {
        let isRunning = self.lock.withLock { self.status == nil }
        if isRunning { kill(self.processIdentifier, SIGKILL) }
        self.wait()
    }

    private static func pipe() throws -> (read: CInt, write: CInt) {
        var ends: [CInt] = [-1, -1]
        guard Glibc.pipe(&ends) == 0 else {
            throw Failure(description: "pipe: \(String(cString: strerror(errno)))")
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    private typealias CloseFrom = @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, CInt) -> CInt

    /// By its name, for Swift's Glibc leaves this function out.
    private static func closeRest(_ actions: UnsafeMutablePointer<posix_spawn_file_actions_t>, _ first: CInt) throws {
        guard let found = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np") else {
            throw Failure(description: "this glibc is older than 2.34")
        }
        _ = unsafeBitCast(found, to: CloseFrom.self)(actions, first)
    }
}
