internal import Crypto
internal import Primitives

/// The answers that were given under idempotency keys: kept for days, errors too, and given again to the same request.
struct SimulatorIdempotency: Sendable {
    static let entryCountMax = 100_000

    enum Begin: Equatable, Sendable {
        /// Not seen before: `finish` or `abandon` has to follow.
        case proceed
        case replay(SimulatorAnswer)
        /// Its twin has not been answered.
        case running
        /// The same key for something else.
        case otherRequest
        /// More keys than the store holds.
        case full
    }

    private struct Entry: Sendable {
        let digest: SHA256Digest
        let expiresAt: WallClock
        var answer: SimulatorAnswer?
    }

    private var entries: [String: Entry] = [:]

    /// `scope` has all that the key is good for: company, account, method, path and the key itself.
    mutating func begin(
        _ scope: String, body: [UInt8], keptFor time: TimeAmount, comparesBody: Bool, at now: WallClock
    ) -> Begin {
        let digest = SHA256.digest(body.span)
        if let entry = self.entries[scope], now < entry.expiresAt {
            if comparesBody, entry.digest != digest { return .otherRequest }
            return entry.answer.map { .replay($0) } ?? .running
        }
        if self.entries.count >= Self.entryCountMax { self.entries = self.entries.filter { now < $0.value.expiresAt } }
        guard self.entries.count < Self.entryCountMax else { return .full }
        self.entries[scope] = Entry(
            digest: digest, expiresAt: WallClock(unixMilliseconds: now.unixMilliseconds &+ time.milliseconds))
        return .proceed
    }

    mutating func finish(_ scope: String, _ answer: SimulatorAnswer) { self.entries[scope]?.answer = answer }

    /// Nothing has happened: the next one is the first.
    mutating func abandon(_ scope: String) { self.entries[scope] = nil }
}

/// What the simulated company answers.
struct SimulatorAnswer: Equatable, Sendable {
    var status: Int
    var body: [UInt8]
}
