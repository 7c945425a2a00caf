internal import HTTPServer
internal import Primitives
internal import Reactor

/// What of a stream is open, by how far its show is and by what somebody may have of it.
extension LoopDelivery {
    func setPhase(_ phase: ShowPhase?, of stream: String) {
        self.loop.assertIsOnLoop()
        self.phases[stream] = phase
        if phase == nil, let served = self.streams[stream] { self.refuseHidden(stream, served) }
    }

    /// Why nothing of a stream is served; nil when something is. A show that has not begun is its makers' alone, and so
    /// is one of which nobody knows how far it is.
    func hidden(_ stream: String, _ quality: PlaybackQuality) -> HTTPProblem? {
        guard !quality.isPreview, self.phases[stream] == nil, self.isShow(stream) else { return nil }
        return .notLiveYet
    }

    /// Who waits for a show that is none any more is not given the rest of it.
    private func refuseHidden(_ name: String, _ stream: ServedStream) {
        let waiters = stream.room.takeThose { waiter in
            guard case .admitted(_, let quality) = self.admitAgain(waiter) else { return true }
            return self.hidden(name, quality) != nil
        }
        self.sendAway(waiters, .notLiveYet, .refused)
    }

    /// Whether a rendition's pictures are within a bound. One that nobody knows is for others to find missing.
    func admits(_ name: MediaName, of stream: String, heightMax: Int) -> Bool {
        guard let id = name.rendition else { return true }
        if let admits = self.streams[stream]?.snapshot.admits(id, heightMax: heightMax) { return admits }
        let since = self.phases[stream]?.since
        guard
            case .found(let admits)? = self.recordings?.admits(name, heightMax: heightMax, of: stream, since: since)
        else { return true }
        return admits
    }

    /// Why nothing recorded is served; nil when it is.
    ///
    /// - Parameter form: Of a playlist; nil for media.
    func closed(_ form: PlaylistForm?, of stream: String, _ quality: PlaybackQuality) -> HTTPProblem? {
        switch self.phases[stream] {
        case nil: nil
        case .ended? where quality.isPreview: nil
        case .live?: form == .recording ? .notRecorded : nil
        case .ended(_, let replayUntil)?:
            if let replayUntil, replayUntil > .now { quality.hasReplay ? nil : .replayNotIncluded } else { .showOver }
        }
    }

    /// What whoever opens a show is given that has ended: its recording. Nil while it goes on, and where that is not
    /// finished yet and the end of the stream can still be seen.
    func replay(
        in recordings: Recordings, of stream: String, _ quality: PlaybackQuality, _ request: borrowing HTTPRequest
    ) -> HTTPResponse? {
        guard case .ended(let since, _)? = self.phases[stream] else { return nil }
        if let problem = self.closed(.recording, of: stream, quality) { return problem.mediaResponse(for: request) }
        let found = recordings.multivariant(.recording, of: stream, since: since, heightMax: quality.heightMax)
        switch found {
        case .absent, .unfinished: if self.streams[stream] != nil { return nil }
        case .found, .loading: break
        }
        return self.response(to: found, mayCome: false, request)
    }

    /// What is said of a stream of which there is nothing.
    func absent(_ stream: String) -> HTTPProblem {
        switch self.phases[stream] {
        case nil: .notLiveYet
        case .live?: .interrupted
        case .ended?: .showOver
        }
    }
}

extension HTTPProblem {
    static let interrupted = comeBack(
        "interrupted", "The show goes on, but nothing of it comes here at the moment. Try again.")
    static let showOver = HTTPProblem(.gone, code: "show-over", detail: "This show is over.")
    static let qualityNotIncluded = HTTPProblem(
        .forbidden, code: "quality-not-included", detail: "The ticket is not for this picture quality.")
    static let replayNotIncluded = HTTPProblem(
        .forbidden, code: "replay-not-included", detail: "The show is over, and the ticket is not for its recording.")
    static let notRecorded = HTTPProblem(
        .notFound, code: "not-recorded", detail: "Nothing was recorded of this stream, or it is not kept any more.")
}
