package import HTTPServer

/// What a member may do; each role may what those before it may.
package enum MemberRole: String, CaseIterable, Comparable, Sendable {
    case user = "USER"
    case seller = "SELLER"
    case manager = "MANAGER"

    /// The routes that this role may call.
    package var access: HTTPAccess {
        switch self {
        case .user: .member
        case .seller: .seller
        case .manager: .manager
        }
    }

    /// The role of a text, compared byte for byte: strings of strangers are not normalised.
    package init?(exactly text: String) {
        guard let role = Self.allCases.first(where: { $0.rawValue.utf8.elementsEqual(text.utf8) }) else { return nil }
        self = role
    }

    package static func < (left: MemberRole, right: MemberRole) -> Bool { left.access < right.access }
}
