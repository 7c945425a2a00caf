package import Postgres

/// A `SocialStore` in the database.
package struct PostgresSocialStore: SocialStore {
    /// A page trades its code at once.
    private static let grantSeconds = 60

    private let database: PostgresDatabase

    package init(database: PostgresDatabase) { self.database = database }

    package func keep(_ flow: SocialFlow) async throws {
        _ = try await self.database.run(
            SocialStatements.keepFlow, flow.stateHash, flow.browserHash, flow.provider,
            flow.connecting?.member, flow.connecting?.epoch, flow.returnPath, SocialFlow.secondsMax)
    }

    package func take(stateHash: [UInt8], browserHash: [UInt8], provider: String) async throws -> SocialFlow? {
        let rows = try await self.database.run(SocialStatements.takeFlow, stateHash, browserHash, provider)
        guard let row = rows.first, try row.get(3, as: Bool.self) else { return nil }
        var connecting: SocialMember?
        if let member = try row.get(0, as: Int64?.self), let epoch = try row.get(1, as: Int32?.self) {
            connecting = SocialMember(member: member, epoch: epoch)
        }
        return SocialFlow(
            stateHash: stateHash, browserHash: browserHash, provider: provider, connecting: connecting,
            returnPath: try row.get(2))
    }

    package func keepGrant(codeHash: [UInt8], browserHash: [UInt8], member: SocialMember) async throws {
        _ = try await self.database.run(
            SocialStatements.keepGrant, codeHash, browserHash, member.member, member.epoch, Self.grantSeconds)
    }

    package func takeGrant(codeHash: [UInt8], browserHash: [UInt8]) async throws -> SocialMember? {
        let rows = try await self.database.run(SocialStatements.takeGrant, codeHash, browserHash)
        guard let row = rows.first, try row.get(2, as: Bool.self) else { return nil }
        return SocialMember(member: try row.get(0), epoch: try row.get(1))
    }

    package func member(of identity: SocialIdentity) async throws -> SocialMember? {
        let rows = try await self.database.run(SocialStatements.member, identity.provider, identity.subject.text)
        return try rows.first.map { SocialMember(member: try $0.get(0), epoch: try $0.get(1)) }
    }

    package func providers(of member: Int64) async throws -> [String] {
        try await self.database.run(SocialStatements.providers, member).map { try $0.get(0) }
    }
}
