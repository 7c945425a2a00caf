internal import HTTPServer
internal import Primitives
internal import Reactor

extension LoopDelivery {
    /// The answer that comes from a recording; nil where it is the live stream's to answer. Nothing here waits for the
    /// disk: a show that has to be read first is asked for again in a second.
    func recorded(
        _ name: MediaName, of opened: OpenedStream, _ request: borrowing HTTPRequest
    ) -> HTTPResponse? {
        guard let recordings = self.recordings else { return nil }
        switch name {
        case .multivariant(let form):
            guard form.isRecorded else { return self.replay(in: recordings, of: opened, request) }
            if let problem = self.closed(form, of: opened) { return problem.mediaResponse(for: request) }
            let mayCome = form == .event && opened.live != nil
            let found = recordings.multivariant(
                form, of: opened.name, since: opened.phase?.since, heightMax: opened.quality.heightMax)
            return self.response(to: found, mayCome: mayCome, request)
        case .playlist(let id, let form):
            guard form.isRecorded else { return nil }
            if let problem = self.closed(form, of: opened) { return problem.mediaResponse(for: request) }
            let mayCome = form == .event && opened.live?.mayHave(id) == true
            let found = recordings.playlist(id, form, of: opened.name, since: opened.phase?.since)
            return self.response(to: found, mayCome: mayCome, request)
        case .segment(_, _, .fragmentedMP4), .initialisation:
            // The live stream has it in memory, and is asked without a lock.
            if let live = opened.live, case .answer(let response) = live.find(name) { return response }
            if let problem = self.closed(nil, of: opened) { return problem.mediaResponse(for: request) }
            let since = opened.phase?.since
            switch recordings.body(name, of: opened.name, since: since) {
            case .absent: return self.gap(name, in: recordings, of: opened.name, since: since)
            case .loading, .unfinished: return HTTPProblem.recordingIsRead.mediaResponse(for: request)
            case .found(let slice): return self.response(name, slice)
            }
        case .key(let number):
            if let live = opened.live, case .answer(let response) = live.find(name) { return response }
            if let problem = self.closed(nil, of: opened) { return problem.mediaResponse(for: request) }
            switch recordings.key(number, of: opened.name, since: opened.phase?.since) {
            case .absent: return nil
            case .loading, .unfinished: return HTTPProblem.recordingIsRead.mediaResponse(for: request)
            case .found(let key): return self.responses.key(SharedBytes(key))
            }
        case .segment, .part, .poster: return nil
        }
    }

    /// - Parameter mayCome: The show goes on, and what is not recorded yet will be.
    func response(
        to answer: RecordedAnswer<RenderedPlaylist>, mayCome: Bool, _ request: borrowing HTTPRequest
    ) -> HTTPResponse {
        switch answer {
        case .found(let playlist):
            return self.responses.playlist(playlist, asksForGzip: request.acceptsGzip, hasWaited: false)
        case .loading, .unfinished: return HTTPProblem.recordingIsRead.mediaResponse(for: request)
        case .absent: return (mayCome ? HTTPProblem.notReady : .notRecorded).mediaResponse(for: request)
        }
    }

    /// The answer for a segment that a recorded playlist marks as a gap; nil if it is none.
    private func gap(
        _ name: MediaName, in recordings: Recordings, of stream: String, since: WallClock?
    ) -> HTTPResponse? {
        guard case .segment(let id, let sequence, let container) = name,
            recordings.isGap(id, sequence: sequence, of: stream, since: since)
        else { return nil }
        return self.responses.gap(sequence, container)
    }

    private func response(_ name: MediaName, _ slice: FileSlice) -> HTTPResponse {
        let type: StaticString
        let number: Int
        switch name {
        case .initialisation(_, let initialisation): (type, number) = ("video/mp4", initialisation)
        case .segment(_, let sequence, _): (type, number) = ("video/iso.segment", sequence)
        case .multivariant, .playlist, .key, .poster, .part: (type, number) = ("application/octet-stream", 0)
        }
        // Where it lies in its file tells it from what another show has by that name.
        let tag = "r\(number)-\(String(slice.offset, radix: 36))-\(slice.count)"
        return self.responses.media(type, .file(slice), tag: tag)
    }
}

extension PlaylistForm {
    /// It is of a recording, not of the live window.
    fileprivate var isRecorded: Bool { self == .event || self == .recording }
}

extension HTTPProblem {
    fileprivate static let recordingIsRead = comeBack(
        "recording-is-read", "The recording is being read from the disk. Try again.")
}
