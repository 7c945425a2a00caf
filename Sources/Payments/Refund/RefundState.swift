package import Commerce
internal import HTTPServer
package import Postgres
package import Primitives

/// Why money goes back.
package enum RefundCause: String, CaseIterable, Sendable {
    case member = "MEMBER"
    case seller = "SELLER"
    case manager = "MANAGER"
    /// It came for nothing.
    case orphan = "ORPHAN"
    case concertCanceled = "CONCERT_CANCELED"
    /// Somebody gave it back in the company's own pages.
    case external = "EXTERNAL"
    /// The buyer's bank took it back.
    case chargeback = "CHARGEBACK"

    /// Whether the rules of cancelling are applied. They bind who changes his mind, and nobody else.
    var isByRules: Bool { self == .member }
}

package enum RefundStatus: String, CaseIterable, Sendable {
    case requested = "REQUESTED"
    /// The company was asked, or is about to be.
    case processing = "PROCESSING"
    /// An answer was lost or said nothing.
    case unknown = "UNKNOWN"
    case succeeded = "SUCCEEDED"
    /// The company refused. The tickets stay revoked and the money stays promised: a person sees to it.
    case failed = "FAILED"
    /// It was done, and then the company could not do it after all. Another refund has its place.
    case reversed = "REVERSED"
    /// The company cannot do it any more: somebody gave the money back in its own pages. That refund has its place.
    case superseded = "SUPERSEDED"
}

package enum RefundEvent: CaseIterable, Sendable {
    /// Somebody is about to ask the company.
    case take
    /// An answer was lost or unclear.
    case doubt
    /// Accepted, not done yet, or wanted later.
    case wait
    /// The money went back.
    case succeed
    case refuse
    /// A person wants it tried once more: a new one is, by a key of its own, since a company answers a key that it
    /// has refused with the same refusal.
    case retry
    /// What was done is not: the money is back at the company.
    case reverse
    /// There is no money left for it: others gave it back.
    case supersede
}

extension RefundStatus {
    /// Whether the company has yet to say what became of it.
    var isOpen: Bool {
        switch self {
        case .requested, .processing, .unknown: true
        case .succeeded, .failed, .reversed, .superseded: false
        }
    }

    /// Whether its sum is held for it.
    var isPromised: Bool { self.isOpen || self == .failed }

    /// The state after an event; nil when the event changes nothing in this state. Money that went back did so,
    /// whatever was believed before.
    package func after(_ event: RefundEvent) -> RefundStatus? {
        switch (self, event) {
        case (.reversed, _), (.superseded, _): nil
        case (.succeeded, .reverse): .reversed
        case (.succeeded, _), (_, .reverse): nil
        case (_, .succeed): .succeeded
        case (_, .supersede): .superseded
        case (.requested, .take): .processing
        case (.processing, .doubt): .unknown
        case (.unknown, .wait): .processing
        case (.processing, .refuse), (.unknown, .refuse): .failed
        case (.failed, .retry): .superseded
        case (.requested, .doubt), (.requested, .wait), (.requested, .refuse), (.requested, .retry): nil
        case (.processing, .take), (.processing, .wait), (.processing, .retry): nil
        case (.unknown, .take), (.unknown, .doubt), (.unknown, .retry): nil
        case (.failed, .take), (.failed, .doubt), (.failed, .wait), (.failed, .refuse): nil
        }
    }
}

/// A refund as the database has it: a row of the view `refund_row`.
package struct RefundRow: Sendable {
    package var id: Int64
    package var paymentID: Int64
    package var amount: Money
    /// What is kept of what was paid.
    package var fee: Int64
    package var cause: RefundCause
    package var reason: String
    package var status: RefundStatus
    package var idempotencyKey: String
    package var providerKey: String?
    package var failureCode: String?
    package var attemptCount: Int
    package var age: TimeAmount
    package var createdAt: WallClock
    package var completedAt: WallClock?
    /// What a person wrote who saw to it that the buyer got the money by another way than the company.
    package var settledNote: String?
    /// What a bank has taken beyond what the payment had: the house has lost it.
    package var excess: Int64 = 0
    /// It is done when the buyer has said to which account, or to which other one.
    package var awaitsAccount = false
    /// Whose tickets are void by it.
    package var seatIDs: [Int64] = []

    package init(_ row: PostgresRow) throws {
        guard let currency = Currency(rawValue: try row.get(4)), let cause = RefundCause(rawValue: try row.get(5)),
            let status = RefundStatus(rawValue: try row.get(7))
        else { throw PostgresError(.decoding) }
        self.id = try row.get(0)
        self.paymentID = try row.get(1)
        self.amount = Money(try row.get(2), currency)
        self.fee = try row.get(3)
        self.cause = cause
        self.reason = try row.get(6)
        self.status = status
        self.idempotencyKey = try row.get(8)
        self.providerKey = try row.get(9)
        self.failureCode = try row.get(10)
        self.attemptCount = try row.get(11)
        self.age = .milliseconds(try row.get(12))
        self.createdAt = try row.get(13, as: PostgresTimestamp.self).wallClock
        self.completedAt = try row.get(14, as: PostgresTimestamp?.self)?.wallClock
        self.settledNote = try row.get(15)
        self.excess = try row.get(16)
        self.awaitsAccount = try row.get(17)
        self.seatIDs = try row.get(18)
    }
}
