internal import HTTPServer
internal import Primitives
internal import Reactor

/// Everything that is served on one loop. On the way of a request for what is live there is nothing that other loops
/// count, and no lock but that of a playlist which nobody on this loop has asked for since the last part.
final class LoopDelivery: @unchecked Sendable {
    // SAFETY: touched on `loop` only, which `assertIsOnLoop` checks at the entry points.
    let loop: EventLoop
    let gate: any PlaybackGate
    let limits: DeliveryLimits
    let metrics: HLSMetrics
    let waitTimeMax: TimeAmount
    private let promises: PlaylistPromises
    let responses: MediaResponses
    /// What comes from the disk, if anything is recorded.
    let recordings: Recordings?
    /// Small pictures of what streams show, if they are made.
    private let posters: Posters?
    let isShow: @Sendable (_ stream: String) -> Bool
    @exclusivity(unchecked) var streams: [String: ServedStream] = [:]
    /// How far shows are that have begun.
    @exclusivity(unchecked) var phases: [String: ShowPhase] = [:]
    /// Whether that is all that there are: before it is, nobody knows of a show that it has not begun.
    var knowsShows: Bool
    /// Requests that wait, of all streams.
    @exclusivity(unchecked) var waiterCount = 0
    /// The same by whose passes they have.
    @exclusivity(unchecked) var holderWaiterCounts: [Int64: Int] = [:]
    var isSweepScheduled = false
    /// Those of these holders who wait are asked for their passes soon.
    @exclusivity(unchecked) var reviewedHolders: Set<Int64> = []
    var isReviewScheduled = false
    /// Nobody is let in to wait any more.
    private var isEnding = false
    private let waiting: WaitingCounts

    init(
        shelf: SnapshotShelf, loop: EventLoop, gate: any PlaybackGate, promises: PlaylistPromises,
        limits: DeliveryLimits, recordings: Recordings?, posters: Posters?,
        isShow: @escaping @Sendable (_ stream: String) -> Bool, knowsShows: Bool, metrics: HLSMetrics,
        waiting: WaitingCounts
    ) {
        self.loop = loop
        self.gate = gate
        self.promises = promises
        self.limits = limits
        self.metrics = metrics
        self.waiting = waiting
        self.waitTimeMax = limits.waitTimeMax ?? promises.blockedTimeMax
        self.responses = MediaResponses(promises, limits)
        self.recordings = recordings
        self.posters = posters
        self.isShow = isShow
        self.knowsShows = knowsShows
        shelf.onSnapshot = { [weak self] stream, snapshot in self?.take(snapshot, of: stream) }
    }

    // MARK: - Requests

    /// Nil when the request waits.
    func answer(
        _ request: borrowing HTTPRequest, pass: ArraySlice<UInt8>, path: ArraySlice<UInt8>,
        _ responder: HTTPResponder
    ) -> HTTPResponse? {
        self.loop.assertIsOnLoop()
        let name = MediaName(path)
        let opened: OpenedStream
        switch self.gate.admit(pass, for: self.use(of: name, in: request), from: request.peer, on: self.loop) {
        case .refused(let problem):
            self.metrics.requested(.refused, loop: self.loop.index)
            return problem.mediaResponse(for: request)
        case .admitted(let stream, let quality): opened = self.open(stream, quality)
        }
        let directives = request.query.map(PlaylistRequest.init(query:)) ?? PlaylistRequest()
        self.metrics.requested(HLSMetrics.RequestKind(name, directives), loop: self.loop.index)
        guard let name else { return HTTPProblem.notFound.mediaResponse(for: request) }
        if let problem = self.hidden(opened) { return problem.mediaResponse(for: request) }
        if case .poster = name { return self.poster(of: opened.name, request) }
        if let heightMax = opened.quality.heightMax, !self.admits(name, of: opened, heightMax: heightMax) {
            return HTTPProblem.qualityNotIncluded.mediaResponse(for: request)
        }
        let recorded = self.recorded(name, of: opened, request)
        if let recorded { return recorded }
        guard let stream = opened.live else { return self.absent(opened).mediaResponse(for: request) }
        switch self.decide(name, directives, stream, opened.quality, request) {
        case .answer(let response): return response
        case .problem(let problem): return problem.mediaResponse(for: request)
        case .wait(let reason, let wantsDelta):
            guard !self.isEnding else { return HTTPProblem.serverEnds.mediaResponse(for: request) }
            let holder = self.gate.holder(of: pass, on: self.loop)
            guard self.waiterCount < self.limits.waiterCountMax, self.hasRoom(for: holder) else {
                self.metrics.ended(.tooMany, 1, loop: self.loop.index)
                return HTTPProblem.tooManyWaiting.mediaResponse(for: request)
            }
            self.wait(
                WaitingRoom.Waiter(
                    responder: responder, pass: Array(pass), asksForGzip: request.acceptsGzip,
                    wantsDelta: wantsDelta, since: self.loop.now, holder: holder), reason, in: stream)
            return nil
        }
    }

