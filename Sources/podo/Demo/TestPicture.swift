internal import CLinux
internal import Glibc
internal import Observability
internal import Primitives
internal import Reactor
internal import Synchronization

/// Publishes a moving picture with a clock and a beep to the show of the demo, like every publisher does: by RTMP, from
/// a program of its own, which is ffmpeg.
///
/// A thread starts it, reads what it says, and starts it again when it ends, so often. The program ends with that
/// thread, however Podo ends. Its address has the stream key in it, which other users of the machine can see while it
/// runs: it is the key of a demo.
final class TestPicture: Sendable {
    private let program: String
    private let url: Secret<String>
    private let streamKey: Secret<String>
    private let log: Log
    private let isStopping = Atomic(false)
    private let wakeUps: CInt

    /// How often the end of a program is looked for that has nothing open any more.
    private static let lookMilliseconds: CInt = 20
    private static let runningMilliseconds: CInt = 60_000
    /// What it has to end in order.
    private static let stopTime = TimeAmount.seconds(2)
    /// Of what it says, the end is kept, and of that the end told when it has ended.
    private static let saidByteCountMax = 4096
    private static let toldLengthMax = 300

    init(program: String, url: String, streamKey: Secret<String>, log: Log) throws(StartError) {
        self.program = program
        self.url = Secret(url)
        self.streamKey = streamKey
        self.log = log
        self.wakeUps = eventfd(0, CInt(EFD_CLOEXEC) | CInt(EFD_NONBLOCK))
        guard self.wakeUps >= 0 else { throw StartError("test-picture: \(String(cString: strerror(errno)))") }
    }

    deinit { close(self.wakeUps) }

    /// Where ffmpeg is; nil when it is not installed.
    static func program(searchPath: String) -> String? {
        searchPath.split(separator: ":").map { "\($0)/ffmpeg" }.first { $0.hasPrefix("/") && access($0, X_OK) == 0 }
    }

    /// Little work for the processor: small, few pictures a second, one thread. `testsrc2` shows the time that runs.
    static func arguments(url: String) -> [String] {
        let words = """
            -hide_banner -nostdin -nostats -loglevel error -re -f lavfi -i testsrc2=size=640x360:rate=15 \
            -re -f lavfi -i sine=frequency=330:beep_factor=4:sample_rate=48000 -c:v libx264 -preset ultrafast \
            -tune zerolatency -threads 1 -pix_fmt yuv420p -g 30 -keyint_min 30 -sc_threshold 0 -b:v 500k -maxrate 500k \
            -bufsize 500k -c:a aac -b:a 96k -f flv
            """
        return words.split(separator: " ").map(String.init) + [url]
    }

    func start() { Thread.start { self.supervise() } }

    /// It ends in order, so that its viewers see the end; returns at once.
    func stop() {
        self.isStopping.store(true, ordering: .releasing)
        eventfd_write(self.wakeUps, 1)
    }

    // MARK: On the thread

    private func supervise() {
        podo_thread_name("test-picture")
        var life = TestPictureLife()
        while !self.isStopping.load(ordering: .acquiring) {
            let began = MonotonicTime.now
            let reason = self.runOnce()
            guard !self.isStopping.load(ordering: .acquiring) else { return }
            guard let pause = life.ended(after: .now - began) else {
                self.log.error("test picture given up", ["reason": .text(reason)])
                return
            }
            self.log.warning("test picture ended", ["reason": .text(reason), "again_in": .seconds(pause.seconds)])
            self.wait(CInt(clamping: pause.milliseconds))
        }
    }

    /// From its start to its end, which is told.
    private func runOnce() -> String {
        let child: ChildProcess
        do throws(SystemError) {
            child = try ChildProcess(self.program, Self.arguments(url: self.url.reveal()), deathSignal: SIGKILL)
        } catch {
            return "\(self.program) cannot be run: \(String(cString: strerror(error.code)))"
        }
        self.log.info("test picture begun", ["pid": .number(Int(child.processID))])
        var said: [UInt8] = []
        var isOpen = true
        var killTime: MonotonicTime?
        while true {
            while isOpen, let bytes = child.read() {
                if bytes.isEmpty { break }
                said = Array((said + bytes).suffix(Self.saidByteCountMax))
            }
            if let status = child.ended() {
                let how = ChildProcess.failure(status) ?? "ended"
                return "ffmpeg \(how) \(self.shown(said))"
            }
            if self.isStopping.load(ordering: .acquiring) {
                if let killTime {
                    if MonotonicTime.now >= killTime { child.send(SIGKILL) }
                } else {
                    child.send(SIGTERM)
                    killTime = .now + Self.stopTime
                }
            }
            isOpen = self.wait(killTime == nil ? Self.runningMilliseconds : Self.lookMilliseconds, child.output, isOpen)
        }
    }

    /// Until there is something to read, or it is to be stopped, or the time is over. False at the end of what is said.
    private func wait(_ milliseconds: CInt, _ output: CInt, _ isOpen: Bool) -> Bool {
        var descriptors = [pollfd(fd: self.wakeUps, events: Int16(POLLIN), revents: 0)]
        if isOpen { descriptors.append(pollfd(fd: output, events: Int16(POLLIN), revents: 0)) }
        poll(&descriptors, nfds_t(descriptors.count), isOpen ? milliseconds : Self.lookMilliseconds)
        var count: eventfd_t = 0
        eventfd_read(self.wakeUps, &count)
        guard isOpen, let last = descriptors.last else { return false }
        // Nobody has the other end any more, and everything was read.
        return last.revents & Int16(POLLHUP) == 0 || last.revents & Int16(POLLIN) != 0
    }

    private func wait(_ milliseconds: CInt) { _ = self.wait(milliseconds, -1, true) }

    /// Without the key, which ffmpeg tells with every error.
    private func shown(_ said: [UInt8]) -> String {
        let text = String(decoding: said, as: UTF8.self)
        let lines = text.replacing(self.streamKey.reveal(), with: "KEY").split(whereSeparator: \.isNewline)
        return String(lines.suffix(2).joined(separator: " ").suffix(Self.toldLengthMax))
    }
}
