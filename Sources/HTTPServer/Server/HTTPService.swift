internal import Glibc
internal import Observability
internal import Primitives
internal import Reactor

/// One front end's part on one loop: its connections, and what they share there. Lives on the loop.
final class HTTPService: @unchecked Sendable {
    // SAFETY: touched on `loop` only, but for the constants.

    let loop: EventLoop
    let application: HTTPApplication
    let limits: HTTPLimits
    let proxies: TrustedProxies
    let metrics: HTTPMetrics
    let log: Log
    let date: HTTPDateCache
    let observer: (any HTTPRequestObserver)?
    /// By the numbers of routes: whether the observer wants to hear of them.
    let isObserved: [Bool]
    private let census: ConnectionCensus
    private var connections: [ObjectIdentifier: HTTPConnection] = [:]
    private var acceptors: [Acceptor] = []
    /// Tasks of handlers that have not come back, cancelled ones included.
    var runningHandlerCount = 0
    @exclusivity(unchecked) private(set) var isDraining = false
    /// From here on a connection that has become idle closes.
    @exclusivity(unchecked) private(set) var isIdleGraceOver = false
    @exclusivity(unchecked) private var random = FastRandom()
    private var onDrained: ((_ isComplete: Bool) -> Void)?

    init(
        loop: EventLoop, application: HTTPApplication, limits: HTTPLimits, proxies: TrustedProxies,
        metrics: HTTPMetrics, log: Log, census: ConnectionCensus, observer: (any HTTPRequestObserver)?
    ) {
        self.loop = loop
        self.application = application
        self.limits = limits
        self.proxies = proxies
        self.metrics = metrics
        self.log = log
        self.census = census
        self.observer = observer
        self.isObserved = application.routeLabels.map { observer?.observes($0) ?? false }
        self.date = HTTPDateCache(unixSeconds: time(nil))
    }

    // MARK: Accepting

    /// From any thread; made for all loops before the first of them starts.
    func acceptor(of listener: Listener, security: TLSContext?) -> Acceptor {
        Acceptor(
            loop: self.loop, listener: listener,
            onAccept: { [unowned self] fd, peer in self.accepted(fd, peer, security) },
            onProblem: { [unowned self] problem in
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
        if let refusal = self.census.enter(peer.host) {
            self.metrics.refused(refusal, loop: self.loop.index)
            self.turnAway(fd, isSecure: security != nil)
            return
        }
        var connectionLimits = Connection.Limits()
        connectionLimits.writeStallTime = self.limits.writeStallTime
        connectionLimits.handshakeCountMax = self.limits.handshakeCountMax
        let connection = Connection(loop: self.loop, accepted: fd, peer: peer, limits: connectionLimits)
        let handler = HTTPConnection(connection: connection, service: self, isSecure: security != nil)
        self.connections[ObjectIdentifier(handler)] = handler
        self.metrics.opened(loop: self.loop.index)
        do throws(SystemError) {
            try connection.start(handler: handler, security: security)
        } catch {
            self.log.error("connection failed", ["problem": .text("\(error)")])
            self.closed(handler, .failed(error))
        }
    }

    /// Says 503 where the client can read it, without waiting for anything.
    private func turnAway(_ fd: CInt, isSecure: Bool) {
        let answer: StaticString =
            "HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        if !isSecure { _ = send(fd, answer.utf8Start, answer.utf8CodeUnitCount, CInt(MSG_NOSIGNAL)) }
        close(fd)
    }

    func closed(_ handler: HTTPConnection, _ reason: ConnectionCloseReason) {
        guard self.connections.removeValue(forKey: ObjectIdentifier(handler)) != nil else { return }
        self.census.leave(handler.connection.peer.host)
        let connection = handler.connection
        self.metrics.closed(
            receivedByteCount: connection.receivedByteCount, sentByteCount: connection.sentByteCount,
            loop: self.loop.index)
        if let word = reason.label { self.metrics.refused(word, loop: self.loop.index) }
        self.endDrainIfEmpty()
    }

    // MARK: Traces

    /// Goes on with the client's trace when it has sent one (`traceparent`), begins a new one otherwise.
    func trace(of request: borrowing HTTPRequest) -> TraceContext {
        if let value = request.fields.bytes(HTTPFieldName("traceparent")),
            let trace = TraceContext(traceparent: value)
        {
            return trace.child(random: &self.random)
        }
        return TraceContext(random: &self.random)
    }

    // MARK: Time

    /// Once per event that answers may come from.
    func refreshDate() { self.date.refresh(now: self.loop.now) }

    // MARK: Draining

    /// Takes what the kernel has queued already, and nothing more.
    func stopAccepting() {
        for acceptor in self.acceptors { acceptor.stop() }
        self.acceptors = []
    }

    /// Lets what has begun end, and calls back at the latest at `deadline`: true when every request was answered whole.
    func drain(until deadline: MonotonicTime, _ onDrained: @escaping (_ isComplete: Bool) -> Void) {
        self.isDraining = true
        self.onDrained = onDrained
        for connection in self.connections.values { connection.beginDrain() }
        _ = self.loop.schedule(at: self.loop.now + self.limits.drainIdleGraceTime) {
            self.isIdleGraceOver = true
            for connection in self.connections.values { connection.closeIfIdle() }
        }
        _ = self.loop.schedule(at: deadline) { self.cutOff() }
        self.endDrainIfEmpty()
    }

    private func cutOff() {
        guard let onDrained = self.onDrained else { return }
        self.onDrained = nil
        // Who was answered whole and only has not closed yet loses nothing.
        let isComplete = self.connections.values.allSatisfy { $0.isIdle }
        for connection in self.connections.values {
            connection.connection.abort(connection.isIdle ? .finished : .aborted("drain-timeout"))
        }
        onDrained(isComplete)
    }

    private func endDrainIfEmpty() {
        guard self.isDraining, self.connections.isEmpty, let onDrained = self.onDrained else { return }
        self.onDrained = nil
        onDrained(true)
    }
}
