internal import Observability
internal import Primitives
internal import Reactor

/// From a request to its answer.
extension HTTPConnection: HTTPSessionDelegate {
    func sessionReceivedHead(_ request: inout HTTPRequest, stream: HTTPStreamID) -> HTTPHeadDecision {
        let trace = self.service.trace(of: request)
        request.trace = trace
        let now = self.service.loop.now
        switch self.service.application.admit(request) {
        case .accept(let match, let bodyByteCountMax):
            self.inFlight.append(HTTPExchange(stream: stream, match: match, trace: trace, startedAt: now))
            return .accept(bodyByteCountMax: bodyByteCountMax)
        case .refuse(var response, let match):
            self.inFlight.append(HTTPExchange(stream: stream, match: match, trace: trace, startedAt: now))
            response.add(requestID: trace)
            return .refuse(response)
        }
    }

    func sessionReceivedRequest(_ request: HTTPRequest, stream: HTTPStreamID) {
        guard let index = self.index(of: stream) else { return }
        let match = self.inFlight[index].match
        switch self.service.application.handler(of: match) {
        case .immediate(let handle):
            let response = handle(request, match.parameters)
            self.session?.respond(
                to: stream, with: self.service.application.finish(response, for: request, match: match))
        case .concurrent(let handle):
            self.run(handle, request, match, index)
        }
    }

    private func run(
        _ handle: @escaping @Sendable (HTTPRequest, HTTPPathParameters) async throws -> HTTPResponse,
        _ request: HTTPRequest, _ match: HTTPRouteMatch, _ index: Int
    ) {
        let service = self.service
        let stream = self.inFlight[index].stream
        guard service.runningHandlerCount < service.limits.concurrentHandlerCountMax else {
            service.metrics.refused("too-many-handlers", loop: service.loop.index)
            self.session?.respond(to: stream, with: Self.overloaded())
            return
        }
        service.runningHandlerCount += 1
        // The one place where a request becomes a task. It stays on this loop, so coming back is no hop.
        self.inFlight[index].task = Task(executorPreference: service.loop) {
            let response: HTTPResponse
            do {
                response = try await handle(request, match.parameters)
            } catch {
                response = service.application.response(to: error, for: request)
            }
            var finished = service.application.finish(response, for: request, match: match)
            if let trace = request.trace { finished.add(requestID: trace) }
            service.loop.executeOnLoop { [finished] in self.handlerCameBack(stream, finished) }
        }
    }

    private func handlerCameBack(_ stream: HTTPStreamID, _ response: HTTPResponse) {
        self.service.runningHandlerCount -= 1
        guard let index = self.index(of: stream) else { return }
        let isCancelled = self.inFlight[index].isCancelled
        self.inFlight[index].task = nil
        if isCancelled { self.inFlight.remove(at: index) }
        // The session counts on an answer for cancelled streams too, and drops it.
        self.connection.prepareOutput()
        self.service.refreshDate()
        self.session?.respond(to: stream, with: response)
        self.resumeSession()
    }

    func sessionStreamCancelled(_ stream: HTTPStreamID) {
        guard let index = self.index(of: stream) else { return }
        self.service.metrics.cancelled(loop: self.service.loop.index)
        if let task = self.inFlight[index].task {
            self.inFlight[index].isCancelled = true
            task.cancel()
        } else {
            self.inFlight.remove(at: index)
        }
    }

    func sessionReset(_ stream: HTTPStreamID, byPeer: Bool) {
        self.service.metrics.reset(byPeer: byPeer, loop: self.service.loop.index)
    }

    func sessionRefusedRequest(_ reason: StaticString) {
        self.service.metrics.refused(reason, loop: self.service.loop.index)
    }

    func sessionFinishedResponse(_ stream: HTTPStreamID, status: HTTPStatus, bodyByteCount: Int) {
        guard let index = self.index(of: stream) else { return }
        let service = self.service
        let exchange = self.inFlight.remove(at: index)
        let time = service.loop.now - exchange.startedAt
        service.metrics.answered(
            route: exchange.match.routeIndex, status: status, bodyByteCount: bodyByteCount, time: time,
            loop: service.loop.index)
        let level: LogLevel = status.code >= 500 ? .warning : .debug
        guard level >= service.log.level else { return }
        service.log.write(
            level, "http.response",
            [
                "route": .text(service.application.routeLabels[exchange.match.routeIndex]),
                "status": .number(status.code), "bytes": .number(bodyByteCount), "seconds": .seconds(time.seconds),
                "peer": .text(self.connection.peer.hostText), "trace": .text(exchange.trace.traceID),
            ])
    }

    // MARK: Handlers that take too long

    /// When the oldest running handler has to be given up.
    var handlerDeadline: MonotonicTime? {
        self.inFlight.first { $0.task != nil && !$0.isCancelled }.map { $0.startedAt + self.service.limits.handlerTime }
    }

    func giveUpSlowHandlers() {
        let latest = self.service.loop.now + .nanoseconds(-self.service.limits.handlerTime.nanoseconds)
        for index in self.inFlight.indices.reversed() {
            let exchange = self.inFlight[index]
            guard let task = exchange.task, !exchange.isCancelled, exchange.startedAt <= latest else { continue }
            self.service.metrics.refused("handler-too-slow", loop: self.service.loop.index)
            task.cancel()
            self.inFlight[index].isCancelled = true
            self.session?.respond(to: exchange.stream, with: Self.overloaded())
        }
    }

    private static func overloaded() -> HTTPResponse {
        var response = HTTP1ResponseWriter.plain(.serviceUnavailable)
        response.fields.append(HTTPFieldName("retry-after"), "5")
        return response
    }

    private func index(of stream: HTTPStreamID) -> Int? {
        self.inFlight.lastIndex { $0.stream == stream }
    }
}

extension HTTPResponse {
    /// Lets the client name the request when it asks for help: the same id stands in the log. Answers of the data
    /// plane go without.
    fileprivate mutating func add(requestID trace: TraceContext) {
        // An error cannot come: the id is made of hexadecimal digits.
        try? self.fields.append(HTTPFieldName("x-request-id"), checking: trace.traceID)
    }
}
