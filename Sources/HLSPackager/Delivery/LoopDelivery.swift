internal import HTTPServer
internal import Primitives
internal import Reactor

/// Everything that is served on one loop: no lock, and nothing that other loops count, on the way of a request.
final class LoopDelivery: @unchecked Sendable {
    // SAFETY: touched on `loop` only, which `assertIsOnLoop` checks at the entry points.
    private let loop: EventLoop
    private let gate: any PlaybackGate
    private let promises: PlaylistPromises
    private let limits: DeliveryLimits
    private let responses: MediaResponses
    @exclusivity(unchecked) private var streams: [String: ServedStream] = [:]
    private let waiters = WaiterCount()
    private var isSweepScheduled = false

    init(
        shelf: SnapshotShelf, loop: EventLoop, gate: any PlaybackGate, promises: PlaylistPromises,
        limits: DeliveryLimits
    ) {
        self.loop = loop
        self.gate = gate
        self.promises = promises
        self.limits = limits
        self.responses = MediaResponses(promises, limits)
        shelf.onSnapshot = { [weak self] stream, snapshot in self?.take(snapshot, of: stream) }
    }

    // MARK: - Requests

    /// Nil when the request waits.
    func answer(
        _ request: borrowing HTTPRequest, pass: ArraySlice<UInt8>, path: ArraySlice<UInt8>,
        _ responder: HTTPResponder
    ) -> HTTPResponse? {
        self.loop.assertIsOnLoop()
        let streamName: String
        switch self.gate.admit(pass, on: self.loop) {
        case .refused(let problem): return problem.mediaResponse(for: request)
        case .admitted(let stream): streamName = stream
        }
        guard let name = MediaName(path) else { return HTTPProblem.notFound.mediaResponse(for: request) }
        guard let stream = self.streams[streamName] else { return HTTPProblem.notLiveYet.mediaResponse(for: request) }
        switch self.decide(name, stream, request) {
        case .answer(let response): return response
        case .problem(let problem): return problem.mediaResponse(for: request)
        case .wait(let reason, let wantsDelta):
            guard self.waiters.count < self.limits.waiterCountMax else {
                return HTTPProblem.tooManyWaiting.mediaResponse(for: request)
            }
            self.wait(
                WaitingRoom.Waiter(
                    responder: responder, pass: Array(pass), asksForGzip: request.acceptsGzip,
                    wantsDelta: wantsDelta, since: self.loop.now), reason, in: stream)
            return nil
        }
    }

    private enum Decision {
        case answer(HTTPResponse)
        case problem(HTTPProblem)
        case wait(WaitingRoom.Reason, wantsDelta: Bool)
    }

    private func decide(_ name: MediaName, _ stream: ServedStream, _ request: borrowing HTTPRequest) -> Decision {
        switch name {
        case .multivariant(let form):
            let asksForGzip = request.acceptsGzip
            let answer = stream.multivariantAnswer(form, asksForGzip: asksForGzip)
            return answer.map { .answer($0) } ?? .wait(.beginning(name), wantsDelta: false)
        case .playlist(let id, let form):
            guard let playlist = stream.playlist(of: id, form) else { return .problem(.notFound) }
            return self.decide(name, playlist, stream, request)
        case .key, .initialisation, .segment, .part:
            switch stream.find(name) {
            case .answer(let response): return .answer(response)
            case .comesNext:
                guard case .part(let id, let sequence, let part) = name else { return .problem(.notFound) }
                return .wait(.part(id, PartPosition(sequence: sequence, part: part)), wantsDelta: false)
            case .gone: return .problem(.mediaGone)
            case .nothing: return .problem(.notFound)
            }
        }
    }

    private func decide(
        _ name: MediaName, _ playlist: MediaPlaylist, _ stream: ServedStream, _ request: borrowing HTTPRequest
    ) -> Decision {
        let directives = request.query.map(PlaylistRequest.init(query:)) ?? PlaylistRequest()
        switch directives.decide(for: playlist) {
        case .answer(let isDelta):
            return .answer(
                stream.answer(
                    with: playlist, isDelta: isDelta, asksForGzip: request.acceptsGzip,
                    hasWaited: directives.sequence != .absent))
        case .wait(let wait, let isDelta): return .wait(.playlist(playlist.id, wait), wantsDelta: isDelta)
        case .refuse(let refusal):
            return .problem(
                HTTPProblem(
                    .badRequest, code: "playlist-directive-invalid", detail: refusal.explanation.description))
        case .notReady: return .wait(.beginning(name), wantsDelta: false)
        }
    }

