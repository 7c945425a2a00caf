package import Reactor

/// What signing in by a provider needs of members.
package protocol SessionIssuer: Sendable {
    /// The account with an address, and whether its owner has proved it.
    func account(with email: EmailAddress) async throws -> (member: Int64, isEmailVerified: Bool)?

    /// Whether a member may connect a provider. One with an address that he has not proved may not: the address may be
    /// somebody else's, who would find a stranger connected after a password reset.
    func mayConnect(_ member: Int64) async throws -> Bool

    /// A new account that belongs to an identity, both or nothing. The address, if any, was proved at the provider.
    /// Throws `duplicate-email` when there is an account with it meanwhile.
    func makeAccount(name: PersonName, provedEmail: EmailAddress?, identity: SocialIdentity) async throws -> Int64

    /// A session for a member who has shown at a provider who he is.
    func beginSession(of member: Int64, from address: SocketAddress.Host) async throws -> SignedIn
}
