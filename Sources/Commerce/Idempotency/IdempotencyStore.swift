internal import Postgres
internal import Primitives

/// The keys in the database: each step is one statement that says under which circumstances it happens, so any number
/// of processes may take them.
struct IdempotencyStore: Sendable {
    let database: PostgresDatabase
    let limits: IdempotencyLimits

    /// An answer of the database that was lost is asked for once more: the attempt knows its own claim.
    private static let attemptCountMax = 2

    func claim(_ request: IdempotencyRequest) async throws(PostgresError) -> IdempotencyDecision {
        var row: IdempotencyRow?
        for _ in 0..<Self.attemptCountMax where row == nil {
            let rows = try await self.insist { () throws(PostgresError) in
                try await self.database.run(
                    IdempotencyStatements.claim, request.member, request.route, request.key.text, request.hash,
                    request.attempt, self.limits.lockTime.milliseconds, self.limits.keepTime.milliseconds)
            }
            row = try rows.first.map { (found) throws(PostgresError) in try Self.read(found) }
        }
        return IdempotencyDecision(row, requestHash: request.hash)
    }

    /// False when the attempt had lost the key to another.
    func keep(_ answer: StoredAnswer, of request: IdempotencyRequest) async throws(PostgresError) -> Bool {
        let rows = try await self.insist { () throws(PostgresError) in
            try await self.database.run(
                IdempotencyStatements.keep, request.member, request.route, request.key.text, request.attempt,
                Int16(clamping: answer.status), answer.fields, answer.body)
        }
        return rows.affectedCount > 0
    }

    func release(_ request: IdempotencyRequest) async throws(PostgresError) {
        _ = try await self.insist { () throws(PostgresError) in
            try await self.database.run(
                IdempotencyStatements.release, request.member, request.route, request.key.text, request.attempt)
        }
    }

    /// Throws away what is too old to be given again.
    func sweep() async throws(PostgresError) {
        for _ in 0..<self.limits.sweepRoundCountMax {
            let rows = try await self.database.run(
                IdempotencyStatements.sweep, self.limits.keepTime.milliseconds, self.limits.sweptCountMax)
            if rows.affectedCount < self.limits.sweptCountMax { return }
        }
    }

    private func insist(
        _ statement: () async throws(PostgresError) -> PostgresRows
    ) async throws(PostgresError) -> PostgresRows {
        do throws(PostgresError) {
            return try await statement()
        } catch {
            guard error.code == .commitUnknown else { throw error }
            return try await statement()
        }
    }

    private static func read(_ row: PostgresRow) throws(PostgresError) -> IdempotencyRow {
        let (isClaimed, hash): (Bool, [UInt8]) = (try row.get(0), try row.get(1))
        let (status, fields): (Int?, [UInt8]?) = (try row.get(2), try row.get(3))
        var answer: StoredAnswer?
        if let status { answer = StoredAnswer(status: status, fields: fields ?? [], body: try row.get(4)) }
        return IdempotencyRow(isClaimed: isClaimed, requestHash: hash, answer: answer)
    }
}
