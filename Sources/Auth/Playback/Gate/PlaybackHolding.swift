/// What is known of one holder's sessions, all of it: whatever comes with a higher revision takes the place of what was
/// known, and nothing else does. So it may be told twice, late, or in any order.
package struct PlaybackHolding: Equatable, Sendable {
    /// The ticket, or for a preview the number below zero that stands for it.
    package let holder: Int64
    package let revision: Int64
    /// The number of the newest session.
    package let lastNumber: UInt32
    /// Sessions up to this number are void with what they were issued for: a ticket that was given back or away.
    package let revokedThrough: UInt32
    /// Seconds since 1970; from `lateSeconds` later on no token of the holder is valid.
    package let expiresAt: Int64
    package let grant: PlaybackGrant
    /// Those that nobody has ended or replaced.
    package let live: [PlaybackSessionID]

    package init(
        holder: Int64, revision: Int64, lastNumber: UInt32, revokedThrough: UInt32, expiresAt: Int64,
        grant: PlaybackGrant = .everything, live: [PlaybackSessionID]
    ) {
        self.holder = holder
        self.revision = revision
        self.lastNumber = lastNumber
        self.revokedThrough = revokedThrough
        self.expiresAt = expiresAt
        self.grant = grant
        self.live = live
    }

    /// What processes tell each other, and what the database answers, as `playback_text` there writes it: holder,
    /// revision, numbers, end, height (0 for any), whether there is a replay, and sessions. Nil for what is none: a
    /// later version may tell more.
    package init?(_ text: some StringProtocol) {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 8, let holder = Int64(words[0]), let revision = Int64(words[1]),
            let lastNumber = UInt32(words[2]), let revokedThrough = UInt32(words[3]), let expiresAt = Int64(words[4]),
            let height = UInt16(words[5]), let replay = Bool(String(words[6]))
        else { return nil }
        var live: [PlaybackSessionID] = []
        for word in words[7].split(separator: ",").prefix(PlaybackLimits.sessionCountMax) {
            guard let value = Int64(word) else { return nil }
            live.append(PlaybackSessionID(databaseValue: value))
        }
        self.init(
            holder: holder, revision: revision, lastNumber: lastNumber, revokedThrough: revokedThrough,
            expiresAt: expiresAt,
            grant: PlaybackGrant(heightMax: height == 0 ? nil : Int(height), hasReplay: replay), live: live)
    }
}
