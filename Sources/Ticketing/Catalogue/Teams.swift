internal import HTTPServer
internal import Postgres
internal import Primitives

/// Who works for a seller.
final class Teams: Sendable {
    private let database: PostgresDatabase
    private let metrics: CatalogueMetrics

    init(database: PostgresDatabase, metrics: CatalogueMetrics) {
        self.database = database
        self.metrics = metrics
    }

    struct Fellow: Sendable {
        let memberID: Int64
        let role: TeamRole
        let addedAt: WallClock
    }

    func list(of seller: Int64) async throws -> [Fellow] {
        try await self.database.run(CatalogueStageStatements.team, seller).map { row in
            guard let role = TeamRole(rawValue: try row.get(1)) else { throw PostgresError(.decoding) }
            return Fellow(
                memberID: try row.get(0), role: role, addedAt: try row.get(2, as: PostgresTimestamp.self).wallClock)
        }
    }

    /// Whoever is there already gets the role.
    func add(_ member: Int64, as role: TeamRole, to seller: Int64) async throws {
        guard member != seller else {
            throw CatalogueProblems.invalid("memberId", "oneself", "a seller is not of his own team")
        }
        try await self.database.transaction("team_add", actor: "member:\(seller)") { transaction in
            // Two at once could each see the last place.
            _ = try await transaction.run(SellerStatements.lock, seller)
            let added = try await transaction.run(
                CatalogueStageStatements.addToTeam, seller, member, role.rawValue, CatalogueLimits.teamCountMax)
            if added.affectedCount == 1 { return }
            guard try await transaction.run(CatalogueStageStatements.isMember, member).single(Bool.self) else {
                throw HTTPProblem.notFound
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
