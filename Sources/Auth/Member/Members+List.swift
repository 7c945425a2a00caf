internal import HTTPServer
internal import Postgres
internal import Primitives
package import Reactor

/// What managers see.
extension Members {
    /// Members, newest first. That somebody looked is written down with what he could see: who reads other people's
    /// data is known afterwards.
    package func list(
        role: MemberRole?, after cursor: MemberCursor, countMax: Int, manager: Int64, address: SocketAddress.Host?
    ) async throws -> MemberPage<MemberProfile> {
        let rows = try await self.database.transaction("member_list", actor: AuditEvent.name(manager)) { transaction in
            let rows = try await transaction.run(
                MemberStatements.list, role?.rawValue, cursor.microseconds, cursor.id, countMax + 1)
            let ids = try rows.prefix(countMax).map { try $0.get(0, as: Int64.self) }
            try await transaction.note(
                AuditEvent(
                    actor: AuditEvent.name(manager), action: "members-listed", subject: "members", address: address,
                    detail: [("members", ids.map(String.init).joined(separator: " "))]))
            return rows
        }
        let items = try rows.prefix(countMax).map(self.listed)
        guard rows.count > countMax, let last = rows.prefix(countMax).last else {
            return MemberPage(items: items, next: nil)
        }
        return MemberPage(
            items: items, next: MemberCursor(microseconds: try last.get(7), id: try last.get(0)))
    }

    private func listed(_ row: PostgresRow) throws -> MemberProfile {
        let id: Int64 = try row.get(0)
        let key = try self.vault.unwrap(try row.get(3), member: id)
        let email = try row.get(4, as: [UInt8]?.self).map {
            try self.vault.open($0, with: key, table: "member", column: "email_sealed", row: id)
        }
        let microseconds: Int64 = try row.get(7)
        return MemberProfile(
            id: id, role: try MemberRole(stored: row.get(1)), isLocked: try row.get(2, as: String.self) != "ACTIVE",
            name: try self.vault.open(try row.get(5), with: key, table: "member", column: "name_sealed", row: id),
            email: email ?? "", isEmailVerified: try row.get(6), hasPassword: true,
            createdAt: WallClock(unixMilliseconds: microseconds / 1000))
    }
}
