internal import HTTPServer
internal import Observability
internal import Postgres
package import Reactor

/// Keeping somebody out, for as long as it takes.
extension Members {
    /// Locks an account, or opens it again. Locking ends every session and voids links and stream keys. Returns the new
    /// epoch of the member, nil when the account was so already; throws `not-found` for whoever is gone.
    ///
    /// Managers are spared where managers do it: a stolen account would lock out all who could take it back.
    package func setLocked(
        _ isLocked: Bool, _ id: Int64, actor: String, sparesManagers: Bool = false, address: SocketAddress.Host? = nil
    ) async throws -> Int32? {
        let epoch = try await self.database.transaction("member_lock", actor: actor) { transaction -> Int32? in
            let rows = try await transaction.run(
                MemberStatements.setStatus, id, isLocked ? "LOCKED" : "ACTIVE", sparesManagers)
            guard let row = rows.first else {
                let found = try await transaction.run(MemberStatements.byID, id)
                guard let role = try found.first.map({ try MemberRole(stored: $0.get(1)) }) else {
                    throw HTTPProblem.notFound
                }
                guard !sparesManagers || role != .manager else { throw AuthProblems.managerAccount }
                return nil
            }
            let epoch: Int32 = try row.get(0)
            try await self.endSessions(of: id, epoch: epoch, in: transaction)
            if isLocked { try await self.revokeStreamKeys(of: id, in: transaction) }
            try await transaction.note(
                AuditEvent(
                    actor: actor, action: isLocked ? "member-locked" : "member-unlocked", subject: AuditEvent.name(id),
                    address: address))
            return epoch
        }
        if epoch != nil { self.metrics.events.add(isLocked ? "locked" : "unlocked", loop: nil) }
        return epoch
    }

    /// Ends every session of everybody, so many members at a time: whoever stops it half way begins again. Returns how
    /// many members there are.
    package func signOutEverybody(actor: String, countMax: Int = 1000) async throws -> Int {
        var count = 0
        var last: Int64? = 0
        while let after = last {
            let ids = try await self.signOutSome(after: after, countMax: countMax, actor: actor)
            count += ids.count
            last = ids.max()
        }
        return count
    }

    private func signOutSome(after id: Int64, countMax: Int, actor: String) async throws -> [Int64] {
        try await self.database.transaction("member_sign_out_all", actor: actor) { transaction in
            let rows = try await transaction.run(MemberStatements.signOutSome, id, countMax)
            if id == 0 {
                try await transaction.note(
                    AuditEvent(actor: actor, action: "everybody-signed-out", subject: "everybody"))
            }
            return try rows.map { try $0.get(0, as: Int64.self) }
        }
    }

    /// Ends every session of a member whose epoch was raised to `epoch`, and voids the links that were mailed to him.
    func endSessions(of id: Int64, epoch: Int32, in transaction: PostgresTransaction) async throws {
        _ = try await transaction.run(SessionStatements.revokeAll, id, "everywhere")
        _ = try await transaction.run(MailStatements.dropLinks, id)
        _ = try await transaction.run(SessionStatements.tell, AuthNotice.epoch(member: id, epoch: epoch).text)
    }

    func revokeStreamKeys(of id: Int64, in transaction: PostgresTransaction) async throws {
        for row in try await transaction.run(StreamKeyStatements.revokeAllOf, id) {
            _ = try await transaction.run(SessionStatements.tell, AuthNotice.streamKey(try row.get(0)).text)
        }
    }
}
