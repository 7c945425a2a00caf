/// Whether a seat can be had, as the database keeps it.
package enum SeatState: UInt8, Sendable {
    case free = 0
    case held = 1
    case paying = 2
    case sold = 3
    case blocked = 4

    /// What buyers are told: one that is not for sale is as good as sold.
    package var status: StaticString {
        switch self {
        case .free: "AVAILABLE"
        case .held, .paying: "HELD"
        case .sold, .blocked: "SOLD"
        }
    }

    /// The same as a number of two bits.
    var statusCode: UInt8 {
        switch self {
        case .free: 0
        case .held, .paying: 1
        case .sold, .blocked: 2
        }
    }
}
