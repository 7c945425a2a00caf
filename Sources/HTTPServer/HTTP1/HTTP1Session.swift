package import Primitives
internal import Reactor

/// HTTP/1.x over one connection: one request at a time, answers in order of the requests.
///
/// While a request is being answered, or `pipelinedOutputByteCountMax` bytes of answers wait for the client to take
/// them, what it sends ahead is held, at most `pipelinedByteCountMax` and one read more; then the connection stops
/// reading. So a client can make us hold one answer beyond that bound, however many it asks for.
package final class HTTP1Session: HTTPSession {
    /// Where the connection stands with its present request.
    enum Exchange {
        /// No request, or a head that is not complete.
        case betweenRequests
        /// The head was accepted; its body is coming.
        case receivingBody(HTTPRequest, byteCountMax: Int)
        /// The handler has the request.
        case awaitingResponse(ResponseShape)
        case streaming(HTTPStreamWriter, HTTP1ResponseWriter.Coding)
        /// Nothing more is read or answered; the connection closes when everything is sent.
        case finished
    }

    /// What of a request its response depends on.
    struct ResponseShape {
        let method: HTTPMethod
        let version: HTTPVersion
    }

    let context: HTTPSessionContext
    unowned let delegate: any HTTPSessionDelegate
    @exclusivity(unchecked) private var parser: HTTP1RequestParser
    @exclusivity(unchecked) var exchange = Exchange.betweenRequests
    /// What the client sent ahead of an answer.
    @exclusivity(unchecked) private var held = ByteQueue()
    @exclusivity(unchecked) private var isReceiving = false
    @exclusivity(unchecked) private var inputEnded = false

    /// The request's number on this connection.
    @exclusivity(unchecked) private(set) var stream: HTTPStreamID = 0
    @exclusivity(unchecked) private var shape = ResponseShape(method: .get, version: .http1_1)
    @exclusivity(unchecked) var closesAfterResponse = false
    @exclusivity(unchecked) private var isDraining = false

    @exclusivity(unchecked) package private(set) var deadline: MonotonicTime?
    @exclusivity(unchecked) private var headStartedAt: MonotonicTime?
    private var bodyStartedAt = MonotonicTime(nanoseconds: 0)
    private var bodyByteCount = 0

    // Of the response being streamed, for the log and metrics.
    var streamedStatus = HTTPStatus.ok
    var streamedByteCount = 0

    package init(context: HTTPSessionContext, delegate: any HTTPSessionDelegate) {
        self.context = context
        self.delegate = delegate
        self.parser = HTTP1RequestParser(limits: context.limits)
        self.deadline = context.loop.now + context.limits.headTime
    }

    package var isFinished: Bool {
        if case .finished = self.exchange { true } else { false }
    }

    package var isBetweenRequests: Bool {
        if case .betweenRequests = self.exchange { self.parser.isBetweenRequests && self.held.isEmpty } else { false }
    }

    package var wantsInput: Bool { self.held.count < self.context.limits.pipelinedByteCountMax }

    // MARK: Receiving

    /// Goes on with what was held back, then with `bytes`, which may be empty.
    package func receive(_ bytes: borrowing RawSpan, now: MonotonicTime) throws(HTTPSessionError) {
        guard !self.isReceiving, !self.isFinished else { return }
        self.isReceiving = true
        defer { self.isReceiving = false }
        do throws(HTTP1Error) {
            if self.held.isEmpty {
                try bytes.withUnsafeBytes { (raw) throws(HTTP1Error) in
                    let new = raw.assumingMemoryBound(to: UInt8.self).span
                    let read = try self.process(new, now: now)
                    if read < new.count { self.held.append(new.extracting(read...).bytes) }
                }
            } else {
                self.held.append(bytes)
                try self.processHeld(now: now)
            }
        } catch {
            throw self.refuse(error.status, error.reason)
        }
        try self.finishAfterInput()
        self.updateDeadline(now: now)
    }

    private func processHeld(now: MonotonicTime) throws(HTTP1Error) {
        let read: Int
        do {
            // Read from a second reference: a request that ends the connection empties `held` meanwhile.
            let held = self.held
            read = try held.withSpan { (bytes) throws(HTTP1Error) in try self.process(bytes, now: now) }
        }
        self.held.consume(min(read, self.held.count))
        // An idle connection keeps no buffer.
        if self.held.isEmpty { self.held = ByteQueue() }
    }

    /// Reads requests until one has to be waited for; returns how many bytes were read.
    private func process(_ bytes: Span<UInt8>, now: MonotonicTime) throws(HTTP1Error) -> Int {
        var offset = 0
        while self.isReadyForInput, let event = try self.parser.next(bytes, at: &offset) {
            switch event {
            case .head(let head): try self.received(head, now: now)
            case .body(let range): try self.received(body: bytes.extracting(range))
            case .end: self.receivedEndOfRequest()
            }
        }
        // What a connection says after its last request is of no interest.
        return self.isFinished ? bytes.count : offset
    }

    private var isReadyForInput: Bool {
        switch self.exchange {
        case .betweenRequests: !self.parser.isBetweenRequests || self.hasRoomForResponse
        case .receivingBody: true
        case .awaitingResponse, .streaming, .finished: false
        }
    }

    private var hasRoomForResponse: Bool {
        self.context.output.byteCount < self.context.limits.pipelinedOutputByteCountMax
    }

    private func received(_ head: consuming HTTP1RequestHead, now: MonotonicTime) throws(HTTP1Error) {
        self.stream &+= 1
        self.headStartedAt = nil
        head.request.isSecure = self.context.isSecure
        head.request.peer = self.context.peer
        self.shape = ResponseShape(method: head.request.method, version: head.request.version)
        self.closesAfterResponse =
            head.wantsClose || self.isDraining || self.stream >= self.context.limits.requestCountPerConnectionMax
        switch self.delegate.sessionReceivedHead(&head.request, stream: self.stream) {
        case .refuse(let response):
            // A body that is not wanted is not read either: it cannot be told from the next request.
            if head.framing != .none { self.closesAfterResponse = true }
            self.exchange = .awaitingResponse(self.shape)
            self.respond(to: self.stream, with: response)
        case .accept(let byteCountMax):
            if case .fixed(let byteCount) = head.framing, byteCount > byteCountMax {
                throw HTTP1Error(.contentTooLarge, "body-too-large")
            }
            if head.framing == .none {
                // Nothing to gather: not kept, so not copied.
                self.exchange = .awaitingResponse(self.shape)
                self.delegate.sessionReceivedRequest(head.request, stream: self.stream)
                return
            }
            if head.expectsContinue { self.context.output.append(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)) }
            self.bodyStartedAt = now
            self.bodyByteCount = 0
            self.exchange = .receivingBody(head.request, byteCountMax: byteCountMax)
        }
    }

    private func received(body: Span<UInt8>) throws(HTTP1Error) {
        guard case .receivingBody(var request, let byteCountMax) = self.exchange else { return }
        self.exchange = .betweenRequests
        guard body.count <= byteCountMax - request.body.count else {
            throw HTTP1Error(.contentTooLarge, "body-too-large")
        }
        request.body.append(copying: body)
        self.bodyByteCount = request.body.count
        self.exchange = .receivingBody(request, byteCountMax: byteCountMax)
    }

    /// Of a request without a body nothing is left to do here.
    private func receivedEndOfRequest() {
        guard case .receivingBody(let request, _) = self.exchange else { return }
        self.exchange = .awaitingResponse(self.shape)
        self.delegate.sessionReceivedRequest(request, stream: self.stream)
    }

    package func receivedEnd() throws(HTTPSessionError) {
        self.inputEnded = true
        try self.finishAfterInput()
    }

    /// Nothing more will come, and all that came was read.
    private var isInputUsedUp: Bool { self.inputEnded && self.held.isEmpty }

    private func finishAfterInput() throws(HTTPSessionError) {
        guard self.isInputUsedUp else { return }
        switch self.exchange {
        case .betweenRequests where self.parser.isBetweenRequests: self.exchange = .finished
        case .betweenRequests, .receivingBody: throw self.refuse(.badRequest, "request-truncated")
        case .awaitingResponse, .streaming, .finished: break
        }
    }

    package func outputDrained() throws(HTTPSessionError) {
        if case .streaming(let writer, _) = self.exchange { writer.transportDrained() }
        // There is room for the answer to a request that had to wait, or a streamed answer has just ended.
        if !self.held.isEmpty { try self.receive([UInt8]().span.bytes, now: self.context.loop.now) }
    }

    // MARK: Answering

    package func respond(to stream: HTTPStreamID, with response: HTTPResponse) {
        guard stream == self.stream, case .awaitingResponse(let shape) = self.exchange else { return }
        if self.isDraining || self.isInputUsedUp { self.closesAfterResponse = true }
        let coding = HTTP1ResponseWriter.write(
            response, shape, closes: &self.closesAfterResponse, date: self.context.date, to: self.context.output)
        if case .stream(let produce) = response.body, shape.method != .head, !response.status.forbidsBody {
            self.startStream(produce, response.status, coding)
        } else {
            self.finishResponse(
                response.status, bodyByteCount: shape.method == .head ? 0 : response.body.count ?? 0)
        }
    }

    func finishResponse(_ status: HTTPStatus, bodyByteCount: Int) {
        let closes = self.closesAfterResponse || self.isDraining || self.isInputUsedUp
        self.exchange = closes ? .finished : .betweenRequests
        // A head that cannot be read is answered like that of a GET.
        self.shape = ResponseShape(method: .get, version: .http1_1)
        self.delegate.sessionFinishedResponse(self.stream, status: status, bodyByteCount: bodyByteCount)
    }

    /// Answers what did not become a request that a handler has, and ends.
    private func refuse(_ status: HTTPStatus, _ reason: StaticString) -> HTTPSessionError {
        self.closesAfterResponse = true
        _ = HTTP1ResponseWriter.write(
            .plain(status), self.shape, closes: &self.closesAfterResponse, date: self.context.date,
            to: self.context.output)
        self.exchange = .finished
        self.held = ByteQueue()
        return HTTPSessionError(reason)
    }

    // MARK: Ending

    package func beginDrain() { self.isDraining = true }

    package func connectionClosed() {
        let exchange = self.exchange
        self.exchange = .finished
        switch exchange {
        case .streaming(let writer, _):
            writer.transportClosed()
            self.delegate.sessionStreamCancelled(self.stream)
        case .awaitingResponse, .receivingBody:
            self.delegate.sessionStreamCancelled(self.stream)
        case .betweenRequests, .finished:
            break
        }
    }

    // MARK: Time

    private func updateDeadline(now: MonotonicTime) {
        let limits = self.context.limits
        switch self.exchange {
        case .betweenRequests where self.parser.isBetweenRequests:
            self.headStartedAt = nil
            // A client whose next request is here does not idle; how fast it has to read is the connection's matter.
            self.deadline = self.held.isEmpty ? now + limits.idleTime : nil
        case .betweenRequests:
            let start = self.headStartedAt ?? now
            self.headStartedAt = start
            self.deadline = start + limits.headTime
        case .receivingBody:
            self.headStartedAt = nil
            let earned = Int64(self.bodyByteCount) &* 1_000_000_000 / Int64(limits.bodyBytesPerSecondMin)
            // Bytes that came early buy time, but not without end: a megabyte at once would buy a quarter of an hour.
            let byRate = self.bodyStartedAt + limits.bodyGraceTime + .nanoseconds(earned)
            self.deadline = min(byRate, now + limits.bodyGraceTime + limits.bodyLeadTimeMax)
        case .awaitingResponse, .streaming, .finished:
            self.headStartedAt = nil
            self.deadline = nil
        }
    }

    package func deadlineReached(now: MonotonicTime) throws(HTTPSessionError) {
        guard let deadline = self.deadline, deadline <= now else { return }
        switch self.exchange {
        case .betweenRequests where self.parser.isBetweenRequests:
            // Idle: nobody is waiting, so there is nobody to tell.
            self.exchange = .finished
        case .betweenRequests:
            throw self.refuse(.requestTimeout, "head-too-slow")
        case .receivingBody:
            throw self.refuse(.requestTimeout, "body-too-slow")
        case .awaitingResponse, .streaming, .finished:
            self.deadline = nil
        }
    }
}
