internal import Observability
internal import Primitives
internal import Reactor

/// One client connection: chooses the protocol version, admits requests by the router, runs their handlers and gives
/// the answers back to the session.
///
/// Lives on its loop. The connection of the Reactor owns it until it closes.
final class HTTPConnection: ConnectionHandler, @unchecked Sendable {
    // SAFETY: touched on `connection.loop` only. It is Sendable so that the task of an asynchronous handler, which
    // runs on that loop, can come back to it.

    let connection: Connection
    let service: HTTPService
    let isSecure: Bool
    @exclusivity(unchecked) var session: (any HTTPSession)?
    private var sniffer = HTTPProtocolSniffer()
    private let openedAt: MonotonicTime
    /// Requests admitted and not yet answered whole.
    @exclusivity(unchecked) var inFlight: [HTTPExchange] = []

    init(connection: Connection, service: HTTPService, isSecure: Bool) {
        self.connection = connection
        self.service = service
        self.isSecure = isSecure
        self.openedAt = service.loop.now
    }

    // MARK: From the connection

    func connectionOpened(applicationProtocol: String?) {
        if self.isSecure { self.startSession(isHTTP2: applicationProtocol == "h2") }
    }

    func connectionReceived(_ bytes: borrowing RawSpan) {
        if self.session == nil {
            switch self.sniffer.look(at: bytes) {
            case .needsMore: return
            case .http1: self.startSession(isHTTP2: false)
            case .http2: self.startSession(isHTTP2: true)
            }
            let held = self.sniffer.held
            self.sniffer = HTTPProtocolSniffer()
            if !held.isEmpty { self.feed(held.span.bytes) }
        }
        self.feed(bytes)
    }

    /// Without bytes: lets the session go on with what it held back.
    private func feed(_ bytes: borrowing RawSpan) {
        guard let session = self.session else { return }
        self.connection.prepareOutput()
        self.service.refreshDate()
        do throws(HTTPSessionError) {
            try session.receive(bytes, now: self.service.loop.now)
        } catch {
            self.end(after: error)
            return
        }
        self.afterSession()
    }

    func connectionReceivedEnd() {
        guard let session = self.session else {
            self.connection.finish()
            return
        }
        self.service.refreshDate()
        do throws(HTTPSessionError) {
            try session.receivedEnd()
        } catch {
            self.end(after: error)
            return
        }
        self.afterSession()
    }

    func connectionOutputDrained() {
        guard let session = self.session else { return }
        self.service.refreshDate()
        do throws(HTTPSessionError) {
            try session.outputDrained()
        } catch {
            self.end(after: error)
            return
        }
        self.afterSession()
        if self.service.isIdleGraceOver { self.closeIfIdle() }
    }

    func connectionClosed(_ reason: ConnectionCloseReason) {
        self.dropSession()
        self.service.closed(self, reason)
    }

    var connectionDeadline: MonotonicTime? {
        guard let session = self.session else { return self.openedAt + self.service.limits.headTime }
        guard let handlers = self.handlerDeadline else { return session.deadline }
        return session.deadline.map { min($0, handlers) } ?? handlers
    }

    func connectionDeadlineReached() {
        guard let session = self.session else {
            self.connection.abort(.aborted("sniff-timeout"))
            return
        }
        self.connection.prepareOutput()
        self.service.refreshDate()
        let gaveUp = self.giveUpSlowHandlers()
        do throws(HTTPSessionError) {
            try session.deadlineReached(now: self.service.loop.now)
        } catch {
            self.end(after: error)
            return
        }
        if gaveUp { self.goOn() }
        self.afterSession()
        self.connection.flush()
    }

    // MARK: Draining

    func beginDrain() {
        self.session?.beginDrain()
        self.afterSession()
        self.connection.flush()
    }

    /// No request has begun to come, none is being answered, and everything is sent.
    var isIdle: Bool {
        self.inFlight.isEmpty && !self.connection.hasUnsentOutput && self.session?.isBetweenRequests ?? true
    }

    /// The grace for idle connections is over.
    func closeIfIdle() {
        if self.isIdle { self.connection.finish() }
    }

    // MARK: Session

    private func startSession(isHTTP2: Bool) {
        let context = HTTPSessionContext(
            output: self.connection.output, limits: self.service.limits, loop: self.service.loop,
            date: self.service.date, isSecure: self.isSecure, peer: self.connection.peer,
            requestFlush: { [weak self] in self?.goOn() },
            requestAbort: { [weak self] in self?.connection.cutOff(.aborted("stream-aborted")) })
        if isHTTP2 {
            self.session = HTTP2Session(context: context, delegate: self)
        } else {
            self.session = HTTP1Session(context: context, delegate: self)
        }
        if self.service.isDraining { self.session?.beginDrain() }
    }

    /// After an answer, or a part of one, that came later: sends it, and lets the session go on with what it held
    /// back meanwhile.
    func goOn() {
        self.feed([UInt8]().span.bytes)
        self.connection.updateTimer()
        self.connection.flush()
    }

    /// What may have changed whenever the session ran.
    private func afterSession() {
        guard let session = self.session else { return }
        if session.isFinished {
            self.connection.finish()
        } else if session.wantsInput == self.connection.isPaused {
            if session.wantsInput { self.connection.resumeReading() } else { self.connection.pauseReading() }
        }
    }

    private func end(after error: HTTPSessionError) {
        self.service.metrics.refused(error.reason, loop: self.service.loop.index)
        self.service.log.debug("request refused", ["reason": .text(error.reason.description)])
        self.dropSession()
        self.connection.finish()
    }

    private func dropSession() {
        let session = self.session
        self.session = nil
        session?.connectionClosed()
        let inFlight = self.inFlight
        self.inFlight.removeAll()
        for exchange in inFlight {
            exchange.task?.cancel()
            exchange.deferral?.onCancel?()
        }
    }
}