    // MARK: - Waiting

    private func wait(_ waiter: WaitingRoom.Waiter, _ reason: WaitingRoom.Reason, in stream: ServedStream) {
        let number = stream.room.add(waiter, reason)
        waiter.responder.whenCancelled { stream.room.remove(number, reason) }
        self.scheduleSweep()
    }

    /// A new snapshot: answers those who waited for what is in it.
    private func take(_ snapshot: StreamSnapshot?, of name: String) {
        guard let snapshot else {
            guard let stream = self.streams.removeValue(forKey: name) else { return }
            for reason in stream.room.reasons { self.refuse(stream.room.take(reason), .streamEnded) }
            return
        }
        guard let stream = self.streams[name] else {
            self.streams[name] = ServedStream(
                snapshot, self.promises, self.responses, WaitingRoom(count: self.waiters))
            return
        }
        stream.take(snapshot)
        for reason in stream.room.reasons { self.release(reason, in: stream) }
    }

    private func release(_ reason: WaitingRoom.Reason, in stream: ServedStream) {
        switch reason {
        case .playlist(let id, let wait):
            guard let playlist = stream.playlist(of: id, .lowLatency) else { return }
            guard wait.isOver(at: PlaylistEdge(playlist.snapshot), hasEnded: playlist.hasEnded) else { return }
            self.answer(stream.room.take(reason)) { waiter in
                stream.answer(
                    with: playlist, isDelta: waiter.wantsDelta, asksForGzip: waiter.asksForGzip, hasWaited: true)
            }
        case .part(let id, let position):
            switch stream.find(.part(id, sequence: position.sequence, part: position.part)) {
            case .comesNext: return
            case .answer(let response): self.answer(stream.room.take(reason)) { _ in response }
            case .gone, .nothing: self.refuse(stream.room.take(reason), .partAbandoned)
            }
        case .beginning(.multivariant(let form)):
            guard stream.multivariantAnswer(form, asksForGzip: false) != nil else { return }
            self.answer(stream.room.take(reason)) { waiter in
                stream.multivariantAnswer(form, asksForGzip: waiter.asksForGzip)
            }
        case .beginning(.playlist(let id, let form)):
            guard let playlist = stream.playlist(of: id, form), playlist.isReady else { return }
            self.answer(stream.room.take(reason)) { waiter in
                stream.answer(with: playlist, isDelta: false, asksForGzip: waiter.asksForGzip, hasWaited: false)
            }
        case .beginning: self.refuse(stream.room.take(reason), .notFound)
        }
    }

    /// Each shows its pass again: it may have been taken back while it waited.
    private func answer(_ waiters: [WaitingRoom.Waiter], with response: (WaitingRoom.Waiter) -> HTTPResponse?) {
        for waiter in waiters {
            switch self.gate.admit(waiter.pass[...], on: self.loop) {
            case .admitted: waiter.responder.respond(response(waiter) ?? HTTPProblem.notReady.laterMediaResponse)
            case .refused(let problem): waiter.responder.respond(problem.laterMediaResponse)
            }
        }
    }

    private func refuse(_ waiters: [WaitingRoom.Waiter], _ problem: HTTPProblem) {
        guard !waiters.isEmpty else { return }
        let response = problem.laterMediaResponse
        for waiter in waiters { waiter.responder.respond(response) }
    }

    // MARK: - Those who have waited too long

    private func scheduleSweep() {
        guard !self.isSweepScheduled else { return }
        self.isSweepScheduled = true
        _ = self.loop.schedule(at: self.loop.now + self.limits.sweepTime) { [weak self] in self?.sweep() }
    }

    private func sweep() {
        self.isSweepScheduled = false
        let moment = self.loop.now + .nanoseconds(-self.promises.blockedTimeMax.nanoseconds)
        for stream in self.streams.values {
            for (reason, waiter) in stream.room.takeThose(before: moment) {
                switch reason {
                case .playlist, .part: self.refuse([waiter], .blockedTooLong)
                case .beginning: self.refuse([waiter], .notReady)
                }
            }
        }
        if self.waiters.count > 0 { self.scheduleSweep() }
    }
}
