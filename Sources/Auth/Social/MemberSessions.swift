internal import HTTPServer
internal import Observability
internal import Postgres
package import Reactor

/// A `SessionIssuer` by the accounts of Podo.
package struct MemberSessions: SessionIssuer {
    /// Numbers are drawn again so often when one is taken. It never is.
    private static let drawCountMax = 3

    /// Somebody was here at the same moment, with the same identity or address.
    private struct Raced: Error {}

    let members: Members
    let signIns: SignIns

    package init(members: Members, signIns: SignIns) {
        self.members = members
        self.signIns = signIns
    }

    package func makeAccount(
        name: PersonName, provedEmail: EmailAddress?, identity: SocialIdentity
    ) async throws -> Int64? {
        let vault = self.members.vault
        for _ in 0..<Self.drawCountMax {
            let id = MemberNumber.random()
            let (key, wrapped) = vault.makeDataKey(member: id)
            let indexes = provedEmail.map { vault.indexes(of: $0) } ?? []
            let email = provedEmail.map {
                vault.seal($0.text, with: key, table: "member", column: "email_sealed", row: id)
            }
            let sealedName = vault.seal(name.text, with: key, table: "member", column: "name_sealed", row: id)
            do {
                try await self.members.database.transaction(
                    "member_create_social", actor: AuditEvent.name(id)
                ) { transaction in
                    let rows = try await transaction.run(
                        MemberStatements.insert, id, MemberRole.user.rawValue, wrapped, email, indexes.first,
                        sealedName, String?.none, Array(indexes.dropFirst()))
                    guard rows.affectedCount == 1 else { throw Raced() }
                    if let index = indexes.first {
                        _ = try await transaction.run(MemberStatements.verifyEmail, id, index)
                    }
                    let linked = try await transaction.run(
                        SocialStatements.link, identity.provider, identity.subject.text, id)
                    guard linked.affectedCount == 1 else { throw Raced() }
                    try await transaction.note(
                        AuditEvent(
                            actor: AuditEvent.name(id), action: "member-created", subject: AuditEvent.name(id),
                            detail: [("role", MemberRole.user.rawValue), ("provider", identity.provider)]))
                }
                self.members.metrics.events.add("signed-up", loop: nil)
                return id
            } catch is Raced {
                return nil
            } catch let error as PostgresError {
                switch error.code {
                case .uniqueViolation("member_email"): return nil
                case .uniqueViolation("member_pkey"): continue
                default: throw error
                }
            }
        }
        throw PostgresError(.conflict, statement: MemberStatements.insert.name)
    }

    package func beginSession(of member: Int64, from address: SocketAddress.Host) async throws -> SignedIn {
        let row = try await self.members.row(member)
        guard row.status == "ACTIVE" else { throw AuthProblems.accountLocked }
        return try await self.signIns.begin(member: member, role: row.role, epoch: row.epoch, address: address)
    }
}
