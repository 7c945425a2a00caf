internal import Observability
internal import Primitives
internal import Reactor

/// From a request to its answer.
extension HTTPConnection: HTTPSessionDelegate {
    func sessionReceivedHead(_ request: inout HTTPRequest, stream: HTTPStreamID) -> HTTPHeadDecision {
        let trace = self.service.trace(of: request)
        request.trace = trace
        let client = self.service.proxies.client(of: self.connection.peer, request.fields)
        request.peer = client
        let now = self.service.loop.now
        switch self.service.application.admit(request) {
        case .accept(let match, let bodyByteCountMax):
            request.caller = match.caller
            self.inFlight.append(
                HTTPExchange(stream: stream, match: match, trace: trace, client: client, startedAt: now))
            return .accept(bodyByteCountMax: bodyByteCountMax)
        case .refuse(let response, let match):
            self.inFlight.append(
                HTTPExchange(stream: stream, match: match, trace: trace, client: client, startedAt: now))
            return .refuse(response)
        }
    }

    func sessionReceivedRequest(_ request: HTTPRequest, stream: HTTPStreamID) {
        guard let index = self.index(of: stream) else { return }
        let match = self.inFlight[index].match
        switch self.service.application.handler(of: match) {
        case .immediate(let handle):
            let response = handle(request, match.parameters)
            self.session?.respond(to: stream, with: self.service.application.finish(response, for: request))
        case .deferred(let handle):
            self.run(handle, request, index)
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
        self.inFlight[index].handlerStartedAt = service.loop.now
        // The one place where a request becomes a task. It stays on this loop, so coming back is no hop.
        self.inFlight[index].task = Task(executorPreference: service.loop) {
            let response: HTTPResponse
            do {
                response = try await handle(request, match.parameters)
            } catch {
                response = service.application.response(to: error, for: request)
            }
            var finished = service.application.finish(response, for: request)
            if let trace = request.trace, !finished.fields.contains(.requestID) { finished.add(requestID: trace) }
            service.loop.executeOnLoop { [finished] in self.handlerCameBack(stream, finished) }
        }
    }

    private func handlerCameBack(_ stream: HTTPStreamID, _ response: HTTPResponse) {
        self.service.runningHandlerCount -= 1
        if let index = self.index(of: stream) {
            self.inFlight[index].task = nil
            if self.inFlight[index].isCancelled { self.inFlight.remove(at: index) }
        }
        self.connection.prepareOutput()
        self.service.refreshDate()
        // Of a cancelled stream the session wants to know that its handler has ended; it drops the answer.
        self.session?.respond(to: stream, with: response)
        self.goOn()
    }

    func sessionStreamCancelled(_ stream: HTTPStreamID) {
        guard let index = self.index(of: stream) else { return }
        self.service.metrics.cancelled(loop: self.service.loop.index)
        if let task = self.inFlight[index].task {
            self.inFlight[index].isCancelled = true
            task.cancel()
        } else {
            self.inFlight.remove(at: index).deferral?.onCancel?()
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
        // The loop's own time stands still during a turn: a handler that keeps the loop would not show.
        let time = MonotonicTime.now - exchange.startedAt
        service.metrics.answered(
            route: exchange.match.routeIndex, status: status, bodyByteCount: bodyByteCount, time: time,
            loop: service.loop.index)
        if service.isObserved[exchange.match.routeIndex], let observer = service.observer {
            observer.answered(
                HTTPAnsweredRequest(
                    routeLabel: service.application.routeLabels[exchange.match.routeIndex], status: status,
                    bodyByteCount: bodyByteCount, time: time, memberID: exchange.match.caller?.memberID,
                    client: exchange.client, traceID: exchange.trace.traceID, loop: service.loop.index))
        }
        let level: LogLevel = status.code >= 500 ? .warning : .debug
        guard level >= service.log.level else { return }
        service.log.write(
            level, "request answered",
            [
                "route": .text(service.application.routeLabels[exchange.match.routeIndex]),
                "status": .number(status.code), "bytes": .number(bodyByteCount), "seconds": .seconds(time.seconds),
                "peer": .text(exchange.client.hostText), "trace": .text(exchange.trace.traceID),
            ])
    }

    // MARK: Handlers that take too long

    /// When the first of the running handlers has to be given up.
    var handlerDeadline: MonotonicTime? {
        var earliest: MonotonicTime?
        for exchange in self.inFlight where exchange.isBeingHandled {
            earliest = min(earliest ?? exchange.handlerStartedAt, exchange.handlerStartedAt)
        }
        return earliest.map { $0 + self.service.limits.handlerTime }
    }

    /// Cancels handlers that have had their time, and answers for them; true when there was one.
    func giveUpSlowHandlers() -> Bool {
        let latest = self.service.loop.now + .nanoseconds(-self.service.limits.handlerTime.nanoseconds)
        // By stream, not by index: an answer may end other exchanges as well.
        let streams = self.inFlight
            .filter { $0.isBeingHandled && $0.handlerStartedAt <= latest }.map(\.stream)
        for stream in streams {
            guard let index = self.index(of: stream) else { continue }
            self.service.metrics.refused("handler-too-slow", loop: self.service.loop.index)
            if let deferral = self.endDeferral(of: stream) {
                deferral.onCancel?()
            } else {
                self.inFlight[index].task?.cancel()
                self.inFlight[index].isCancelled = true
            }
            self.session?.respond(to: stream, with: Self.overloaded())
        }
        return !streams.isEmpty
    }

    private static func overloaded() -> HTTPResponse {
        var response = HTTPResponse.plain(.serviceUnavailable)
        response.fields.append(HTTPFieldName("retry-after"), "5")
        return response
    }

    func index(of stream: HTTPStreamID) -> Int? {
        self.inFlight.lastIndex { $0.stream == stream }
    }
}

extension HTTPResponse {
    /// Lets the client name the request when it asks for help: the same id stands in the log. A problem brings
    /// it with it; other answers of the data plane go without.
    fileprivate mutating func add(requestID trace: TraceContext) {
        // An error cannot come: the id is made of hexadecimal digits.
        try? self.fields.append(.requestID, checking: trace.traceID)
    }
}
