internal import MediaTypes
internal import Observability
internal import Primitives
internal import Reactor

/// One publisher's connection: feeds the session, decides publishes, hands media on, and knows when its patience ends.
///
/// Lives on its loop. The connection of the Reactor owns it until it closes.
final class RTMPConnection: ConnectionHandler, @unchecked Sendable {
    // SAFETY: touched on `connection.loop` only. It is Sendable so that the task of an authorizer and a publisher on
    // another loop can hand it work, which then runs on that loop.

    let connection: Connection
    let service: RTMPService
    @exclusivity(unchecked) var session: RTMPSession
    @exclusivity(unchecked) var stage: RTMPStage
    @exclusivity(unchecked) var publishing: AcceptedPublish?
    /// Tells the answer that is waited for from one that came too late.
    var decisionNumber = 0
    var decisionTask: Task<Void, Never>?
    @exclusivity(unchecked) var lastReceivedAt: MonotonicTime
    @exclusivity(unchecked) private var heardByteCount = 0
    private var handshakeEnd: MonotonicTime
    /// What came in one read behind a publish that is being decided, or is held back: no more than the read buffer.
    @exclusivity(unchecked) private var held: [UInt8] = []
    @exclusivity(unchecked) private var work = RTMPWorkBudget()
    private var reportedReceivedByteCount = 0
    private var reportedSentByteCount = 0

    init(connection: Connection, service: RTMPService, random: FastRandom) {
        self.connection = connection
        self.service = service
        let now = service.loop.now
        self.session = RTMPSession(limits: service.limits, random: random)
        self.stage = .idle(until: now + service.limits.publishTime)
        self.lastReceivedAt = now
        self.handshakeEnd = now + service.limits.handshakeTime
    }

    var limits: RTMPLimits { self.service.limits }
    var loop: EventLoop { self.service.loop }
    var isPublishing: Bool { self.publishing != nil }

    // MARK: From the connection

    func connectionOpened(applicationProtocol: String?) {
        // With TLS some time has passed, which is not the publisher's.
        self.handshakeEnd = self.loop.now + self.limits.handshakeTime
        self.stage = .idle(until: self.loop.now + self.limits.publishTime)
    }

    func connectionReceived(_ bytes: borrowing RawSpan) {
        self.listen()
        let offset = self.read(bytes)
        guard offset < bytes.byteCount, self.isHolding else { return }
        bytes.extracting(offset...).withUnsafeBytes { self.held = Array($0) }
    }

    func connectionReceivedEnd() { self.end(because: "peer-closed") }

    func connectionOutputDrained() {}

    func connectionClosed(_ reason: ConnectionCloseReason) {
        self.endPublishing(reason.label ?? "peer-closed", .interrupted)
        self.stage = .ended
        self.decisionTask?.cancel()
        self.decisionTask = nil
        self.reportTransfer()
        if case .secureTransport(let failure) = reason { self.explain(failure) }
        self.service.closed(self, reason)
    }

    // MARK: Reading

    /// Notes that the peer was heard, if it was since the last time. Also called before silence is judged: the first
    /// part of a TLS record is a sign of life, though nothing of it can be handed on yet. Of a publisher that is held
    /// back those bytes count that arrive: what is read then may be all that is left of it.
    func listen() {
        let isBehind = self.publishing?.isBehind(now: self.loop.now) ?? false
        let count = isBehind ? self.connection.arrivedByteCount : self.connection.receivedByteCount
        guard count > self.heardByteCount else { return }
        self.heardByteCount = count
        self.lastReceivedAt = self.loop.now
        self.publishing?.heard()
    }

    private var isReading: Bool {
        switch self.stage {
        case .idle: !self.connection.isClosed
        case .publishing: !self.connection.isClosed && self.publishing?.isPaused == false
        case .deciding, .challenging, .refusing, .ended: false
        }
    }

    /// Something has to happen first; what was not taken is kept until then.
    private var isHolding: Bool {
        switch self.stage {
        case .deciding, .challenging, .refusing: true
        case .publishing: self.publishing?.isPaused == true
        case .idle, .ended: false
        }
    }

    /// Takes input until it is used up, a publish has to be decided or is held back; returns how much was used.
    private func read(_ input: borrowing RawSpan) -> Int {
        let now = self.loop.now
        var offset = 0
        do throws(RTMPError) {
            reading: while self.isReading {
                switch try self.session.next(input, &offset, now: now) {
                case .needsInput:
                    break reading
                case .publishRequested(let address):
                    self.decide(address)
                case .media(let header, let payload):
                    self.receiveMedia(header, payload, of: input, now: now)
                case .unpublished:
                    self.endPublishing("finished", .finished)
                }
            }
            let countMax = self.limits.workCountPerSecondMax
            guard self.isReading || self.isHolding else { return offset }
            guard self.work.allows(workCount: self.session.workCount, countMax: countMax, now: now) else {
                throw RTMPError(
                    "too-much-work", "it sends far more, and far smaller, pieces than any publisher needs to")
            }
        } catch {
            self.fail(error)
        }
        self.takeAnswers()
        return offset
    }