    /// What the gate is asked for. How long media last is what the stream promises: what they really do is known only
    /// behind the gate.
    func use(of name: MediaName?) -> PlaybackUse {
        switch name {
        case .multivariant, .playlist: return .playlist
        case .segment(let id, _, _): return .media(self.cost(of: id, self.promises.segmentTime))
        case .part(let id, _, _): return .media(self.cost(of: id, self.promises.partTarget))
        case .key, .poster, .initialisation, nil: return .other
        }
    }

    /// The same for a request, which a cache may have made that has asked before.
    private func use(of name: MediaName?, in request: borrowing HTTPRequest) -> PlaybackUse {
        let use = self.use(of: name)
        guard case .media(let time) = use, request.fields.contains(Self.checkedField) else { return use }
        return .fetched(time)
    }

    /// Sound that is apart comes beside a picture that was counted already.
    private func cost(of id: RenditionID, _ time: TimeAmount) -> TimeAmount {
        id.isAudio ? .nanoseconds(time.nanoseconds / 4) : time
    }

    func stopWaiting() {
        self.isEnding = true
        for stream in self.streams.values {
            for reason in stream.room.reasons { self.refuse(self.leave(reason, in: stream), .serverEnds, .ended) }
        }
    }

    private func poster(of stream: String, _ request: borrowing HTTPRequest) -> HTTPResponse {
        guard let posters = self.posters, let poster = posters.look(at: stream) else {
            return HTTPProblem.noPoster.mediaResponse(for: request)
        }
        return self.responses.poster(poster, interval: posters.interval)
    }

    private enum Decision {
        case answer(HTTPResponse)
        case problem(HTTPProblem)
        case wait(WaitingRoom.Reason, wantsDelta: Bool)
    }

    private func decide(
        _ name: MediaName, _ directives: PlaylistRequest, _ stream: ServedStream, _ quality: PlaybackQuality,
        _ request: borrowing HTTPRequest
    ) -> Decision {
        switch name {
        case .multivariant(let form):
            guard stream.mayHave(form) else { return .problem(.notFound) }
            let answer = stream.multivariantAnswer(form, quality, asksForGzip: request.acceptsGzip)
            return answer.map { .answer($0) } ?? .wait(.beginning(name), wantsDelta: false)
        case .playlist(let id, let form):
            if directives == PlaylistRequest() {
                if form == .lowLatency, request.asksWithoutLowLatency, stream.isForPartsOnly(id) {
                    return .wait(.beginningWithoutParts(id), wantsDelta: false)
                }
                if let known = stream.knownAnswer(of: id, form, asksForGzip: request.acceptsGzip) {
                    return .answer(known)
                }
            }
            guard stream.mayHave(form, in: id) else { return .problem(.notFound) }
            guard let playlist = stream.playlist(of: id, form) else {
                return .wait(.beginning(name), wantsDelta: false)
            }
            return self.decide(name, playlist, directives, stream, asksForGzip: request.acceptsGzip)
        case .key, .poster, .initialisation, .segment, .part:
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
        _ name: MediaName, _ playlist: MediaPlaylist, _ directives: PlaylistRequest, _ stream: ServedStream,
        asksForGzip: Bool
    ) -> Decision {
        switch directives.decide(for: playlist) {
        case .answer(let isDelta):
            let isBlocking = playlist.hasParts && !playlist.hasEnded && directives.sequence != .absent
            return .answer(
                stream.answer(with: playlist, isDelta: isDelta, asksForGzip: asksForGzip, hasWaited: isBlocking))
        case .wait(let wait, let isDelta): return .wait(.playlist(playlist.id, wait), wantsDelta: isDelta)
        case .refuse(let refusal):
            return .problem(
                HTTPProblem(
                    .badRequest, code: "playlist-directive-invalid", detail: refusal.explanation.description))
        case .notReady: return .wait(.beginning(name), wantsDelta: false)
        }
    }

    // MARK: - Snapshots

    /// A new snapshot: answers those who waited for what is in it.
    private func take(_ snapshot: StreamSnapshot?, of name: String) {
        guard let snapshot else {
            self.waiting.note(nil, of: name, loop: self.loop.index)
            guard let stream = self.streams.removeValue(forKey: name) else { return }
            for reason in stream.room.reasons {
                self.refuse(self.leave(reason, in: stream), .streamEnded, .ended)
            }
            return
        }
        guard let stream = self.streams[name] else {
            let served = ServedStream(snapshot, self.promises, self.responses)
            served.phase = self.phases[name]
            self.streams[name] = served
            self.waiting.note(0, of: name, loop: self.loop.index)
            return
        }
        self.waiting.note(stream.room.count, of: name, loop: self.loop.index)
        stream.take(snapshot)
        for reason in stream.room.reasons { self.release(reason, in: stream) }
    }
}

extension HTTPRequest {
    /// Players that ask for ranges of playlists know nothing of parts: Chromium's own, and what is built on FFmpeg or
    /// VLC. Chromium's ends for good when it has read all that is listed before it plays.
    fileprivate var asksWithoutLowLatency: Bool {
        self.fields.bytes(.range).map { MediaName.equals($0, "bytes=0-") } ?? false
    }
}
