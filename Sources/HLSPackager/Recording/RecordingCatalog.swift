internal import Primitives

/// What shows there are, of all streams, and which of them are held in memory. A value without a disk: it says what is
/// to be loaded, unloaded and deleted.
struct RecordingCatalog: Sendable {
    struct Entry: Sendable {
        let stream: String
        let number: Int
        let folder: String
        /// Nil when it has to be read from the disk before anyone can have it.
        var show: RecordedShow?
        var isFinished: Bool
        var facts: Facts
        var usedAt = MonotonicTime(nanoseconds: 0)
        var isLoading = false
    }

    /// What a show has become. Made before the catalog is locked: a long show is long to look through.
    struct Facts: Sendable {
        let byteCount: Int
        // The first and the last number so far.
        let sequences: ClosedRange<Int>?
        let initialisations: ClosedRange<Int>?
        let keys: ClosedRange<Int>?
        /// Larger than all its numbers.
        let state: StreamState
        let startsAt: WallClock?
        let endsAt: WallClock?

        init(_ index: ShowIndex, byteCount: Int) {
            self.byteCount = byteCount
            self.sequences = index.sequences
            self.initialisations = Self.range(index.renditions.flatMap(\.initialisations).map(\.number))
            self.keys = Self.range(index.keys.keys)
            self.state = index.state
            self.startsAt = index.earliestStart
            self.endsAt = index.latestEnd
        }

        /// Whether it is of a show that began then, and not of a rehearsal before it. One that is ended by the show's
        /// beginning may reach a little beyond that. Nil for what is no show's.
        func isOfShow(since: WallClock?) -> Bool {
            guard let since, let startsAt, let endsAt else { return true }
            let margin = RecordingLimits.beginningTimeMax.milliseconds
            return endsAt > since
                && (startsAt.unixMilliseconds >= since.unixMilliseconds - margin
                    || endsAt.unixMilliseconds > since.unixMilliseconds + margin)
        }

        /// Whether it began with that show, or in it: nothing in it is of a rehearsal.
        func isOnlyOfShow(since: WallClock) -> Bool {
            guard let startsAt, let endsAt, endsAt > since else { return false }
            return startsAt.unixMilliseconds >= since.unixMilliseconds - RecordingLimits.beginningTimeMax.milliseconds
        }

        /// From its first picture to its last.
        var milliseconds: Int64 {
            guard let startsAt, let endsAt else { return 0 }
            return endsAt.unixMilliseconds - startsAt.unixMilliseconds
        }

        private static func range(_ numbers: some Sequence<Int>) -> ClosedRange<Int>? {
            guard let first = numbers.min(), let last = numbers.max() else { return nil }
            return first...last
        }
    }

    private let limits: RecordingLimits
    /// Of each stream by number, which is by age.
    private(set) var streams: [String: [Entry]] = [:]
    /// The largest number that was used in each stream's folder.
    private var numbers: [String: Int] = [:]

    init(limits: RecordingLimits) { self.limits = limits }

    var byteCount: Int { self.streams.values.reduce(0) { $0 + $1.reduce(0) { $0 + $1.facts.byteCount } } }

    var showCount: Int { self.streams.values.reduce(0) { $0 + $1.count } }

    /// A number for a stream's next show, which nothing in its folder has; nil when there are too many streams.
    mutating func takeNumber(of stream: String, in folder: String) -> Int? {
        guard self.streams[stream] != nil || self.streams.count < self.limits.streamCountMax else { return nil }
        let number = (self.numbers[folder] ?? 0) + 1
        self.numbers[folder] = number
        return number
    }

    /// Something is there by that number, whatever it is.
    mutating func note(number: Int, in folder: String) {
        self.numbers[folder] = max(self.numbers[folder] ?? 0, number)
    }

    mutating func add(_ entry: Entry) {
        self.streams[entry.stream, default: []].append(entry)
        self.streams[entry.stream]?.sort { $0.number < $1.number }
    }

    mutating func remove(_ stream: String, _ number: Int) {
        self.streams[stream]?.removeAll { $0.number == number }
        if self.streams[stream]?.isEmpty == true { self.streams[stream] = nil }
    }

