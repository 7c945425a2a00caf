internal import CLinux
internal import Glibc
package import Primitives
internal import Synchronization

/// Why an accepted connection was turned away or accepting paused, for the owner's metrics.
package enum AcceptProblem: Sendable {
    /// The process or system has no descriptor left; accepting rests for `Acceptor.restTime`.
    case descriptorsExhausted
    case failed(SystemError)
}

/// Accepts connections of one listener on one loop and hands each on.
///
/// The kernel wakes one of the loops that wait for a listener, and mostly the same one: acceptors that share give a
/// connection to the loop that has clearly fewer, for it stays there for life.
package final class Acceptor: EventSource, @unchecked Sendable {
    // SAFETY: everything is used on the acceptor's own loop; `siblings` is set before any of them starts.

    /// Connections accepted per readiness, so that a connect flood cannot keep the loop from its connections.
    private static let batchCountMax = 64
    /// A connection changes loops when its own has more than this many above the least loaded: less costs a wake-up
    /// for nothing.
    package static let loadDifferenceMax = 4
    /// What `accept` passes on of the connection itself: that one is gone, the next may be good.
    private static let peerErrors: Set<CInt> = [
        ECONNABORTED, EPERM, EPROTO, ENOPROTOOPT, EHOSTDOWN, EHOSTUNREACH, ENETDOWN, ENETUNREACH, ENONET, EOPNOTSUPP,
    ]
    /// How long accepting rests when descriptors run out: the kernel keeps the queue, and nothing spins.
    package static let restTime = TimeAmount.milliseconds(100)

    private let loop: EventLoop
    private let listener: Listener
    private let onAccept: (_ fd: CInt, _ peer: SocketAddress) -> Void
    private let onProblem: (AcceptProblem) -> Void
    /// Held in reserve, so that even without descriptors the oldest waiting peer can be accepted and told to go.
    private var reserve: CInt
    private var restTimer: TimerID?
    private var isRegistered = false
    private var siblings: [Acceptor] = []

    package init(
        loop: EventLoop, listener: Listener, onAccept: @escaping (_ fd: CInt, _ peer: SocketAddress) -> Void,
        onProblem: @escaping (AcceptProblem) -> Void
    ) {
        self.loop = loop
        self.listener = listener
        self.onAccept = onAccept
        self.onProblem = onProblem
        self.reserve = open("/dev/null", O_RDONLY | O_CLOEXEC)
    }

    deinit { if self.reserve >= 0 { close(self.reserve) } }

    /// Lets acceptors of one listener, each on its own loop, balance the loops. Before any of them starts.
    package static func share(_ acceptors: [Acceptor]) {
        for acceptor in acceptors { acceptor.siblings = acceptors.filter { $0 !== acceptor } }
    }

    /// On the loop.
    package func start() throws(SystemError) {
        try self.loop.register(self.listener.descriptor, [.readable, .exclusive], self)
        self.isRegistered = true
    }

    /// On the loop. Connections that the kernel has completed already are still accepted.
    package func stop() {
        if let timer = self.restTimer { self.loop.cancel(timer) }
        self.restTimer = nil
        self.siblings = []
        // While accepting rested for want of descriptors, peers have been waiting all the same.
        self.unregister()
        for _ in 0..<Listener.backlogCountMax {
            guard self.acceptOne() else { return }
        }
    }

    private func unregister() {
        guard self.isRegistered else { return }
        self.isRegistered = false
        self.loop.remove(self.listener.descriptor)
    }

    package func ready(_ events: ReadyEvents) {
        var accepted = 0
        while accepted < Self.batchCountMax, self.acceptOne() { accepted += 1 }
    }

    /// False when no connection is waiting or accepting must rest.
    private func acceptOne() -> Bool {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = withUnsafeMutableBytes(of: &storage) { bytes in
            systemCall {
                podo_accept(
                    self.listener.descriptor, bytes.assumingMemoryBound(to: sockaddr.self).baseAddress, &length)
            }
        }
        switch result {
        case .done(let fd):
            guard let peer = SocketAddress(storage) else {
                close(fd)
                return true
            }
            self.place(fd, peer)
            return true
        case .wouldBlock:
            return false
        case .failed(EMFILE), .failed(ENFILE):
            self.turnOneAway()
            return false
        case .failed(EINVAL):
            // The listener was shut.
            self.unregister()
            return false
        case .failed(let code) where Self.peerErrors.contains(code):
            return true
        case .failed(let code):
            self.onProblem(.failed(SystemError(code: code, call: "accept")))
            self.rest()
            return false
        }
    }

    /// Hands the connection on here, or on a loop with clearly fewer.
    private func place(_ fd: CInt, _ peer: SocketAddress) {
        let own = self.loop.load
        guard let other = self.siblings.min(by: { $0.loop.load < $1.loop.load }),
            own - other.loop.load > Self.loadDifferenceMax
        else {
            self.onAccept(fd, peer)
            return
        }
        other.loop.arrivingCount.add(1, ordering: .relaxed)
        other.loop.execute {
            other.loop.arrivingCount.subtract(1, ordering: .relaxed)
            other.onAccept(fd, peer)
        }
    }

    /// Uses the reserved descriptor to accept and close the oldest waiting connection, then rests.
    private func turnOneAway() {
        self.onProblem(.descriptorsExhausted)
        if self.reserve >= 0 {
            close(self.reserve)
            let fd = podo_accept(self.listener.descriptor, nil, nil)
            if fd >= 0 { close(fd) }
        }
        self.reserve = open("/dev/null", O_RDONLY | O_CLOEXEC)
        self.rest()
    }

    private func rest() {
        guard self.isRegistered, self.restTimer == nil else { return }
        self.unregister()
        self.startAfterRest()
    }

    private func startAfterRest() {
        self.restTimer = self.loop.schedule(at: self.loop.now + Self.restTime) { [weak self] in
            guard let self else { return }
            self.restTimer = nil
            do throws(SystemError) {
                try self.start()
            } catch {
                self.onProblem(.failed(error))
                self.startAfterRest()
            }
        }
    }
}
