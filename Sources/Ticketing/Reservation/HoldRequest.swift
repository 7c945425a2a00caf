package import Commerce
package import Primitives

/// What somebody wants to hold: these seats of a schedule, all or none.
package struct HoldRequest: Equatable, Sendable {
    /// More than any concert lets one member have.
    package static let seatCountMax = 100

    package let schedule: Int64
    package let member: Int64
    /// Numbers within the schedule, ascending, each once.
    package let seats: [Int32]
    /// Drawn at random by whoever asks: finds the reservation again when the answer was lost.
    package let token: Int64

    /// Nil when there is no seat, or too many, or one twice.
    package init?(schedule: Int64, member: Int64, seats: [Int32], token: Int64) {
        guard !seats.isEmpty, seats.count <= Self.seatCountMax, Set(seats).count == seats.count else { return nil }
        self.schedule = schedule
        self.member = member
        self.seats = seats.sorted()
        self.token = token
    }
}

/// What became of it.
package enum HoldOutcome: Equatable, Sendable {
    case held(Hold)
    /// These seats are somebody else's, or were about to be.
    case taken([Int32])
    /// Nobody has these seats, but others stood in the way at that moment: worth asking again. Without seats, something
    /// else was just being decided of the member: worth asking again in a while.
    case busy([Int32])
    /// The member would have more seats of the schedule than the concert allows.
    case limit
    /// The member has kept seats of the schedule for too long without paying.
    case tooOften
    case notOnSale
    case notFound
    /// One of the seats does not exist.
    case invalid
}

/// Seats that are held, and committed.
package struct Hold: Equatable, Sendable {
    package let reservation: Int64
    package let seats: [Int32]
    package let until: WallClock
    package let total: Money
}
