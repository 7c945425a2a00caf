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
        var byteCount: Int
        /// Of segments and of initialisation sections, so far.
        var sequences: ClosedRange<Int>?
        var initialisations: ClosedRange<Int>?
        var keys: Set<Int> = []
        /// Larger than all its numbers.
        var state = StreamState()
        var endsAt: WallClock?
        var usedAt = MonotonicTime(nanoseconds: 0)
        var isLoading = false

        /// Takes over what a show has become.
        mutating func note(_ index: ShowIndex, byteCount: Int) {
            self.byteCount = byteCount
            self.sequences = index.sequences
            let numbers = index.renditions.flatMap(\.initialisations).map(\.number)
            if let first = numbers.min(), let last = numbers.max() { self.initialisations = first...last }
            self.keys = Set(index.keys.keys)
            self.state = index.state
            self.endsAt = index.latestEnd
        }
    }

    private let limits: RecordingLimits
    /// Of each stream by number, which is by age.
    private(set) var streams: [String: [Entry]] = [:]
    /// The largest number that was used in each stream's folder.
    private var numbers: [String: Int] = [:]

    init(limits: RecordingLimits) { self.limits = limits }

    var byteCount: Int { self.streams.values.reduce(0) { $0 + $1.reduce(0) { $0 + $1.byteCount } } }

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

    // MARK: - Who wants what

    enum Wish: Sendable {
        /// The present show, or the last one.
        case newest
        case newestFinished
        case sequence(Int)
        case initialisation(Int)
        case key(Int)
    }

    /// The show that has it, as far as can be told without reading it.
    func find(_ wish: Wish, of stream: String) -> Entry? {
        guard let entries = self.streams[stream] else { return nil }
        return switch wish {
        case .newest: entries.last
        case .newestFinished: entries.last { $0.isFinished }
        case .sequence(let number): entries.last { $0.sequences?.contains(number) == true }
        case .initialisation(let number): entries.last { $0.initialisations?.contains(number) == true }
        case .key(let number): entries.last { $0.keys.contains(number) }
        }
    }

    /// Larger than every number that the stream's shows have.
    func state(of stream: String) -> StreamState {
        (self.streams[stream] ?? []).reduce(StreamState()) { $0.raised(to: $1.state) }
    }

    // MARK: - What has to go

    /// Finished shows to delete, oldest first, so that `byteCount` more bytes find room.
    func excess(room byteCount: Int = 0) -> [Entry] {
        var gone: [Entry] = []
        for entries in self.streams.values {
            let finished = entries.filter(\.isFinished)
            gone += finished.dropLast(self.limits.showCountMax)
        }
        var rest = self.byteCount + byteCount - gone.reduce(0) { $0 + $1.byteCount }
        let byAge = self.streams.values.joined().filter { entry in
            entry.isFinished && !gone.contains { $0.folder == entry.folder }
        }.sorted { ($0.endsAt?.unixMilliseconds ?? 0, $0.number) < ($1.endsAt?.unixMilliseconds ?? 0, $1.number) }
        for entry in byAge {
            guard rest > self.limits.byteCountMax else { break }
            gone.append(entry)
            rest -= entry.byteCount
        }
        return gone
    }

    /// Lets go of finished shows that nobody asked for lately, until what is held is within its bounds.
    mutating func unload() {
        var held = self.streams.values.joined().filter { $0.isFinished && $0.show != nil }
            .sorted { $0.usedAt < $1.usedAt }
        var byteCount = held.reduce(0) { $0 + ($1.show?.byteCount ?? 0) }
        while held.count > 1, let oldest = held.first,
            byteCount > self.limits.loadedByteCountMax || held.count > self.limits.loadedShowCountMax
        {
            byteCount -= oldest.show?.byteCount ?? 0
            self.change(oldest.stream, oldest.number) { $0.show = nil }
            held.removeFirst()
        }
    }
}
