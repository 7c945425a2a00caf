/// What an access token says.
package struct AccessSubject: Sendable {
    package let member: Int64
    package let role: MemberRole
    /// Tokens of an older epoch are void.
    package let epoch: Int32
    package let session: [UInt8]
}
