internal import HTTPServer
internal import Primitives
internal import Reactor

/// What of a stream is open, by how far its show is and by what somebody may have of it.
extension LoopDelivery {
    func setPhase(_ phase: ShowPhase?, of stream: String) {
        self.loop.assertIsOnLoop()
        self.phases[stream] = phase
        guard let served = self.streams[stream] else { return }
        served.phase = phase
        if phase == nil { self.refuseHidden(stream, served) }
    }

    func open(_ stream: String, _ quality: PlaybackQuality) -> OpenedStream {
        if let live = self.streams[stream] {
            return OpenedStream(name: stream, quality: quality, live: live, phase: live.phase)
        }
        return OpenedStream(name: stream, quality: quality, live: nil, phase: self.phases[stream])
    }

    /// Why nothing of a stream is served; nil when something is. A show that has not begun is its makers' alone, and so
    /// is one of which nobody knows how far it is.
    func hidden(_ opened: OpenedStream) -> HTTPProblem? {
        guard !opened.quality.isPreview, opened.phase == nil, self.isShow(opened.name) else { return nil }
        return self.notBegun
    }

    /// As long as it is not known which shows have begun, players are to try again: they give up on a 404.
    private var notBegun: HTTPProblem { self.knowsShows ? .notLiveYet : .showsNotKnown }

    /// Who waits for a show that is none any more is not given the rest of it.
    private func refuseHidden(_ name: String, _ stream: ServedStream) {
        let waiters = stream.room.takeThose { waiter in
            guard case .admitted(_, let quality) = self.admitAgain(waiter) else { return true }
            return self.hidden(OpenedStream(name: name, quality: quality, live: stream, phase: stream.phase)) != nil
        }
        self.sendAway(waiters, .notLiveYet, .refused)
    }

    /// Whether a rendition's pictures are within a bound. One that nobody knows is for others to find missing.
    func admits(_ name: MediaName, of opened: OpenedStream, heightMax: Int) -> Bool {
        guard let id = name.rendition else { return true }
        if let admits = opened.live?.snapshot.admits(id, heightMax: heightMax) { return admits }
        let since = opened.phase?.since
        guard
            case .found(let admits)? = self.recordings?.admits(
                name, heightMax: heightMax, of: opened.name, since: since)
        else { return true }
        return admits
    }

    /// Why nothing recorded is served; nil when it is.
    ///
    /// - Parameter form: Of a playlist; nil for media.
    func closed(_ form: PlaylistForm?, of opened: OpenedStream) -> HTTPProblem? {
        switch opened.phase {
        case nil: nil
        case .ended? where opened.quality.isPreview: nil
        case .live?: form == .recording ? .notRecorded : nil
        case .ended(_, let replayUntil)?:
            if let replayUntil, replayUntil > .now {
                opened.quality.hasReplay ? nil : .replayNotIncluded
            } else {
                .showOver
            }
        }
    }

    /// What whoever opens a show is given that has ended: its recording. Nil while it goes on, and where that is not
    /// finished yet and the end of the stream can still be seen.
    func replay(
        in recordings: Recordings, of opened: OpenedStream, _ request: borrowing HTTPRequest
    ) -> HTTPResponse? {
        guard case .ended(let since, _)? = opened.phase else { return nil }
        if let problem = self.closed(.recording, of: opened) { return problem.mediaResponse(for: request) }
        let found = recordings.multivariant(
            .recording, of: opened.name, since: since, heightMax: opened.quality.heightMax)
        switch found {
        case .absent, .unfinished: if opened.live != nil { return nil }
        case .found, .loading: break
        }
        return self.response(to: found, mayCome: false, request)
    }

    /// What is said of a stream of which there is nothing.
    func absent(_ opened: OpenedStream) -> HTTPProblem {
        switch opened.phase {
        case nil: self.isShow(opened.name) ? self.notBegun : .notLiveYet
        case .live?: .interrupted
        case .ended?: .showOver
        }
    }
}

extension HTTPProblem {
    static let interrupted = comeBack(
        "interrupted", "The show goes on, but nothing of it comes here at the moment. Try again.")
    /// What the gate says when it does not know enough, for players and people alike.
    static let showsNotKnown = comeBack(
        "gate-closed", "It cannot be known at the moment what may be watched. Try again.")
    static let showOver = HTTPProblem(.gone, code: "show-over", detail: "This show is over.")
    static let qualityNotIncluded = HTTPProblem(
        .forbidden, code: "quality-not-included", detail: "The ticket is not for this picture quality.")
    static let replayNotIncluded = HTTPProblem(
        .forbidden, code: "replay-not-included", detail: "The show is over, and the ticket is not for its recording.")
    static let notRecorded = HTTPProblem(
        .notFound, code: "not-recorded", detail: "Nothing was recorded of this stream, or it is not kept any more.")
}
