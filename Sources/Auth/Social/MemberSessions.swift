internal import Observability
package import Reactor

/// A `SessionIssuer` by the accounts of Podo.
package struct MemberSessions: SessionIssuer {
    let members: Members
    let signIns: SignIns

    package init(members: Members, signIns: SignIns) {
        self.members = members
        self.signIns = signIns
    }

    package func makeAccount(
        name: PersonName, provedEmail: EmailAddress?, identity: SocialIdentity
    ) async throws -> SocialMember? {
        let id = try await self.members.make(
            role: .user, name: name, email: provedEmail, passwordHash: nil, isEmailVerified: provedEmail != nil,
            identity: identity)
        guard let id else { return nil }
        self.members.metrics.events.add("signed-up", loop: nil)
        return SocialMember(member: id, epoch: 0)
    }

    package func beginSession(of seen: SocialMember, from address: SocketAddress.Host) async throws -> SignedIn {
        let row = try await self.members.row(seen.member)
        guard row.status == "ACTIVE" else { throw AuthProblems.accountLocked }
        guard row.epoch == seen.epoch else { throw SocialFault.grantInvalid }
        return try await self.signIns.begin(
            member: seen.member, role: row.role, epoch: seen.epoch, address: address)
    }
}
