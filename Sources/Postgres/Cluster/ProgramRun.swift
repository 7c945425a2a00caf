internal import Glibc
internal import Primitives
internal import Reactor

/// Runs a program like initdb to its end.
enum ProgramRun {
    struct Result {
        /// Nil when it did what it should; otherwise how it ended.
        let failure: String?
        /// The beginning of what it said.
        let output: String
    }

    /// How often its end is looked for when it says nothing.
    private static let lookMilliseconds: CInt = 50
    /// How long its end is waited for when it was killed.
    private static let killTime = TimeAmount.seconds(5)

    /// Waits for the end. A program that takes longer than `timeMax`, or that nobody wants any more, is killed.
    static func run(
        _ path: String, _ arguments: [String], user: ServerUser? = nil, directory: CInt = -1, timeMax: TimeAmount,
        outputByteCountMax: Int, isCancelled: () -> Bool = { false }
    ) throws(ClusterError) -> Result {
        let child: ChildProcess
        do throws(SystemError) {
            child = try ChildProcess(
                path, arguments, identity: user?.identity, directory: directory, deathSignal: SIGKILL)
        } catch {
            throw ClusterError("\(path) cannot be run: \(String(cString: strerror(error.code)))")
        }
        let deadline = MonotonicTime.now + timeMax
        var output: [UInt8] = []
        var isOpen = true
        while true {
            if isOpen {
                var descriptor = pollfd(fd: child.output, events: Int16(POLLIN), revents: 0)
                poll(&descriptor, 1, self.lookMilliseconds)
                if let bytes = child.read() {
                    output += bytes.prefix(outputByteCountMax - output.count)
                } else {
                    isOpen = false
                }
            }
            // What it said last is read before its end is believed.
            if !isOpen, let status = child.ended() {
                return Result(
                    failure: ChildProcess.failure(status), output: String(decoding: output, as: UTF8.self))
            }
            if !isOpen { usleep(1000) }
            guard MonotonicTime.now < deadline, !isCancelled() else {
                child.send(SIGKILL)
                let killDeadline = MonotonicTime.now + self.killTime
                while child.ended() == nil, MonotonicTime.now < killDeadline { usleep(1000) }
                return Result(failure: "was given up", output: String(decoding: output, as: UTF8.self))
            }
        }
    }
}
