package import Postgres

/// A `SocialStore` in the database.
package struct PostgresSocialStore: SocialStore {
    /// A page trades its code at once.
    private static let grantSeconds = 60

    private let database: PostgresDatabase

    package init(database: PostgresDatabase) { self.database = database }

    package func keep(_ flow: SocialFlow) async throws {
        _ = try await self.database.run(
            SocialStatements.keepFlow, flow.stateHash, flow.browserHash, flow.provider, flow.member, flow.returnPath,
            SocialFlow.secondsMax)
    }

    package func take(stateHash: [UInt8], browserHash: [UInt8], provider: String) async throws -> SocialFlow? {
        let rows = try await self.database.run(SocialStatements.takeFlow, stateHash, browserHash, provider)
        guard let row = rows.first, try row.get(2, as: Bool.self) else { return nil }
        return SocialFlow(
            stateHash: stateHash, browserHash: browserHash, provider: provider, member: try row.get(0),
            returnPath: try row.get(1))
    }

    package func keepGrant(codeHash: [UInt8], browserHash: [UInt8], member: Int64) async throws {
        _ = try await self.database.run(
            SocialStatements.keepGrant, codeHash, browserHash, member, Self.grantSeconds)
    }

    package func takeGrant(codeHash: [UInt8], browserHash: [UInt8]) async throws -> Int64? {
        let rows = try await self.database.run(SocialStatements.takeGrant, codeHash, browserHash)
        guard let row = rows.first, try row.get(1, as: Bool.self) else { return nil }
        return try row.get(0)
    }

    package func member(of identity: SocialIdentity) async throws -> Int64? {
        try await self.database.run(SocialStatements.member, identity.provider, identity.subject.text).first?.get(0)
    }

    package func link(_ identity: SocialIdentity, to member: Int64) async throws -> Bool {
        do throws(PostgresError) {
            let rows = try await self.database.run(
                SocialStatements.link, identity.provider, identity.subject.text, member)
            return rows.count == 1
        } catch {
            // The member has another account of this provider.
            guard case .uniqueViolation("member_identity_member") = error.code else { throw error }
            return false
        }
    }

    package func unlink(_ provider: String, from member: Int64) async throws -> SocialUnlinking {
        try await self.database.transaction("social_unlink", actor: AuditEvent.name(member)) { transaction in
            let rows = try await transaction.run(SocialStatements.lockMember, member, provider)
            guard let row = rows.first, try row.get(1, as: Int64.self) > 0 else { return .wasNotLinked }
            guard try row.get(0, as: Bool.self) || row.get(2, as: Int64.self) > 0 else { return .isLastWay }
            _ = try await transaction.run(SocialStatements.unlink, member, provider)
            try await transaction.note(
                AuditEvent(
                    actor: AuditEvent.name(member), action: "provider-disconnected", subject: AuditEvent.name(member),
                    detail: [("provider", provider)]))
            return .done
        }
    }

    package func providers(of member: Int64) async throws -> [String] {
        try await self.database.run(SocialStatements.providers, member).map { try $0.get(0) }
    }
}
