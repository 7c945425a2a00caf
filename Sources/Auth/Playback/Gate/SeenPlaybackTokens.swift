internal import Primitives

/// A token that a loop has found right, with what is known of it.
final class SeenPlaybackToken {
    let text: PlaybackTokenText
    let token: PlaybackToken
    let stream: String
    let isRecent: Bool
    let meter: PlaybackMeter
    /// On the monotonic clock.
    let endsAt: MonotonicTime
    /// Of the table of sessions, when it was last looked into.
    var version: UInt64 = 0
    var refusal: PlaybackRefusal?
    var grant = PlaybackGrant.everything

    init(_ text: PlaybackTokenText, _ reading: PlaybackKeys.Reading, meter: PlaybackMeter, endsAt: MonotonicTime) {
        self.text = text
        self.token = reading.token
        self.stream = GateState.stream(of: reading.token.schedule)
        self.isRecent = reading.isRecent
        self.meter = meter
        self.endsAt = endsAt
    }

    /// Why it is really refused, as long as that is known: a session that is shared is ended for it.
    func reason(_ refusal: PlaybackRefusal) -> PlaybackRefusal {
        refusal == .sessionReplaced && self.meter.wasShared ? .sessionShared : refusal
    }
}

/// The tokens that one loop has found right, so that the next request with one of them costs a look at its text.
///
/// A table of sets of four places each. A set is chosen by random bits of the session, which only we make. The table
/// doubles when a set is full, up to its limit; then a token that comes takes the place of one of its set in turn.
struct SeenPlaybackTokens {
    private static let setCount = 4
    private static let placeCountMin = 256

    private let countMax: Int
    /// The bits by which each was put where it is; 0 where nothing is. Of a set they lie side by side.
    private var marks: [UInt64]
    private var tokens: [SeenPlaybackToken?]
    private var victim = 0
    private var shift: UInt64

    init(countMax: Int) {
        self.countMax = max(countMax, Self.placeCountMin)
        self.marks = Array(repeating: 0, count: Self.placeCountMin)
        self.tokens = Array(repeating: nil, count: Self.placeCountMin)
        self.shift = Self.shift(Self.placeCountMin)
    }

    func find(_ text: PlaybackTokenText) -> SeenPlaybackToken? {
        let mark = text.place
        let first = self.set(of: mark)
        for index in first..<first + Self.setCount where self.marks[index] == mark {
            if let token = self.tokens[index], token.text == text { return token }
        }
        return nil
    }

    /// Puts it in, where it is not yet.
    mutating func insert(_ token: SeenPlaybackToken) {
        while true {
            let first = self.set(of: token.text.place)
            if let free = self.freePlace(in: first) { return self.put(token, free) }
            guard self.marks.count * 2 <= self.countMax else {
                self.victim = (self.victim + 1) % Self.setCount
                return self.put(token, first + self.victim)
            }
            self.grow()
        }
    }

    mutating func removeAll() {
        for index in self.marks.indices { (self.marks[index], self.tokens[index]) = (0, nil) }
    }

    private mutating func put(_ token: SeenPlaybackToken, _ index: Int) {
        self.marks[index] = token.text.place
        self.tokens[index] = token
    }

    private mutating func grow() {
        let old = self.tokens
        self.marks = Array(repeating: 0, count: old.count * 2)
        self.tokens = Array(repeating: nil, count: old.count * 2)
        self.shift = Self.shift(self.marks.count)
        for case let token? in old {
            // All that were in one set fit into the two that it became.
            if let free = self.freePlace(in: self.set(of: token.text.place)) { self.put(token, free) }
        }
    }

    private func freePlace(in first: Int) -> Int? {
        (first..<first + Self.setCount).first { self.marks[$0] == 0 }
    }

    private func set(of mark: UInt64) -> Int {
        // Fibonacci hashing: the top bits of the product depend on all of the text's.
        Int((mark &* 0x9e37_79b9_7f4a_7c15) >> self.shift) * Self.setCount
    }

    private static func shift(_ placeCount: Int) -> UInt64 {
        UInt64(64 - (placeCount / Self.setCount).trailingZeroBitCount)
    }
}
