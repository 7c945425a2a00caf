package import Reactor

/// What signing in by a provider needs of members.
package protocol SessionIssuer: Sendable {
    /// Throws unless a member may connect a provider. One with an address that he has not proved may not: the address
    /// may be somebody else's, who would find a stranger connected after a password reset.
    func requireConnectable(_ member: Int64) async throws

    /// Connects an identity with the account of a member who wants it so, and tells him. Throws why not.
    func connect(_ identity: SocialIdentity, to connecting: SocialMember) async throws

    /// Connects an identity with the account of an address that its owner has proved at the provider; nil when there is
    /// no such account. Where nobody had proved the address to us, the password and the sessions of whoever has signed
    /// up with it end.
    func join(_ identity: SocialIdentity, by provedEmail: EmailAddress) async throws -> SocialMember?

    /// A new account that belongs to an identity, both or nothing. The address, if any, was proved at the provider.
    /// Nil when somebody was faster, with the same identity or address.
    func makeAccount(
        name: PersonName, provedEmail: EmailAddress?, identity: SocialIdentity
    ) async throws -> SocialMember?

    /// Disconnects, ends every session, and tells the member. Throws when it is the only way to sign in.
    func disconnect(_ provider: String, from member: Int64) async throws

    /// A session for a member who has shown at a provider who he is; none when his sessions were ended since.
    func beginSession(of member: SocialMember, from address: SocketAddress.Host) async throws -> SignedIn
}
