internal import Glibc
internal import Observability
internal import Primitives
internal import Reactor

/// The front end's part on one loop: its connections, and what they share there. Lives on the loop.
final class RTMPService: @unchecked Sendable {
    // SAFETY: touched on `loop` only, but for the constants.

    let loop: EventLoop
    let shared: RTMPShared
    private var connections: [ObjectIdentifier: RTMPConnection] = [:]
    private var acceptors: [Acceptor] = []
    /// Authorizers that have not come back, given up ones included.
    var runningDecisionCount = 0
    @exclusivity(unchecked) private(set) var isDraining = false
    private var random = FastRandom()
    private var onDrained: ((_ isComplete: Bool) -> Void)?

    init(loop: EventLoop, shared: RTMPShared) {
        self.loop = loop
        self.shared = shared
    }

    var limits: RTMPLimits { self.shared.limits }
    var metrics: RTMPMetrics { self.shared.metrics }
    var log: Log { self.shared.log }

    // MARK: Accepting

    /// From any thread; made for all loops before the first of them starts.
    func acceptor(of listener: Listener, security: TLSContext?) -> Acceptor {
        Acceptor(
            loop: self.loop, listener: listener,
            onAccept: { [weak self] fd, peer in
                // A front end may go before its loops have stopped.
                guard let self else {
                    close(fd)
                    return
                }
                self.accepted(fd, peer, security)
            },
            onProblem: { [weak self] problem in
                guard let self else { return }
                self.metrics.refused("accept-failed", loop: self.loop.index)
                self.log.error("accepting failed", ["problem": .text("\(problem)")])
            })
    }

    func start(_ acceptor: Acceptor) {
        do throws(SystemError) {
            try acceptor.start()
            self.acceptors.append(acceptor)
        } catch {
            self.log.error("listening failed", ["problem": .text("\(error)")])
        }
    }

    private func accepted(_ fd: CInt, _ peer: SocketAddress, _ security: TLSContext?) {
        if let refusal = self.shared.census.enter(peer.host) {
            self.metrics.refused(refusal, loop: self.loop.index)
            close(fd)
            return
        }
        var connectionLimits = Connection.Limits()
        connectionLimits.handshakeCountMax = self.limits.handshakeCountMax
        connectionLimits.handshakeTime = self.limits.handshakeTime
        connectionLimits.lingerTime = self.limits.lingerTime
        let connection = Connection(loop: self.loop, accepted: fd, peer: peer, limits: connectionLimits)
        // A copy of the generator would repeat its numbers.
        let handler = RTMPConnection(
            connection: connection, service: self, random: FastRandom(seed: self.random.next()))
        self.connections[ObjectIdentifier(handler)] = handler
        self.metrics.opened(loop: self.loop.index)
        do throws(SystemError) {
            try connection.start(handler: handler, security: security)
        } catch {
            self.log.error("connection failed", ["problem": .text("\(error)")])
            self.closed(handler, .failed(error))
        }
    }

    func closed(_ handler: RTMPConnection, _ reason: ConnectionCloseReason) {
        guard self.connections.removeValue(forKey: ObjectIdentifier(handler)) != nil else { return }
        self.shared.census.leave(handler.connection.peer.host)
        self.metrics.closed(loop: self.loop.index)
        if let word = reason.label { self.metrics.refused(word, loop: self.loop.index) }
        self.endDrainIfEmpty()
    }

    // MARK: Draining

    /// Takes what the kernel has queued already, and nothing more.
    func stopAccepting() {
        for acceptor in self.acceptors { acceptor.stop() }
        self.acceptors = []
    }

    /// Lets publishers end, tells those that have not by `deadline` that the server stops, and calls back when all
    /// have gone: true when none had to be cut off.
    func drain(until deadline: MonotonicTime, _ onDrained: @escaping (_ isComplete: Bool) -> Void) {
        self.isDraining = true
        self.onDrained = onDrained
        for connection in self.connections.values { connection.beginDrain() }
        _ = self.loop.schedule(at: deadline) {
            for connection in self.connections.values { connection.endDrain() }
        }
        // Whoever still publishes then reads why it ends, and closes.
        _ = self.loop.schedule(at: deadline + self.limits.lingerTime) { self.cutOff() }
        self.endDrainIfEmpty()
    }

    private func cutOff() {
        guard let onDrained = self.onDrained else { return }
        self.onDrained = nil
        for connection in self.connections.values { connection.connection.abort(.aborted("drain-timeout")) }
        onDrained(false)
    }

    private func endDrainIfEmpty() {
        guard self.isDraining, self.connections.isEmpty, let onDrained = self.onDrained else { return }
        self.onDrained = nil
        onDrained(true)
    }
}