    /// After a decision or a pause: what is held first, then what the peer sends.
    func goOn() {
        let held = self.held
        self.held = []
        if !held.isEmpty {
            let offset = self.read(held.span.bytes)
            if offset < held.count, self.isHolding { self.held = Array(held[offset...]) }
        }
        self.takeAnswers()
        if self.isReading { self.connection.resumeReading() }
        self.connection.updateTimer()
    }

    // MARK: Writing

    /// Sends what the session has to say.
    func takeOutput() {
        guard !self.session.output.isEmpty, !self.connection.isClosed else { return }
        self.connection.prepareOutput()
        self.connection.output.append(self.session.output)
        self.session.output.removeAll(keepingCapacity: self.session.output.count <= Self.keptOutputByteCountMax)
        if self.connection.output.byteCount > self.limits.outputByteCountMax {
            self.connection.abort(.aborted("output-full"))
            return
        }
        self.connection.flush()
    }

    private static let keptOutputByteCountMax = 4096

    // MARK: Ending

    /// Gives the connection up after an error, with the session's last words.
    func fail(_ error: RTMPError) {
        self.explain(error.label, error.sentence)
        self.service.metrics.refused(error.label, loop: self.loop.index)
        self.end(because: error.label)
    }

    /// Ends the publish, if any, sends what is queued, and closes.
    func end(because reason: StaticString) {
        self.endPublishing(reason, .interrupted)
        self.stage = .ended
        self.takeOutput()
        self.connection.finish()
    }

    /// A publisher without TLS on a port that wants it sees only that it is closed; its operator reads why.
    private func explain(_ failure: TLSFailure) {
        let explanation =
            switch failure {
            case .plaintextHTTP, .protocolError:
                "it does not speak TLS, which this port needs: publish to rtmps://, or use the port of rtmp-listen"
            case .badCertificate: "it does not trust the certificate of tls-cert"
            case .noSharedProtocol: "it speaks no version or cipher of TLS that Podo does; TLS 1.2 is needed"
            case .peerAlert, .timeout, .internal: "TLS could not be agreed on"
            }
        self.explain(failure.label, explanation)
    }

    private func explain(_ reason: StaticString, _ explanation: String) {
        let (peer, reason) = (self.connection.peer.description, reason.description)
        guard let stream = self.publishing?.live.stream else {
            self.service.log.warning(
                "publisher given up",
                ["peer": .text(peer), "reason": .text(reason), "explanation": .text(explanation)])
            return
        }
        self.service.log.warning(
            "publisher given up",
            [
                "stream": .text(stream), "peer": .text(peer), "reason": .text(reason),
                "explanation": .text(explanation),
            ])
    }

    /// Counts the bytes since it was last called.
    func reportTransfer() {
        let (received, sent) = (self.connection.receivedByteCount, self.connection.sentByteCount)
        self.service.metrics.transferred(
            receivedByteCount: received - self.reportedReceivedByteCount,
            sentByteCount: sent - self.reportedSentByteCount, loop: self.loop.index)
        (self.reportedReceivedByteCount, self.reportedSentByteCount) = (received, sent)
    }

    // MARK: Deadlines

    var connectionDeadline: MonotonicTime? {
        switch self.stage {
        case .idle(let end): self.session.phase == .handshaking ? min(end, self.handshakeEnd) : end
        case .deciding(_, let end), .challenging(_, let end), .refusing(_, let end): end
        case .publishing: self.publishing?.deadline
        case .ended: nil
        }
    }

    func connectionDeadlineReached() {
        switch self.stage {
        case .idle: self.giveUpWaiting()
        case .deciding, .challenging: self.refuse(.undecided)
        case .refusing(let refusal, _): self.refuse(refusal)
        case .publishing: self.publishingDeadlineReached()
        case .ended: break
        }
    }

    private func giveUpWaiting() {
        if self.session.phase == .handshaking {
            self.fail(RTMPError("handshake-timeout", "the handshake of RTMP did not come to its end in time"))
        } else if self.hasPublished {
            self.fail(RTMPError("idle-timeout", "it stayed connected after its publish without a new one"))
        } else {
            self.fail(RTMPError("publish-timeout", "it connected, but did not ask to publish in time"))
        }
    }

    /// Whether a publish of this connection was accepted ever.
    @exclusivity(unchecked) var hasPublished = false
}
