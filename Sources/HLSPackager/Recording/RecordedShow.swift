internal import MediaTypes
internal import Primitives
internal import Reactor
internal import Synchronization

/// A recorded show as those who serve it see it, from any thread: its playlists, and its segments where they lie in the
/// open file. Locked for as long as a look takes; nothing here reads the disk.
final class RecordedShow: Sendable {
    let media: OwnedDescriptor
    private let state: Mutex<State>

    init(_ index: ShowIndex, media: OwnedDescriptor) {
        self.media = media
        self.state = Mutex(State(index: index))
    }

    /// What it is made of at this moment.
    var index: ShowIndex { self.state.withLock { $0.index } }

    /// In memory, roughly: of a finished show the lines are in its index and in both playlists.
    var byteCount: Int { self.state.withLock { $0.index.byteCount * 3 } }

    /// What is on the disk now. False when it cannot be: then nothing was taken from there on.
    func apply(_ entries: [JournalEntry]) -> Bool {
        self.state.withLock { state in entries.allSatisfy { state.index.apply($0) } }
    }

    /// Whether the show stays within its bounds with these.
    func hasRoom(for entries: [JournalEntry]) -> Bool { self.state.withLock { $0.index.hasRoom(for: entries) } }

    /// Ended without its journal saying so: the disk would not take the line.
    func endAnyway() { self.state.withLock { _ = $0.index.apply(.end) } }

    func key(_ number: Int) -> [UInt8]? { self.state.withLock { $0.index.keys[number] } }

    // MARK: - Bodies

    func body(_ name: MediaName) -> FileSlice? {
        let found: RecordedMedia? = self.state.withLock { state in
            switch name {
            case .segment(let id, let sequence, .fragmentedMP4): state.index[id]?.media(sequence: sequence)
            case .initialisation(let id, let number): state.index[id]?.initialisations.first { $0.number == number }
            case .multivariant, .playlist, .key, .poster, .part, .segment: nil
            }
        }
        return found.map { FileSlice(file: self.media, offset: $0.offset, count: $0.count) }
    }

    /// The segment is listed and was lost.
    func isGap(_ id: RenditionID, sequence: Int) -> Bool {
        self.state.withLock { $0.index[id]?.isGap(sequence: sequence) == true }
    }

    // MARK: - Playlists

    /// Nil when there is not enough to begin with, or when the show has not ended and the form is of one that has.
    ///
    /// - Parameter wantedSince: What was asked for since then, the pool renders anew with each segment. Until it has,
    ///   the answer is without that segment: to write the list of hours takes too long for a loop.
    func playlist(
        _ id: RenditionID, _ form: PlaylistForm, now: MonotonicTime, wantedSince: MonotonicTime
    ) -> RenderedPlaylist? {
        self.state.withLock { state in
            let key = Key(id: id, form: form)
            guard state.isReady(key) else { return nil }
            let version = state.index.version
            if let known = state.rendered[key], known.version == version || known.wantedAt >= wantedSince {
                state.rendered[key]?.wantedAt = now
                return known.playlist
            }
            guard let bytes = state.render(key) else { return nil }
            // Compressing takes longer still: the next segment brings it, as long as somebody asks.
            let playlist = RenderedPlaylist(uncompressed: bytes)
            state.rendered[key] = Rendered(playlist: playlist, version: version, wantedAt: now)
            return playlist
        }
    }

    /// Renders what was asked for lately, compressed; of a show that has ended everything. On the pool.
    func renderWanted(since time: MonotonicTime) {
        let keys: [Key] = self.state.withLock { state in
            state.isRendered = state.index.hasEnded
            let wanted = state.rendered.filter { $0.value.wantedAt >= time }.map(\.key)
            guard state.index.hasEnded else { return wanted }
            return state.index.renditions.flatMap { rendition in
                [PlaylistForm.event, .recording].map { Key(id: rendition.id, form: $0) }
            }
        }
        for key in keys {
            let (index, version) = self.state.withLock { ($0.index, $0.index.version) }
            guard let bytes = State.render(key, index) else { continue }
            let playlist = RenderedPlaylist(bytes)
            self.state.withLock { state in
                let wantedAt = state.rendered[key]?.wantedAt ?? MonotonicTime(nanoseconds: .min)
                state.rendered[key] = Rendered(playlist: playlist, version: version, wantedAt: wantedAt)
            }
        }
    }

