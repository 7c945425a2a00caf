internal import HTTPServer
internal import Postgres
internal import Primitives
package import Reactor

/// What managers see, and what sellers do of those whom they work with.
extension Members {
    /// By number. Whoever is gone has no name, and nobody whose name cannot be read.
    package func names(of members: [Int64]) async throws -> [Int64: String] {
        guard !members.isEmpty else { return [:] }
        var names: [Int64: String] = [:]
        for row in try await self.database.run(MemberStatements.names, members) {
            let id: Int64 = try row.get(0)
            let (dataKey, name): ([UInt8], [UInt8]) = (try row.get(1), try row.get(2))
            do throws(PersonalDataError) {
                names[id] = try self.vault.person(id, dataKey: dataKey, name: name, email: nil).name
            } catch {
                self.metrics.noteUnreadable("member", of: id)
            }
        }
        return names
    }

    /// Who is looked for in a list. What is nil is not asked.
    package struct Search: Sendable {
        package var role: MemberRole?
        /// One alone, by number or by address. Addresses are sealed: a part of one finds nobody.
        package var id: Int64?
        package var email: String?

        package init(role: MemberRole? = nil, id: Int64? = nil, email: String? = nil) {
            (self.role, self.id, self.email) = (role, id, email)
        }
    }

    /// Members, newest first. That somebody looked is written down with what he could see: who reads other people's
    /// data is known afterwards.
    package func list(
        _ search: Search, after cursor: MemberCursor, countMax: Int, manager: Int64, address: SocketAddress.Host?
    ) async throws -> MemberPage<MemberProfile> {
        let id = try await self.one(of: search)
        let rows = try await self.database.transaction("member_list", actor: AuditEvent.name(manager)) { transaction in
            let rows =
                if let id {
                    try await transaction.run(MemberStatements.listOne, search.role?.rawValue, id)
                } else {
                    try await transaction.run(
                        MemberStatements.list, search.role?.rawValue, cursor.microseconds, cursor.id, countMax + 1)
                }
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

    /// The number of the one that is looked for, 0 when there is none; nil when it is not one alone.
    private func one(of search: Search) async throws -> Int64? {
        guard let text = search.email else { return search.id }
        guard let email = EmailAddress(text), let found = try await self.find(email) else { return 0 }
        return search.id == nil || search.id == found ? found : 0
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
