internal import Glibc
package import Observability
package import Primitives
package import Reactor
internal import Synchronization

/// What became of a question about recordings.
package enum RecordedAnswer<Value: Sendable>: Sendable {
    case found(Value)
    /// It is being read from the disk: ask again in a second.
    case loading
    /// It is there when it has ended.
    case unfinished
    case absent
}

/// The recordings of all streams: what is being recorded, and what was. From any thread; nothing here
/// waits for the disk but `open` and `flush`.
///
/// A show begins with a stream's first segment and ends with the stream, when the grace time of its last publisher is
/// over. While it goes on it can be seen from its beginning (`event`), afterwards as a whole (`recording`).
package final class Recordings: Sendable {
    private let context: RecordingContext
    private let pool: BlockingPool
    private let graceTime: @Sendable (_ stream: String) -> TimeAmount
    private let resumeTime: @Sendable (_ stream: String) -> TimeAmount
    private let wallClock: @Sendable () -> WallClock
    private let recorders = Mutex(Recorders())

    private struct Recorders {
        var byStream: [String: StreamRecorder] = [:]
        /// When the shows of streams began that go on, whether or not anything is recorded of them.
        var shows: [String: WallClock] = [:]
    }

    /// - Parameters:
    ///   - directory: Of all recordings; made if it is missing. Nobody else writes there.
    ///   - pool: For recordings alone: its threads wait for the disk, for seconds if it is slow.
    ///   - hls: Of the streams.
    ///   - graceTime: How long the show of an earlier process waits for its publisher; nil for what `hls` says.
    ///   - resumeTime: How long ago it may have been interrupted, to go on; nil for what `limits` say.
    package init(
        directory: String, pool: BlockingPool, hls: HLSLimits, limits: RecordingLimits = RecordingLimits(), log: Log,
        graceTime: (@Sendable (_ stream: String) -> TimeAmount)? = nil,
        resumeTime: (@Sendable (_ stream: String) -> TimeAmount)? = nil, disk: any RecordingDisk = SystemDisk(),
        wallClock: @escaping @Sendable () -> WallClock = { .now }
    ) {
        self.context = RecordingContext(
            directory: directory, targetDurationSeconds: hls.targetDurationSeconds, disk: disk, limits: limits,
            log: log)
        self.pool = pool
        self.graceTime = graceTime ?? { _ in hls.interruptedGraceTime }
        self.resumeTime = resumeTime ?? { _ in limits.resumeTimeMax }
        self.wallClock = wallClock
    }

    // MARK: - What is recorded

    /// Takes a stream's snapshots in order; nil when the stream is gone. Never waits.
    package func take(_ snapshot: StreamSnapshot?, of stream: String) {
        self.recorders.withLock { recorders in
            if snapshot == nil, recorders.byStream[stream] == nil { return }
            let recorder =
                recorders.byStream[stream]
                ?? StreamRecorder(
                    stream: stream, since: recorders.shows[stream], context: self.context, pool: self.pool)
            recorders.byStream[stream] = recorder
            recorder.take(snapshot)
        }
    }

    /// The show of a stream goes on, since then: a recording that began long before it is that of a rehearsal, and ends
    /// here; one of the show that has ended goes on when something comes. Never waits.
    package func beginShow(of stream: String, since: WallClock) {
        self.recorders.withLock { recorders in
            recorders.shows[stream] = since
            recorders.byStream[stream]?.beginShow(since: since)
        }
    }

    /// The show of a stream is over: its recording that an earlier process has left does not wait for a publisher.
    package func endIfAbandoned(_ stream: String) {
        self.recorders.withLock { recorders in
            recorders.shows[stream] = nil
            recorders.byStream[stream]?.endIfAbandoned()
        }
    }

    /// Every second or so: ends interrupted shows whose publisher stayed away, and goes on where the pool was full.
    ///
    /// - Parameter isAwaited: Of the stream of a show that goes on, whose publisher may come later than any other.
    package func maintain(now: MonotonicTime = .now, isAwaited: (_ stream: String) -> Bool = { _ in false }) {
        self.recorders.withLock { recorders in
            for (stream, recorder) in recorders.byStream {
                recorder.maintain(now: now, isAwaited: { isAwaited(stream) })
                if recorder.isIdle { recorders.byStream[stream] = nil }
            }
        }
        // A full pool: it is tried again in a second.
        if self.context.hasDeleted { _ = self.pool.submit { [context] in context.closeDeleted() } }
    }

    /// Waits until everything that was taken is on the disk, but not longer than that: for the end of the process,
    /// never on a loop. Shows that go on stay open, and go on in the next process. False when the time was not enough.
    @discardableResult
    package func flush(within time: TimeAmount) -> Bool {
        let end = MonotonicTime.now + time
        while true {
            let isFlushed = self.recorders.withLock { recorders in
                for recorder in recorders.byStream.values { recorder.startAgain() }
                return recorders.byStream.values.allSatisfy(\.isFlushed)
            }
            if isFlushed { return true }
            guard MonotonicTime.now < end else { return false }
            usleep(5000)
        }
    }

    package var figures: RecordingFigures {
        var figures = self.context.counts.value
        self.context.catalog.withLock { catalog in
            figures.storedByteCount = catalog.byteCount
            figures.storedShowCount = catalog.showCount
        }
        return figures
    }

    // MARK: - What is served

    /// Of the present show or the last one if the form is `event`, of the last finished one if it is `recording`.
    ///
    /// - Parameter since: Here and below, when the stream's show began, whose recordings alone are looked at; nil of a
    ///   stream that is no show's. The recording of a show is the last one, and of what came before it nothing counts.
    package func playlist(
        _ id: RenditionID, _ form: PlaylistForm, of stream: String, since: WallClock? = nil
    ) -> RecordedAnswer<RenderedPlaylist> {
        guard let wish = Self.wish(form, since) else { return .absent }
        return self.find(wish, stream, since) { show in
            // Found at the start: its playlists are compressed when the first one is asked for.
            if show.claimRendering() { _ = self.pool.submit { show.renderWanted(since: .init(nanoseconds: .max)) } }
            let now = MonotonicTime.now
            let wantedTime = self.context.limits.wantedTime
            return show.playlist(id, form, now: now, wantedSince: now + .nanoseconds(-wantedTime.nanoseconds))
        }
    }

    /// - Parameter heightMax: Renditions with taller pictures are left out, as far as others are there.
    package func multivariant(
        _ form: PlaylistForm, of stream: String, since: WallClock? = nil, heightMax: Int? = nil
    ) -> RecordedAnswer<RenderedPlaylist> {
        guard let wish = Self.wish(form, since) else { return .absent }
        return self.find(wish, stream, since) { $0.multivariant(form, heightMax: heightMax) }
    }

    /// Whether the pictures of what is asked for are within a bound; absent where nothing is recorded by that name.
    func admits(
        _ name: MediaName, heightMax: Int, of stream: String, since: WallClock?
    ) -> RecordedAnswer<Bool> {
        let wish: RecordingCatalog.Wish?
        switch name {
        case .playlist(_, let form): wish = Self.wish(form, since)
        case .segment(_, let sequence, _): wish = .sequence(sequence)
        case .initialisation(_, let number): wish = .initialisation(number)
        case .multivariant, .key, .poster, .part: wish = nil
        }
        guard let wish, let id = name.rendition else { return .absent }
        return self.find(wish, stream, since) { $0.admits(id, heightMax: heightMax) }
    }

    /// A segment or an initialisation section that a recorded playlist names, of whichever show.
    package func body(
        _ name: MediaName, of stream: String, since: WallClock? = nil
    ) -> RecordedAnswer<FileSlice> {
        let wish: RecordingCatalog.Wish
        switch name {
        case .segment(_, let sequence, .fragmentedMP4): wish = .sequence(sequence)
        case .initialisation(_, let number): wish = .initialisation(number)
        case .multivariant, .playlist, .key, .poster, .part, .segment: return .absent
        }
        return self.find(wish, stream, since) { $0.body(name) }
    }

    /// A recorded playlist lists this segment, and says that it was lost.
    package func isGap(_ id: RenditionID, sequence: Int, of stream: String, since: WallClock? = nil) -> Bool {
        let found = self.find(.sequence(sequence), stream, since) { $0.isGap(id, sequence: sequence) }
        guard case .found(let isGap) = found else { return false }
        return isGap
    }

    /// A key that segments of a recorded playlist name.
    package func key(_ number: Int, of stream: String, since: WallClock? = nil) -> RecordedAnswer<[UInt8]> {
        self.find(.key(number), stream, since) { $0.key(number) }
    }

    private static func wish(_ form: PlaylistForm, _ since: WallClock?) -> RecordingCatalog.Wish? {
        switch form {
        case .event: .newest
        case .recording: since == nil ? .newestFinished : .newestWhole
        case .lowLatency, .plain, .transportStream: nil
        }
    }

    private func find<Value>(
        _ wish: RecordingCatalog.Wish, _ stream: String, _ since: WallClock?, _ look: (RecordedShow) -> Value?
    ) -> RecordedAnswer<Value> {
        let (entry, isToLoad) = self.context.catalog.withLock { catalog in
            let entry = catalog.find(wish, of: stream, since: since)
            guard let entry, !wish.isTooEarly(for: entry) else { return (entry, false) }
            let isToLoad = entry.show == nil && !entry.isLoading
            catalog.change(stream, entry.number) { known in
                known.usedAt = .now
                if isToLoad { known.isLoading = true }
            }
            return (entry, isToLoad)
        }
        guard let entry else { return .absent }
        if wish.isTooEarly(for: entry) { return .unfinished }
        if isToLoad { self.load(entry) }
        guard let show = entry.show else { return .loading }
        return look(show).map { .found($0) } ?? .absent
    }

    private func load(_ entry: RecordingCatalog.Entry) {
        let isQueued = self.pool.submit { [context] in
            let loaded = context.load(entry.folder)
            _ = context.catalog.withLock { catalog in
                var isFinished = false
                catalog.change(entry.stream, entry.number) { known in
                    isFinished = known.isFinished
                    // It goes on by now, with what whoever records it has read.
                    guard isFinished else { return }
                    known.isLoading = false
                    if case .show(let show) = loaded, known.show == nil { known.show = show }
                    known.usedAt = .now
                }
                // What cannot be read now is tried again when it is asked for again.
                if isFinished, case .gone = loaded { catalog.remove(entry.stream, entry.number) }
                return catalog.unload()
            }
        }
        guard !isQueued else { return }
        self.context.catalog.withLock { catalog in
            catalog.change(entry.stream, entry.number) { if $0.isFinished { $0.isLoading = false } }
        }
    }

    // MARK: - At the start

    /// Finds what earlier processes recorded. Blocks; before anything else.
    package func open() throws(SystemError) {
        let now = MonotonicTime.now
        for found in try self.context.findAll(now: self.wallClock(), resumeTime: self.resumeTime) {
            let stream = found.stored.show.index.stream
            let recorder = StreamRecorder(stream: stream, since: nil, context: self.context, pool: self.pool)
            recorder.resume(found.stored, number: found.number, until: now + self.graceTime(stream))
            self.recorders.withLock { $0.byStream[stream] = recorder }
        }
        _ = self.context.makeRoom(0)
    }

    /// Larger than every number that a stream's recordings have.
    package func state(of stream: String) -> StreamState {
        self.context.catalog.withLock { $0.state(of: stream) }
    }
}

extension RecordingCatalog.Wish {
    fileprivate func isTooEarly(for entry: RecordingCatalog.Entry) -> Bool {
        if case .newestWhole = self { !entry.isFinished } else { false }
    }
}
