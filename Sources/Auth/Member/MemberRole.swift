/// What somebody may do. Each role may do what those before it may.
package enum MemberRole: String, CaseIterable, Sendable, Comparable {
    /// Buys and watches.
    case user = "USER"
    /// Organizes: has stages, concerts and streams.
    case seller = "SELLER"
    /// Sees and settles what is everybody's. Made at the command line only.
    case manager = "MANAGER"

    package static func < (left: MemberRole, right: MemberRole) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .user: 0
        case .seller: 1
        case .manager: 2
        }
    }
}
