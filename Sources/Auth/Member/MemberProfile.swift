package import Primitives

/// A member as he and managers see him.
package struct MemberProfile: Sendable {
    package let id: Int64
    package let role: MemberRole
    package let isLocked: Bool
    package let name: String
    /// Empty where an account came from elsewhere without one.
    package let email: String
    package let isEmailVerified: Bool
    package let hasPassword: Bool
    package let createdAt: WallClock
}