    mutating func change(_ stream: String, _ number: Int, _ body: (inout Entry) -> Void) {
        guard let index = self.streams[stream]?.firstIndex(where: { $0.number == number }) else { return }
        body(&self.streams[stream, default: []][index])
    }

    /// The last recording of a stream, if it is of the show that began then, has ended, and can go on: it is not
    /// finished any more then, and is neither loaded nor deleted.
    mutating func reopen(_ stream: String, since: WallClock, except number: Int?) -> Entry? {
        guard let last = self.streams[stream]?.last, last.isFinished, last.number != number,
            last.facts.isOnlyOfShow(since: since)
        else { return nil }
        self.change(stream, last.number) { entry in
            entry.isFinished = false
            entry.isLoading = true
        }
        return last
    }

    // MARK: - Who wants what

    enum Wish: Sendable {
        /// The present show, or the last one.
        case newest
        case newestFinished
        /// The last one, which there is nothing of before it is finished.
        case newestWhole
        case sequence(Int)
        case initialisation(Int)
        case key(Int)
    }

    /// The show that has it, as far as can be told without reading it.
    ///
    /// - Parameter since: When the show began whose recordings count; nil for all.
    func find(_ wish: Wish, of stream: String, since: WallClock?) -> Entry? {
        guard let entries = self.streams[stream]?.lazy.filter({ $0.facts.isOfShow(since: since) }) else { return nil }
        return switch wish {
        case .newest: entries.last
        // Where something has made several of a show, most of it. None while it is still recorded.
        case .newestWhole:
            entries.last?.isFinished == false
                ? entries.last : entries.max { $0.facts.milliseconds < $1.facts.milliseconds }
        case .newestFinished: entries.last { $0.isFinished }
        case .sequence(let number): entries.last { $0.facts.sequences?.contains(number) == true }
        case .initialisation(let number): entries.last { $0.facts.initialisations?.contains(number) == true }
        case .key(let number): entries.last { $0.facts.keys?.contains(number) == true }
        }
    }

    /// Larger than every number that the stream's shows have.
    func state(of stream: String) -> StreamState {
        (self.streams[stream] ?? []).reduce(StreamState()) { $0.raised(to: $1.facts.state) }
    }

    // MARK: - What has to go

    /// Finished shows to delete, oldest first, so that `byteCount` more bytes find room.
    func excess(room byteCount: Int = 0) -> [Entry] {
        var gone: [Entry] = []
        for entries in self.streams.values where entries.count > self.limits.showCountMax {
            let finished = entries.filter(\.isFinished)
            gone += finished.dropLast(self.limits.showCountMax)
        }
        var rest = self.byteCount + byteCount - gone.reduce(0) { $0 + $1.facts.byteCount }
        // The rule; loops wait for whoever looks at the catalog, so nothing is sorted for it.
        guard rest > self.limits.byteCountMax else { return gone }
        let byAge = self.streams.values.joined().filter { entry in
            entry.isFinished && !gone.contains { $0.folder == entry.folder }
        }.sorted {
            ($0.facts.endsAt?.unixMilliseconds ?? 0, $0.number) < ($1.facts.endsAt?.unixMilliseconds ?? 0, $1.number)
        }
        for entry in byAge {
            guard rest > self.limits.byteCountMax else { break }
            gone.append(entry)
            rest -= entry.facts.byteCount
        }
        return gone
    }

    /// Lets go of finished shows that nobody asked for lately, until what is held is within its bounds. Returns them,
    /// so that freeing them does not keep those waiting who look at the catalog.
    mutating func unload() -> [RecordedShow] {
        var gone: [RecordedShow] = []
        var held = self.streams.values.joined().filter { $0.isFinished && $0.show != nil }
            .sorted { $0.usedAt < $1.usedAt }
        var byteCount = held.reduce(0) { $0 + ($1.show?.byteCount ?? 0) }
        while held.count > 1, let oldest = held.first,
            byteCount > self.limits.loadedByteCountMax || held.count > self.limits.loadedShowCountMax
        {
            byteCount -= oldest.show?.byteCount ?? 0
            self.change(oldest.stream, oldest.number) { $0.show = nil }
            if let show = oldest.show { gone.append(show) }
            held.removeFirst()
        }
        return gone
    }
}
