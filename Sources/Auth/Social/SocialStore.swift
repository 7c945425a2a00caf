/// Keeps what signing in by providers has to remember. Whatever is taken is there once.
package protocol SocialStore: Sendable {
    func keep(_ flow: SocialFlow) async throws

    /// The attempt, if it is of this browser and provider and not too old; it is gone then.
    func take(stateHash: [UInt8], browserHash: [UInt8], provider: String) async throws -> SocialFlow?

    /// A code that a page trades for a session. Short-lived.
    func keepGrant(codeHash: [UInt8], browserHash: [UInt8], member: SocialMember) async throws

    /// The member that a code of this browser stands for; the code is gone then.
    func takeGrant(codeHash: [UInt8], browserHash: [UInt8]) async throws -> SocialMember?

    func member(of identity: SocialIdentity) async throws -> SocialMember?

    /// Names of the providers that a member has connected.
    func providers(of member: Int64) async throws -> [String]
}
