/// Who may call a route. A route without a policy does not start. Each may what those before it may.
package enum HTTPAccess: UInt8, Sendable, Equatable, Comparable {
    case anyone
    case member
    case seller
    case manager

    package static func < (left: HTTPAccess, right: HTTPAccess) -> Bool { left.rawValue < right.rawValue }
}
