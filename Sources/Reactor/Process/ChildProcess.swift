internal import CLinux
internal import Glibc

/// A program that Podo has started: its pid until it was waited for, and the pipe of what it says.
///
/// It is told to end when the thread that started it does. Not for threads that are shared: it belongs to one, which
/// asks for its end from time to time.
package final class ChildProcess {
    /// The number of the descriptor that a child has its directory under.
    package static let directoryPath = "/proc/self/fd/3"

    /// Nothing of Podo's own environment, which has secrets in it.
    private static let environment = ["PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C.UTF-8", "TZ=UTC"]

    package let processID: Int32
    /// The reading end of its standard output and error, which never blocks. At its end, all who could write are gone.
    package let output: CInt
    private var status: CInt?

    /// `identity` is who the child becomes, where that is another than Podo. `directory` is open in the child at
    /// `directoryPath`: a way to it that needs no right to any directory above.
    package init(
        _ path: String, _ arguments: [String], identity: (user: UInt32, group: UInt32)? = nil, directory: CInt = -1,
        deathSignal: CInt
    ) throws(SystemError) {
        let input = open("/dev/null", O_RDONLY | O_CLOEXEC)
        guard input >= 0 else { throw SystemError.last("open") }
        defer { close(input) }
        var ends: [CInt] = [-1, -1]
        guard podo_pipe(&ends) == 0 else { throw SystemError.last("pipe2") }
        defer { close(ends[1]) }
        let (argumentList, environmentList) = (CStringList([path] + arguments), CStringList(Self.environment))
        var child = podo_child()
        child.path = UnsafePointer(argumentList.pointers[0])
        child.arguments = UnsafePointer(argumentList.list)
        child.environment = UnsafePointer(environmentList.list)
        child.input = input
        child.output = ends[1]
        child.directory = directory
        child.drops_privileges = identity == nil ? 0 : 1
        child.user = identity?.user ?? 0
        child.group = identity?.group ?? 0
        child.death_signal = deathSignal
        var processID: pid_t = 0
        let failure = podo_spawn(&child, &processID)
        withExtendedLifetime((argumentList, environmentList)) {}
        guard failure == 0 else {
            close(ends[0])
            throw SystemError(code: failure, call: "start of a program")
        }
        self.processID = processID
        self.output = ends[0]
    }

    deinit { close(self.output) }

    package func send(_ signal: CInt) {
        // Once it was waited for, the number may be somebody else's.
        if self.status == nil { kill(self.processID, signal) }
    }

    /// How it ended, as `waitpid` says; nil while it runs.
    package func ended() -> CInt? {
        if let status = self.status { return status }
        var status: CInt = 0
        var result: pid_t
        repeat { result = waitpid(self.processID, &status, WNOHANG) } while result < 0 && errno == EINTR
        if result != 0 { self.status = status }
        return self.status
    }

    /// Takes what has come, at most `byteCountMax`; nil at the end of the pipe.
    package func read(byteCountMax: Int = 8192) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: byteCountMax)
        let count = Glibc.read(self.output, &bytes, bytes.count)
        guard count < 0 else { return count == 0 ? nil : Array(bytes[..<count]) }
        return errno == EAGAIN || errno == EINTR ? [] : nil
    }

    /// What a status of `waitpid` means; nil for a program that did what it should.
    package static func failure(_ status: CInt) -> String? {
        if status & 0x7f != 0 { return "was ended by signal \(status & 0x7f)" }
        let code = status >> 8 & 0xff
        return code == 0 ? nil : "ended with status \(code)"
    }
}

/// A list of C strings as exec wants it, for as long as this object lives.
private final class CStringList {
    let pointers: [UnsafeMutablePointer<CChar>?]
    let list: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

    init(_ strings: [String]) {
        self.pointers = strings.map { strdup($0) } + [nil]
        self.list = .allocate(capacity: self.pointers.count)
        self.list.initialize(from: self.pointers, count: self.pointers.count)
    }

    deinit {
        for pointer in self.pointers { free(pointer) }
        self.list.deallocate()
    }
}