    /// True once, of a show that has ended and was not rendered as a whole since: somebody has to.
    func claimRendering() -> Bool {
        self.state.withLock { state in
            defer { state.isRendered = state.index.hasEnded }
            return state.index.hasEnded && !state.isRendered
        }
    }

    /// Nil as long as there is nothing to play.
    ///
    /// - Parameter heightMax: Renditions with taller pictures are left out, as far as others are there.
    func multivariant(_ form: PlaylistForm, heightMax: Int?) -> RenderedPlaylist? {
        self.state.withLock { state in
            guard form == .event || (form == .recording && state.index.hasEnded) else { return nil }
            let kind = Offer(form: form, heightMax: heightMax.flatMap { state.index.cap($0) })
            if let known = state.multivariants[kind], known.version == state.index.version { return known.playlist }
            guard let bytes = state.index.multivariant(form, heightMax: kind.heightMax) else { return nil }
            let playlist = RenderedPlaylist(bytes)
            state.multivariants[kind] = (playlist, state.index.version)
            return playlist
        }
    }

    /// Nil where there is no such rendition.
    func admits(_ id: RenditionID, heightMax: Int) -> Bool? {
        self.state.withLock { $0.index.admits(id, heightMax: heightMax) }
    }

    /// A multivariant playlist; there are as many as there are heights of pictures.
    private struct Offer: Hashable {
        var form: PlaylistForm
        var heightMax: Int?
    }

    private struct Key: Hashable {
        var id: RenditionID
        var form: PlaylistForm
    }

    private struct Rendered {
        var playlist: RenderedPlaylist
        var version: Int
        var wantedAt: MonotonicTime
    }

    private struct State {
        var index: ShowIndex
        var rendered: [Key: Rendered] = [:]
        /// Of a show that has ended: everything.
        var isRendered = false
        var multivariants: [Offer: (playlist: RenderedPlaylist, version: Int)] = [:]

        /// Three segments, as live playlists without parts have, or all that will ever be.
        func isReady(_ key: Key) -> Bool {
            guard let rendition = self.index[key.id], rendition.segmentCount > 0 else { return false }
            switch key.form {
            case .event: return self.index.hasEnded || rendition.segmentCount >= 3
            case .recording: return self.index.hasEnded
            case .lowLatency, .plain, .transportStream: return false
            }
        }

        func render(_ key: Key) -> [UInt8]? { Self.render(key, self.index) }

        static func render(_ key: Key, _ index: ShowIndex) -> [UInt8]? {
            index[key.id]?.playlist(key.form, hasEnded: index.hasEnded, index.promises)
        }
    }
}

extension ShowIndex {
    fileprivate func multivariant(_ form: PlaylistForm, heightMax: Int?) -> [UInt8]? {
        let renditions = self.renditions.compactMap { rendition -> MultivariantPlaylist.Rendition? in
            if let heightMax, rendition.formats.pictureHeight > heightMax { return nil }
            return rendition.bitRate.value.map {
                MultivariantPlaylist.Rendition(
                    id: rendition.id, formats: rendition.formats, bitRate: $0,
                    frameRateThousandths: rendition.frameRateThousandths)
            }
        }
        guard !renditions.isEmpty else { return nil }
        let isIndependent = self.hasEnded && self.renditions.allSatisfy(\.hasIndependentSegments)
        return MultivariantPlaylist(renditions, form: form, hasIndependentSegments: isIndependent).render()
    }
}
