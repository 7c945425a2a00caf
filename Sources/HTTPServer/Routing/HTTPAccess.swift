/// Who may call a route. A route without a policy does not start.
package enum HTTPAccess: Sendable, Equatable {
    case anyone
    case member
    case seller
    case manager
}
