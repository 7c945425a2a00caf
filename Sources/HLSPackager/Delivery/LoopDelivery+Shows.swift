internal import HTTPServer
internal import Primitives
internal import Reactor

/// What of a stream is open, by how far its show is and by what somebody may have of it.
extension LoopDelivery {
    func setPhase(_ phase: ShowPhase?, of stream: String) {
        self.loop.assertIsOnLoop()
        self.phases[stream] = phase
    }

    /// Whether a rendition's pictures are within a bound. One that nobody knows is for others to find missing.
    func admits(_ name: MediaName, of stream: String, heightMax: Int) -> Bool {
        guard let id = name.rendition else { return true }
        if let admits = self.streams[stream]?.snapshot.admits(id, heightMax: heightMax) { return admits }
        guard case .found(let admits)? = self.recordings?.admits(name, heightMax: heightMax, of: stream) else {
            return true
        }
        return admits
    }

    /// Why nothing recorded is served; nil when it is.
    ///
    /// - Parameter form: Of a playlist; nil for media.
    func closed(_ form: PlaylistForm?, of stream: String, _ quality: PlaybackQuality) -> HTTPProblem? {
        switch self.phases[stream] {
        case nil: nil
        case .live?: form == .recording ? .notRecorded : nil
        case .ended(let replayUntil)?:
            if let replayUntil, replayUntil > .now { quality.hasReplay ? nil : .replayNotIncluded } else { .showOver }
        }
    }

    /// What whoever opens a show is given that has ended: its recording. Nil while it goes on, and where nothing is
    /// recorded yet and the end of it can still be seen.
    func replay(
        in recordings: Recordings, of stream: String, _ quality: PlaybackQuality, _ request: borrowing HTTPRequest
    ) -> HTTPResponse? {
        guard case .ended? = self.phases[stream] else { return nil }
        if let problem = self.closed(.recording, of: stream, quality) { return problem.mediaResponse(for: request) }
        let found = recordings.multivariant(.recording, of: stream, heightMax: quality.heightMax)
        if case .absent = found, self.streams[stream] != nil { return nil }
        return self.response(to: found, mayCome: false, request)
    }

    /// What is said of a stream of which there is nothing.
    func absent(_ stream: String) -> HTTPProblem {
        if case .ended? = self.phases[stream] { .showOver } else { .notLiveYet }
    }
}

extension HTTPProblem {
    static let showOver = HTTPProblem(.gone, code: "show-over", detail: "This show is over.")
    static let qualityNotIncluded = HTTPProblem(
        .forbidden, code: "quality-not-included", detail: "The ticket is not for this picture quality.")
    static let replayNotIncluded = HTTPProblem(
        .forbidden, code: "replay-not-included", detail: "The show is over, and the ticket is not for its recording.")
    static let notRecorded = HTTPProblem(
        .notFound, code: "not-recorded", detail: "Nothing was recorded of this stream, or it is not kept any more.")
}
