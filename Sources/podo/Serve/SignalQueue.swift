internal import CLinux
internal import Glibc
internal import Primitives

/// The process's signals, read one after the other by the thread that waits for them.
///
/// They are blocked in every thread, so `block` must be called before the first thread is started. No code ever runs
/// inside a signal handler.
final class SignalQueue: Sendable {
    enum Event: Equatable {
        case terminate(name: String)
        case reload
        /// Another thread called `wakeUp`.
        case wokenUp
        case timedOut
    }

    private let signals: CInt
    private let wakeUps: CInt

    /// Keeps the signals for a queue, in this thread and in those that it starts; returns which they are.
    @discardableResult
    static func block() -> sigset_t {
        signal(SIGPIPE, SIG_IGN)
        var set = sigset_t()
        sigemptyset(&set)
        for number in [SIGTERM, SIGINT, SIGHUP] { sigaddset(&set, number) }
        pthread_sigmask(SIG_BLOCK, &set, nil)
        return set
    }

    init() throws(StartError) {
        var set = Self.block()
        self.signals = signalfd(-1, &set, CInt(SFD_CLOEXEC) | CInt(SFD_NONBLOCK))
        self.wakeUps = eventfd(0, CInt(EFD_CLOEXEC) | CInt(EFD_NONBLOCK))
        guard self.signals >= 0, self.wakeUps >= 0 else {
            throw StartError("cannot watch signals: \(String(cString: strerror(errno)))")
        }
    }

    deinit {
        close(self.signals)
        close(self.wakeUps)
    }

    /// From any thread: ends the wait with `.wokenUp`.
    func wakeUp() { eventfd_write(self.wakeUps, 1) }

    /// Waits until something happens or the deadline passes.
    func next(deadline: MonotonicTime? = nil) -> Event {
        while true {
            if let event = self.takeSignal() { return event }
            var count: eventfd_t = 0
            if eventfd_read(self.wakeUps, &count) == 0 { return .wokenUp }
            var timeoutMilliseconds: CInt = -1
            if let deadline {
                let left = (deadline - .now).milliseconds
                guard left > 0 else { return .timedOut }
                timeoutMilliseconds = CInt(clamping: left)
            }
            var descriptors = [self.signals, self.wakeUps].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            poll(&descriptors, nfds_t(descriptors.count), timeoutMilliseconds)
        }
    }

    private func takeSignal() -> Event? {
        var info = signalfd_siginfo()
        let size = MemoryLayout<signalfd_siginfo>.size
        guard read(self.signals, &info, size) == size else { return nil }
        switch CInt(bitPattern: info.ssi_signo) {
        case SIGTERM: return .terminate(name: "SIGTERM")
        case SIGINT: return .terminate(name: "SIGINT")
        default: return .reload
        }
    }
}
