internal import Primitives

/// The tokens that one loop has found right, so that the next request with one of them costs a look at its text: a
/// value.
///
/// A table of sets of four places each. A set is chosen by random bits of the session, which only we make. The table
/// doubles when a set is full, up to its limit; then a token that comes takes the place of one of its set in turn.
struct SeenPlaybackTokens {
    struct Entry {
        let text: PlaybackTokenText
        let token: PlaybackToken
        let stream: String
        let isRecent: Bool
        let meter: PlaybackMeter
        /// On the monotonic clock.
        let endsAt: MonotonicTime
        /// Of the table, when it was last looked into.
        var version: UInt64
        var refusal: PlaybackRefusal?
    }

    private static let setCount = 4
    private static let placeCountMin = 256

    private let countMax: Int
    private var places: [Entry?]
    private var victim = 0
    private var shift: UInt64

    init(countMax: Int) {
        self.countMax = max(countMax, Self.placeCountMin)
        self.places = Array(repeating: nil, count: Self.placeCountMin)
        self.shift = Self.shift(Self.placeCountMin)
    }

    /// Where it is; nil when it is not there.
    func find(_ text: PlaybackTokenText) -> Int? {
        let first = self.set(of: text)
        // Compared where it lies: a copy would count references.
        for index in first..<first + Self.setCount where self.places[index]?.text == text { return index }
        return nil
    }

    subscript(index: Int) -> Entry {
        get { self.places[index]! }
        _modify { yield &self.places[index]! }
    }

    /// Puts it in, where it is not yet.
    mutating func insert(_ entry: Entry) -> Int {
        while true {
            let first = self.set(of: entry.text)
            if let free = (first..<first + Self.setCount).first(where: { self.places[$0] == nil }) {
                self.places[free] = entry
                return free
            }
            guard self.places.count * 2 <= self.countMax else {
                self.victim = (self.victim + 1) % Self.setCount
                self.places[first + self.victim] = entry
                return first + self.victim
            }
            self.grow()
        }
    }

    mutating func removeAll() {
        for index in self.places.indices { self.places[index] = nil }
    }

    private mutating func grow() {
        let old = self.places
        self.places = Array(repeating: nil, count: old.count * 2)
        self.shift = Self.shift(self.places.count)
        for case let entry? in old {
            let first = self.set(of: entry.text)
            // All that were in one set fit into the one or two that it became.
            if let free = (first..<first + Self.setCount).first(where: { self.places[$0] == nil }) {
                self.places[free] = entry
            }
        }
    }

    private func set(of text: PlaybackTokenText) -> Int {
        // Fibonacci hashing: the top bits of the product depend on all of the text's.
        Int((text.place &* 0x9e37_79b9_7f4a_7c15) >> self.shift) * Self.setCount
    }

    private static func shift(_ placeCount: Int) -> UInt64 {
        UInt64(64 - (placeCount / Self.setCount).trailingZeroBitCount)
    }
}
