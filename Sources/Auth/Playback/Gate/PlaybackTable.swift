/// Whose sessions are good, for all holders that have any: a value without a clock and without I/O.
///
/// Who is not in it never had a session that was ended or replaced, as far as anybody has told. So what is not known
/// lets a token in whose code is right, and what is known can only be added to.
package struct PlaybackTable: Sendable {
    private struct Entry {
        var revision: Int64
        var lastNumber: UInt32
        var revokedThrough: UInt32
        var expiresAt: Int64
        var grant: PlaybackGrant
        /// The first of those that are live; 0 when none is, which is no session.
        var first: UInt64
        /// Mostly a ticket has one at a time.
        var others: [PlaybackSessionID]
    }

    private let countMax: Int
    private var entries: [Int64: Entry] = [:]
    /// All holders once, in the order in which they came, for forgetting; and where that goes on.
    private var order: [Int64] = []
    private var cursor = 0
    /// Changes with everything that may change an answer.
    package private(set) var version: UInt64 = 1

    package init(countMax: Int) { self.countMax = countMax }

    package var count: Int { self.entries.count }

    /// Whether new holders have room.
    package var isFull: Bool { self.entries.count >= self.countMax }

    /// Why a session is void; nil when it is good. One that is newer than the newest is good, if its token is recent:
    /// it was issued by another process, which has not told us yet.
    package func refusal(of session: PlaybackSessionID, holder: Int64, isRecent: Bool) -> PlaybackRefusal? {
        guard let entry = self.entries[holder] else { return isRecent ? nil : .tokenInvalid }
        if session.number <= entry.revokedThrough { return .ticketRevoked }
        if session.number > entry.lastNumber { return isRecent ? nil : .tokenInvalid }
        let isLive =
            session.value == entry.first || (!entry.others.isEmpty && entry.others.contains(session))
        return isLive ? nil : .sessionReplaced
    }

    /// What a holder's sessions open; for a ticket of which nobody has told everything that tickets can.
    package func grant(of holder: Int64) -> PlaybackGrant {
        holder < 0 ? .preview : self.entries[holder]?.grant ?? .everything
    }

    /// Whether sessions may have ended by it. What is older than what is known changes nothing. A table that is full
    /// still takes what is void: forgetting that would let somebody in.
    package mutating func apply(_ holding: PlaybackHolding) -> Bool {
        let before = self.entries[holding.holder]
        if let before, before.revision >= holding.revision { return false }
        if before == nil {
            if self.isFull, holding.revokedThrough == 0, holding.lastNumber == UInt32(holding.live.count) {
                return false
            }
            self.order.append(holding.holder)
        }
        self.entries[holding.holder] = Entry(
            revision: holding.revision, lastNumber: holding.lastNumber, revokedThrough: holding.revokedThrough,
            expiresAt: holding.expiresAt, grant: holding.grant, first: holding.live.first?.value ?? 0,
            others: Array(holding.live.dropFirst()))
        self.version &+= 1
        return Self.hasEnded(before, holding)
    }

    /// Whether a session that was good before, known or not, is not any more.
    private static func hasEnded(_ before: Entry?, _ holding: PlaybackHolding) -> Bool {
        guard let before else { return holding.lastNumber > holding.live.count || holding.revokedThrough > 0 }
        let newCount = holding.live.count { $0.number > before.lastNumber }
        let isFirstGone = before.first != 0 && !holding.live.contains(PlaybackSessionID(before.first))
        return holding.revokedThrough > before.revokedThrough || isFirstGone
            || before.others.contains { !holding.live.contains($0) }
            || Int64(holding.lastNumber) - Int64(before.lastNumber) > newCount
    }

    /// Looks at some holders in turn, and forgets those whose tokens have all been over since `before`, in seconds
    /// since 1970.
    package mutating func forget(endedBefore before: Int64, countMax: Int) {
        for _ in 0..<min(countMax, self.order.count) {
            if self.cursor >= self.order.count { self.cursor = 0 }
            let holder = self.order[self.cursor]
            guard let entry = self.entries[holder], entry.expiresAt >= before else {
                self.entries[holder] = nil
                self.order.swapAt(self.cursor, self.order.count - 1)
                self.order.removeLast()
                continue
            }
            self.cursor += 1
        }
    }
}
