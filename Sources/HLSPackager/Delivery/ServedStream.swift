internal import HTTPServer
internal import Primitives

/// One stream as one loop serves it: its own copy of the latest snapshot, and the answers that were made from it.
final class ServedStream {
    private let promises: PlaylistPromises
    private let responses: MediaResponses
    private(set) var snapshot: StreamSnapshot
    /// What playlists say at this moment: many requests are decided by it.
    @exclusivity(unchecked) private var readings: [PlaylistRendering.Key: MediaPlaylist] = [:]
    @exclusivity(unchecked) private var playlists: [PlaylistKey: HTTPResponse] = [:]
    /// Answers with media, each as long as the snapshot has what is in it.
    @exclusivity(unchecked) private var media: [MediaName: HTTPResponse] = [:]
    @exclusivity(unchecked) var room = WaitingRoom()
    /// How far its show is: here as well, so that a request for what is live asks for it nowhere else.
    @exclusivity(unchecked) var phase: ShowPhase?

    private struct PlaylistKey: Hashable {
        var rendering: PlaylistRendering.Key
        var asksForGzip: Bool
        var hasWaited: Bool
    }

    init(_ snapshot: StreamSnapshot, _ promises: PlaylistPromises, _ responses: MediaResponses) {
        self.snapshot = snapshot
        self.promises = promises
        self.responses = responses
    }

    func take(_ snapshot: StreamSnapshot) {
        self.snapshot = snapshot
        self.readings.removeAll(keepingCapacity: true)
        self.playlists.removeAll(keepingCapacity: true)
        guard !self.media.isEmpty else { return }
        // Held answers hold the memory of their segments.
        var kept: [RenditionID: (sequences: Set<Int>, initialisations: [Int])] = [:]
        for rendition in snapshot.renditions { kept[rendition.id] = rendition.snapshot.kept }
        self.media = self.media.filter { name, _ in
            switch name {
            case .multivariant, .playlist, .poster: false
            case .key(let number): snapshot.keys.contains { $0.number == number }
            case .initialisation(let id, let number): kept[id]?.initialisations.contains(number) == true
            case .segment(let id, let sequence, _), .part(let id, let sequence, _):
                kept[id]?.sequences.contains(sequence) == true
            }
        }
    }

    // MARK: - Playlists

    /// False where there is nothing to wait for: what is kept in memory is no recording, and a stream whose first whole
    /// segment is not there as MPEG-TS is of codecs that MPEG-TS does not carry.
    func mayHave(_ form: PlaylistForm) -> Bool {
        let renditions = self.snapshot.renditions
        return form.isOfWindow
            && (renditions.isEmpty || renditions.contains { $0.snapshot.mayHave(form.container) })
    }

    /// The same of one rendition.
    func mayHave(_ form: PlaylistForm, in id: RenditionID) -> Bool {
        form.isOfWindow && self.snapshot[id]?.snapshot.mayHave(form.container) == true
    }

    /// A stream that has only begun may come to have any rendition.
    func mayHave(_ id: RenditionID) -> Bool { self.snapshot.renditions.isEmpty || self.snapshot[id] != nil }

    /// Nil where there is no such rendition, or not in this form.
    func playlist(of id: RenditionID, _ form: PlaylistForm) -> MediaPlaylist? {
        let key = PlaylistRendering.Key(rendition: id, form: form)
        if let known = self.readings[key] { return known }
        guard let playlist = self.snapshot.mediaPlaylist(of: id, form, self.promises) else { return nil }
        self.readings[key] = playlist
        return playlist
    }

    /// Whether there is not enough in the playlist with parts for a player that makes nothing of them.
    func isForPartsOnly(_ id: RenditionID) -> Bool {
        self.playlist(of: id, .lowLatency).map { $0.hasParts && !$0.isReadyWithoutParts } ?? false
    }

    /// What was answered since the last snapshot to a request without directives: it is the answer to the next as well.
    func knownAnswer(of id: RenditionID, _ form: PlaylistForm, asksForGzip: Bool) -> HTTPResponse? {
        let rendering = PlaylistRendering.Key(rendition: id, form: form)
        return self.playlists[PlaylistKey(rendering: rendering, asksForGzip: asksForGzip, hasWaited: false)]
    }

    func answer(
        with playlist: MediaPlaylist, isDelta: Bool, asksForGzip: Bool, hasWaited: Bool
    ) -> HTTPResponse {
        let rendering = PlaylistRendering.Key(rendition: playlist.id, form: playlist.form, isDelta: isDelta)
        let key = PlaylistKey(rendering: rendering, asksForGzip: asksForGzip, hasWaited: hasWaited)
        return self.answer(key) { isDelta ? playlist.renderDelta() ?? playlist.render() : playlist.render() }
    }

    /// Nil as long as there is too little to choose from.
    func multivariantAnswer(
        _ form: PlaylistForm, _ quality: PlaybackQuality, asksForGzip: Bool
    ) -> HTTPResponse? {
        let heightMax = quality.heightMax.flatMap { self.snapshot.cap($0) }
        let key = PlaylistKey(
            rendering: PlaylistRendering.Key(rendition: nil, form: form, heightMax: heightMax),
            asksForGzip: asksForGzip, hasWaited: false)
        if let known = self.playlists[key] { return known }
        guard let playlist = self.snapshot.multivariantPlaylist(form, self.promises, heightMax: heightMax) else {
            return nil
        }
        return self.answer(key) { playlist.render() }
    }

