internal import Postgres
internal import Primitives

/// Bringing in a new key, while everything runs.
extension Members {
    /// Brings everything under the current key, so many rows at a time: the keys of members, the indexes of their
    /// addresses, and what is kept by law. What no key opens stays as it is, for the day on which its key is back.
    ///
    /// Somebody whose row changes meanwhile is found again after the next start.
    package func rewrapAll(countMax: Int) async throws {
        var last: Int64? = 0
        while let after = last, !Task.isCancelled { last = try await self.rewrap(after: after, countMax: countMax) }
        var end: (member: Int64, reason: String)? = (0, "")
        while let after = end, !Task.isCancelled { end = try await self.reseal(after: after, countMax: countMax) }
    }

    /// Returns the last member; nil when there are no more.
    private func rewrap(after id: Int64, countMax: Int) async throws -> Int64? {
        let rows = try await self.database.run(
            MemberStatements.outdated, Int(self.vault.currentNumber), id, countMax)
        for row in rows {
            let (member, wrapped): (Int64, [UInt8]) = (try row.get(0), try row.get(1))
            let email: [UInt8]? = try row.get(2)
            let (key, index): ([UInt8]?, [UInt8]?)
            do throws(PersonalDataError) {
                (key, index) = try self.rewrapped(wrapped, email: email, of: member)
            } catch {
                self.metrics.noteUnreadable("member", of: member)
                continue
            }
            if let key { _ = try await self.database.run(MemberStatements.rewrap, member, key, index, wrapped) }
        }
        return try rows.last?.get(0)
    }

    /// The key by the current generation, nil when it is so already, and the index of the address.
    private func rewrapped(
        _ wrapped: [UInt8], email: [UInt8]?, of member: Int64
    ) throws(PersonalDataError) -> (key: [UInt8]?, index: [UInt8]?) {
        let key = try self.vault.rewrap(wrapped, member: member)
        guard let email else { return (key, nil) }
        let address = try self.vault.open(
            email, with: self.vault.unwrap(wrapped, member: member), table: "member", column: "email_sealed",
            row: member)
        return (key, EmailAddress(address).map(self.vault.index(of:)))
    }

    /// The same of what is kept by law.
    private func reseal(
        after end: (member: Int64, reason: String), countMax: Int
    ) async throws -> (member: Int64, reason: String)? {
        let rows = try await self.database.run(
            MemberStatements.outdatedRetained, Int(self.vault.currentNumber), end.member, end.reason, countMax)
        for row in rows {
            let (member, reason, sealed): (Int64, String, [UInt8]) = (try row.get(0), try row.get(1), try row.get(2))
            let record: [UInt8]?
            do throws(PersonalDataError) {
                record = try self.vault.resealRetained(sealed, member: member)
            } catch {
                self.metrics.noteUnreadable("retained", of: member)
                continue
            }
            if let record {
                _ = try await self.database.run(MemberStatements.resealRetained, member, reason, record, sealed)
            }
        }
        return try rows.last.map { (try $0.get(0), try $0.get(1)) }
    }
}
