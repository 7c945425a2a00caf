internal import Postgres
internal import Primitives

/// Bringing in a new key, while everything runs.
extension Members {
    /// Brings everything under the current key, so many rows at a time: the keys of members, the indexes of their
    /// addresses, and what is kept by law. What no key opens stays as it is, for the day on which its key is back.
    ///
    /// Returns how many it has brought. Whoever took the old key before this and commits after it is found by the next
    /// pass: only one that returns 0 says that everything is done.
    package func rewrapAll(countMax: Int) async throws -> Int {
        var count = 0
        var last: Int64? = 0
        while let after = last, !Task.isCancelled {
            let rows = try await self.database.run(
                MemberStatements.outdated, Int(self.vault.currentNumber), after, countMax)
            for row in rows { count += try await self.rewrap(row) ? 1 : 0 }
            last = try rows.last?.get(0)
        }
        var end: (member: Int64, reason: String)? = (0, "")
        while let after = end, !Task.isCancelled {
            let rows = try await self.database.run(
                MemberStatements.outdatedRetained, Int(self.vault.currentNumber), after.member, after.reason, countMax)
            for row in rows { count += try await self.reseal(row) ? 1 : 0 }
            end = try rows.last.map { (try $0.get(0), try $0.get(1)) }
        }
        return count
    }

    /// False for what has to stay as it is.
    private func rewrap(_ row: PostgresRow) async throws -> Bool {
        let (member, wrapped): (Int64, [UInt8]) = (try row.get(0), try row.get(1))
        let email: [UInt8]? = try row.get(2)
        let (key, index): ([UInt8]?, [UInt8]?)
        do throws(PersonalDataError) {
            (key, index) = try self.rewrapped(wrapped, email: email, of: member)
        } catch {
            self.metrics.noteUnreadable("member", of: member)
            return false
        }
        guard let key else { return false }
        do {
            _ = try await self.database.run(MemberStatements.rewrap, member, key, index, wrapped)
            return true
        } catch {
            guard error.code == .uniqueViolation(constraint: "member_email") else { throw error }
            // His address has another account. He stays findable by the old key.
            self.metrics.noteTwin(of: member)
            return false
        }
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
    private func reseal(_ row: PostgresRow) async throws -> Bool {
        let (member, reason, sealed): (Int64, String, [UInt8]) = (try row.get(0), try row.get(1), try row.get(2))
        let record: [UInt8]?
        do throws(PersonalDataError) {
            record = try self.vault.resealRetained(sealed, member: member)
        } catch {
            self.metrics.noteUnreadable("retained", of: member)
            return false
        }
        guard let record else { return false }
        _ = try await self.database.run(MemberStatements.resealRetained, member, reason, record, sealed)
        return true
    }
}
