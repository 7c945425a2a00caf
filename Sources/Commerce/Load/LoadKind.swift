/// What a request is for, in the order in which it is given up when there is too much to do: whoever is nearest to
/// having paid is served longest.
package enum LoadKind: Int, CaseIterable, Comparable, Sendable {
    /// Looking around: concerts, seats, one's tickets.
    case browse
    /// Asking after one's place in a queue, which is asked again soon anyway.
    case queue
    /// Taking seats, and what else changes something.
    case reservation
    /// Paying, and giving back.
    case payment

    /// For metrics.
    package var name: StaticString {
        switch self {
        case .browse: "browse"
        case .queue: "queue"
        case .reservation: "reservation"
        case .payment: "payment"
        }
    }

    package static func < (left: LoadKind, right: LoadKind) -> Bool { left.rawValue < right.rawValue }
}
