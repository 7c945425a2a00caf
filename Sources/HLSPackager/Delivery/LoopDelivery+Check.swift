internal import HTTPServer
internal import Reactor

/// What a cache in front of Podo asks before it gives out what it has.
extension LoopDelivery {
    private static let streamField = HTTPFieldName("podo-stream")
    /// In what a cache fetches after it has asked: those media were counted. Whoever says so himself and has not asked
    /// is counted now.
    static let checkedField = HTTPFieldName("podo-checked")

    /// Answers for a name what the gate says: 204 with the name of the stream that the pass opens, by which a cache can
    /// keep media for all who may have them; or what the media would be refused with. Whether there is anything of that
    /// name is told when it is fetched.
    func check(
        _ request: borrowing HTTPRequest, pass: ArraySlice<UInt8>, path: ArraySlice<UInt8>
    ) -> HTTPResponse {
        self.loop.assertIsOnLoop()
        let name = MediaName(path)
        var use = self.use(of: name)
        if case .media(let time) = use { use = .checked(time) }
        switch self.gate.admit(pass, for: use, from: request.peer, on: self.loop) {
        case .refused(let problem):
            self.metrics.requested(.refused, loop: self.loop.index)
            return problem.mediaResponse(for: request)
        case .admitted(let stream, let quality):
            let opened = self.open(stream, quality)
            if let problem = self.hidden(opened) { return problem.mediaResponse(for: request) }
            if let name, let heightMax = quality.heightMax, !self.admits(name, of: opened, heightMax: heightMax) {
                return HTTPProblem.qualityNotIncluded.mediaResponse(for: request)
            }
            if let name, let problem = self.closedMedia(name, of: opened) {
                return problem.mediaResponse(for: request)
            }
            self.metrics.requested(.checked, loop: self.loop.index)
            var response = HTTPResponse(.noContent)
            // An error cannot come: names of streams are of letters, digits and hyphens. Without it nothing is kept.
            try? response.fields.append(Self.streamField, checking: stream + quality.cacheMark)
            response.fields.append(.cacheControl, "no-store")
            return response
        }
    }

    /// Why media that a cache may still have are not given out any more, or not to this ticket: the show is over, and
    /// they are not of what can still be seen of its end.
    private func closedMedia(_ name: MediaName, of opened: OpenedStream) -> HTTPProblem? {
        guard let problem = self.closed(nil, of: opened) else { return nil }
        if let live = opened.live, case .answer = live.find(name) { return nil }
        return problem
    }
}

extension PlaybackQuality {
    /// Behind the name of a stream, so that a cache keeps what tickets of one kind are given apart from all others.
    fileprivate var cacheMark: String {
        (self.heightMax.map { "-\($0)p" } ?? "") + (self.hasReplay ? "" : "-live")
            + (self.isPreview ? "-preview" : "")
    }
}
