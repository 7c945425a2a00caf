internal import Observability
internal import Primitives
internal import Reactor

/// Requests whose handler answers later, by a call and not by a task.
extension HTTPConnection: HTTPAnswerer {
    func run(
        _ handle: (HTTPRequest, HTTPPathParameters, HTTPResponder) -> HTTPResponse?, _ request: HTTPRequest,
        _ index: Int
    ) {
        let stream = self.inFlight[index].stream
        self.inFlight[index].deferral = HTTPExchange.Deferral(request: request)
        self.inFlight[index].handlerStartedAt = self.service.loop.now
        let responder = HTTPResponder(loop: self.service.loop, answerer: self, stream: stream)
        guard let response = handle(request, self.inFlight[index].match.parameters, responder) else {
            self.keep(request, of: stream)
            return
        }
        // Most answers are ready at once, as this one: `endDeferral` would copy the request for nothing.
        if let index = self.index(of: stream) { self.inFlight[index].deferral = nil }
        self.session?.respond(to: stream, with: self.service.application.finish(response, for: request))
    }

    func answer(_ stream: HTTPStreamID, _ response: HTTPResponse) {
        guard let deferral = self.endDeferral(of: stream) else { return }
        self.connection.prepareOutput()
        self.service.refreshDate()
        self.session?.respond(to: stream, with: self.service.application.finish(response, for: deferral.request))
        self.goOn()
    }

    func whenCancelled(_ stream: HTTPStreamID, _ action: @escaping () -> Void) {
        guard let index = self.index(of: stream) else { return }
        self.inFlight[index].deferral?.onCancel = action
    }

    /// Tens of thousands may wait, and a head may be large: only that is held on which the answer depends.
    private func keep(_ request: HTTPRequest, of stream: HTTPStreamID) {
        guard let index = self.index(of: stream) else { return }
        self.inFlight[index].deferral?.request = request.remembered(
            byteCountMax: self.service.limits.deferredFieldByteCountMax)
        self.inFlight[index].match.parameters = HTTPPathParameters()
    }

    /// Nil when the request was answered or cancelled before.
    func endDeferral(of stream: HTTPStreamID) -> HTTPExchange.Deferral? {
        guard let index = self.index(of: stream), let deferral = self.inFlight[index].deferral else { return nil }
        self.inFlight[index].deferral = nil
        return deferral
    }
}