    private func answer(_ key: PlaylistKey, _ render: () -> [UInt8]) -> HTTPResponse {
        if let known = self.playlists[key] { return known }
        let rendered = self.snapshot.rendering.playlist(key.rendering, render)
        let response = self.responses.playlist(rendered, asksForGzip: key.asksForGzip, hasWaited: key.hasWaited)
        self.playlists[key] = response
        return response
    }

    // MARK: - Media

    enum Found {
        case answer(HTTPResponse)
        /// A playlist has hinted at it: it comes next, unless its segment ends before.
        case comesNext
        /// It was there, and is too old.
        case gone
        case nothing
    }

    func find(_ name: MediaName) -> Found {
        if let known = self.media[name] { return .answer(known) }
        let made: HTTPResponse
        switch self.make(name) {
        case .answer(let response): made = response
        case let other: return other
        }
        self.media[name] = made
        return .answer(made)
    }

    private func make(_ name: MediaName) -> Found {
        switch name {
        case .multivariant, .playlist, .poster: return .nothing
        case .key(let number):
            guard let key = self.snapshot.keys.first(where: { $0.number == number }) else {
                return number < self.snapshot.keys.first?.number ?? 0 ? .gone : .nothing
            }
            return .answer(self.responses.key(SharedBytes(key.bytes.unsafeBytes, of: key.bytes)))
        case .initialisation(let id, let number):
            guard let all = self.snapshot[id]?.snapshot.initialisations else { return .nothing }
            guard let section = all.first(where: { $0.number == number }) else {
                return number < (all.first?.number ?? 0) ? .gone : .nothing
            }
            return .answer(self.responses.initialisation(section))
        case .segment(let id, let sequence, let container):
            guard let rendition = self.snapshot[id]?.snapshot else { return .nothing }
            guard let segment = rendition.segment(sequence) else { return rendition.absence(of: sequence) }
            let arena = container == .transportStream ? segment.transportStream : segment.arena
            // A segment that still grows has no name yet.
            guard segment.isComplete, rendition.mayHave(container) else { return .nothing }
            guard let arena, segment.has(container) else { return .answer(self.responses.gap(sequence, container)) }
            let isWhole = container == .transportStream || segment.encryption != nil
            let count = isWhole ? arena.count : segment.parts.last?.range.upperBound ?? 0
            return .answer(
                self.responses.media(
                    container.segmentType, .shared(arena.slice(0..<count)), tag: segment.tag(sequence, count)))
        case .part(let id, let sequence, let part):
            // Of encrypted segments nothing is served but the whole.
            guard let rendition = self.snapshot[id]?.snapshot, self.promises.hasParts else { return .nothing }
            let segment = rendition.segment(sequence)
            if let segment, segment.parts.indices.contains(part) {
                let range = segment.parts[part].range
                return .answer(
                    self.responses.media(
                        "video/iso.segment", .shared(segment.arena.slice(range)),
                        tag: segment.tag(sequence, range.lowerBound) + "-\(range.count)"))
            }
            let isNext = PlaylistEdge(rendition).nextPart == PartPosition(sequence: sequence, part: part)
            if isNext, !rendition.hasEnded, !rendition.isInterrupted { return .comesNext }
            return segment == nil ? rendition.absence(of: sequence) : .nothing
        }
    }
}

extension RenditionSnapshot {
    /// Whether it is still listed, or only kept.
    fileprivate func segment(_ sequence: Int) -> Segment? {
        self.segments.first { $0.sequence == sequence } ?? self.removedSegments.first { $0.sequence == sequence }
    }

    /// What is not here was here, if others that came later are.
    fileprivate func absence(of sequence: Int) -> ServedStream.Found {
        sequence < self.segments.first?.sequence ?? self.nextSequence ? .gone : .nothing
    }

    fileprivate var kept: (sequences: Set<Int>, initialisations: [Int]) {
        var sequences = Set<Int>(minimumCapacity: self.segments.count + self.removedSegments.count)
        for segment in self.removedSegments { sequences.insert(segment.sequence) }
        for segment in self.segments { sequences.insert(segment.sequence) }
        return (sequences, self.initialisations.map(\.number))
    }

    fileprivate func mayHave(_ container: MediaContainer) -> Bool {
        self.has(container) || !self.segments.contains { $0.isComplete && !$0.parts.isEmpty }
    }
}

extension RenditionSnapshot.Segment {
    /// The beginning tells it from a segment of another server that counted alike.
    fileprivate func tag(_ sequence: Int, _ number: Int) -> String {
        "\(sequence)-\(String(self.startsAt.unixMilliseconds, radix: 36))-\(number)"
    }
}

extension PlaylistForm {
    /// Shows what is kept in memory, and not everything since the beginning.
    fileprivate var isOfWindow: Bool {
        switch self {
        case .lowLatency, .plain, .transportStream: true
        case .event, .recording: false
        }
    }
}
