internal import HTTPServer
internal import Postgres
internal import Primitives

/// Who works for a seller.
final class Teams: Sendable {
    private let database: PostgresDatabase
    private let directory: any MemberDirectory
    private let metrics: CatalogueMetrics

    init(database: PostgresDatabase, directory: any MemberDirectory, metrics: CatalogueMetrics) {
        self.database = database
        self.directory = directory
        self.metrics = metrics
    }

    struct Fellow: Sendable {
        let memberID: Int64
        /// Empty for whoever is gone.
        let name: String
        let role: TeamRole
        let addedAt: WallClock
    }

    /// Whom a seller means: his members know their own number, others know them by their address.
    enum Invited: Equatable, Sendable {
        case member(Int64)
        case email(String)
    }

    func list(of seller: Int64) async throws -> [Fellow] {
        try await self.fellows(CatalogueStageStatements.team, seller)
    }

    /// The teams that somebody is in: of each its seller.
    func teams(of member: Int64) async throws -> [Fellow] {
        try await self.fellows(CatalogueStageStatements.teamsOf, member)
    }

    private func fellows(_ statement: PostgresStatement, _ member: Int64) async throws -> [Fellow] {
        let rows = try await self.database.run(statement, member)
        let names = try await self.directory.names(of: try rows.map { try $0.get(0, as: Int64.self) })
        return try rows.map { row in
            guard let role = TeamRole(rawValue: try row.get(1)) else { throw PostgresError(.decoding) }
            let id: Int64 = try row.get(0)
            return Fellow(
                memberID: id, name: names[id] ?? "", role: role,
                addedAt: try row.get(2, as: PostgresTimestamp.self).wallClock)
        }
    }

    func add(_ invited: Invited, as role: TeamRole, to seller: Int64) async throws {
        switch invited {
        case .member(let member): try await self.add(member, named: "memberId", as: role, to: seller)
        case .email(let email):
            guard let member = try await self.directory.member(email: email) else { throw TicketProblems.nobody }
            try await self.add(member, named: "email", as: role, to: seller)
        }
    }

    /// Whoever is there already gets the role.
    private func add(_ member: Int64, named field: String, as role: TeamRole, to seller: Int64) async throws {
        guard member != seller else {
            throw CatalogueProblems.invalid(field, "oneself", "a seller is not of his own team")
        }
        try await self.database.transaction("team_add", actor: "member:\(seller)") { transaction in
            // Two at once could each see the last place.
            _ = try await transaction.run(SellerStatements.lock, seller)
            let added = try await transaction.run(
                CatalogueStageStatements.addToTeam, seller, member, role.rawValue, CatalogueLimits.teamCountMax)
            if added.affectedCount == 1 { return }
            guard try await transaction.run(CatalogueStageStatements.isMember, member).single(Bool.self) else {
                throw field == "email" ? TicketProblems.nobody : HTTPProblem.notFound
            }
            throw CatalogueProblems.teamFull
        }
        self.metrics.changed("team")
    }

    /// Whoever is not there is gone.
    func remove(_ member: Int64, from seller: Int64) async throws {
        _ = try await self.database.run(CatalogueStageStatements.removeFromTeam, seller, member)
        self.metrics.changed("team")
    }
}
