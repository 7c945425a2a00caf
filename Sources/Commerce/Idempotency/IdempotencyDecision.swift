/// What the database says of a key when an attempt asks for it.
package struct IdempotencyRow: Sendable {
    /// Whether the key is this attempt's from now on.
    package let isClaimed: Bool
    /// Of the request that the key was first used for.
    package let requestHash: [UInt8]
    /// Nil while the request runs.
    package let answer: StoredAnswer?

    package init(isClaimed: Bool, requestHash: [UInt8], answer: StoredAnswer?) {
        self.isClaimed = isClaimed
        self.requestHash = requestHash
        self.answer = answer
    }
}

/// What is done with a request that has a key.
///
///     no row ───claim──▶ running ──answer below 500──▶ done ──a day──▶ forgotten, as no row
///        ▲                │    │
///        └──5xx, come again    └──lock over──▶ running, by the next attempt of the same request
package enum IdempotencyDecision: Equatable, Sendable {
    /// The key is ours: run, and tell what became of it.
    case run
    case replay(StoredAnswer)
    /// The same request runs, here or in another process.
    case inProgress
    /// The key was used for another request.
    case reused

    /// Nil for a row that another attempt is just making.
    package init(_ row: IdempotencyRow?, requestHash: [UInt8]) {
        guard let row else {
            self = .inProgress
            return
        }
        if row.isClaimed {
            self = .run
        } else if row.requestHash != requestHash {
            // Also while the first one runs, and after it crashed: a key means one request for as long as it is known.
            self = .reused
        } else if let answer = row.answer {
            self = .replay(answer)
        } else {
            self = .inProgress
        }
    }
}
