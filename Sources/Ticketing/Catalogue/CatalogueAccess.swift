package import Commerce
package import HTTPServer
package import Postgres

/// What somebody on a seller's team is there for.
package enum TeamRole: String, CaseIterable, Sendable {
    /// May do what the seller may.
    case admin = "ADMIN"
    /// Sees the money.
    case finance = "FINANCE"
    /// Streams the shows.
    case streamer = "STREAMER"
}

/// Who may do what with a concert: its seller, those of the seller's team whose role is for it, and managers.
package struct CatalogueAccess: Sendable {
    private let database: PostgresDatabase

    package init(database: PostgresDatabase) { self.database = database }

    /// Whether somebody may change a concert. Nobody may what is not there.
    package func mayManage(concert: Int64, member: Int64, role: HTTPAccess) async throws -> Bool {
        try await self.may([.admin], concert: concert, member: member, role: role)
    }

    /// The same for what other roles of a team may too: `[.admin, .finance]`.
    package func may(
        _ roles: Set<TeamRole>, concert: Int64, member: Int64, role: HTTPAccess
    ) async throws -> Bool {
        let rows = try await self.database.run(CatalogueStatements.concertOwner, concert, member)
        guard let row = rows.first else { return false }
        return try self.isOne(of: roles, row, member: member, role: role)
    }

    package func may(
        _ roles: Set<TeamRole>, schedule: Int64, member: Int64, role: HTTPAccess
    ) async throws -> Bool {
        let rows = try await self.database.run(CatalogueStatements.scheduleOwner, schedule, member)
        guard let row = rows.first else { return false }
        return try self.isOne(of: roles, row, member: member, role: role)
    }

    /// The same as a transaction sees it.
    package func may(
        _ roles: Set<TeamRole>, schedule: Int64, member: Int64, role: HTTPAccess, in transaction: PostgresTransaction
    ) async throws -> Bool {
        let rows = try await transaction.run(CatalogueStatements.scheduleOwner, schedule, member)
        guard let row = rows.first else { return false }
        return try self.isOne(of: roles, row, member: member, role: role)
    }

    /// Whether somebody may act for a seller.
    package func mayActFor(seller: Int64, member: Int64, role: HTTPAccess) async throws -> Bool {
        if seller == member { return role >= .seller }
        if role == .manager { return true }
        let rows = try await self.database.run(CatalogueStatements.teamRole, seller, member)
        guard let row = rows.first else { return false }
        return try row.get(0, as: String.self) == TeamRole.admin.rawValue
    }

    /// Whether somebody is the seller, works for him in whatever role, or is a manager.
    package func isInsider(seller: Int64, member: Int64, role: HTTPAccess) async throws -> Bool {
        if seller == member || role == .manager { return true }
        return try await !self.database.run(CatalogueStatements.teamRole, seller, member).isEmpty
    }

    /// Throws `not-found` for what is not there or is none of the caller's business, `forbidden` for what all may see.
    package func requireManager(of concert: Int64, _ caller: HTTPCaller) async throws {
        _ = try await self.requireSale([.admin], concert: concert, caller)
    }

    /// The same by one of its schedules.
    package func requireManager(ofSchedule schedule: Int64, _ caller: HTTPCaller) async throws {
        let rows = try await self.database.run(CatalogueStatements.scheduleOwner, schedule, caller.memberID)
        guard let row = rows.first else { throw HTTPProblem.notFound }
        if try self.isOne(of: [.admin], row, member: caller.memberID, role: caller.role) { return }
        throw try row.get(2, as: Bool.self) ? CatalogueProblems.forbidden : HTTPProblem.notFound
    }

    /// The same for what other roles of a team may too. Returns whose concert it is and what it is sold in.
    package func requireSale(
        _ roles: Set<TeamRole>, concert: Int64, _ caller: HTTPCaller
    ) async throws -> (seller: Int64, currency: Currency) {
        let rows = try await self.database.run(CatalogueStatements.concertOwner, concert, caller.memberID)
        guard let row = rows.first else { throw HTTPProblem.notFound }
        guard try self.isOne(of: roles, row, member: caller.memberID, role: caller.role) else {
            throw try row.get(2, as: Bool.self) ? CatalogueProblems.forbidden : HTTPProblem.notFound
        }
        return (try row.get(0), try row.currency(3))
    }

    /// Columns: seller, the member's role in the team or null.
    private func isOne(
        of roles: Set<TeamRole>, _ row: PostgresRow, member: Int64, role: HTTPAccess
    ) throws(PostgresError) -> Bool {
        if role == .manager { return true }
        if try row.get(0, as: Int64.self) == member { return true }
        let teamRole = try row.get(1, as: String?.self)
        return roles.contains { $0.rawValue == teamRole }
    }
}
