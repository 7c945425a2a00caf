package import Observability
package import Primitives

/// What somebody who has signed in, or refreshed, is given.
package struct SignedIn: Sendable {
    package let member: Int64
    package let role: MemberRole
    package let accessToken: Secret<String>
    package let accessTime: TimeAmount
    package let refreshToken: Secret<String>
    /// How long the refresh token is good when it is not used.
    package let refreshTime: TimeAmount
}
