internal import Postgres
internal import Primitives

/// Bringing in a new key, while everything runs.
extension Members {
    /// Wraps the keys of some members by the current key, and computes the index of their addresses anew. Goes through
    /// all of them from `id` on when it is called again with what it returns; nil when there are no more.
    ///
    /// Somebody whose row changes meanwhile is found again by the next round, after the next start.
    package func rewrap(after id: Int64, countMax: Int) async throws -> Int64? {
        let rows = try await self.database.run(
            MemberStatements.outdated, Int(self.vault.currentNumber), id, countMax)
        for row in rows {
            let member: Int64 = try row.get(0)
            let wrapped: [UInt8] = try row.get(1)
            guard let rewrapped = try self.vault.rewrap(wrapped, member: member) else { continue }
            let key = try self.vault.unwrap(wrapped, member: member)
            let index = try row.get(2, as: [UInt8]?.self).map { sealed in
                try self.vault.open(sealed, with: key, table: "member", column: "email_sealed", row: member)
            }.flatMap(EmailAddress.init).map(self.vault.index(of:))
            _ = try await self.database.run(MemberStatements.rewrap, member, rewrapped, index, wrapped)
        }
        return try rows.last?.get(0)
    }
}
