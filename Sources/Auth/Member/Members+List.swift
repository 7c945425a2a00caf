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
        let (dataKey, email, name): ([UInt8], [UInt8]?, [UInt8]) = (try row.get(3), try row.get(4), try row.get(5))
        let microseconds: Int64 = try row.get(7)
        var person = (name: "", email: "")
        do throws(PersonalDataError) {
            let read = try self.vault.person(id, dataKey: dataKey, name: name, email: email)
            person = (read.name, read.email)
        } catch {
            // Shown without: the others are wanted all the same.
            self.metrics.noteUnreadable("member", of: id)
        }
        return MemberProfile(
            id: id, role: try MemberRole(stored: row.get(1)), isLocked: try row.get(2, as: String.self) != "ACTIVE",
            name: person.name, email: person.email, isEmailVerified: try row.get(6), hasPassword: true,
            createdAt: WallClock(unixMilliseconds: microseconds / 1000))
    }
}
