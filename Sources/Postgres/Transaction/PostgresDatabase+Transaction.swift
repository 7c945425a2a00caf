internal import Primitives

extension PostgresDatabase {
    /// Runs `body` in a transaction, commits what it did, and returns what it returned.
    ///
    /// The transaction begins with the first statement. When `body` throws, it is rolled back and the error is the
    /// caller's. A commit whose answer is lost is looked up by the transaction's number on another connection; only if
    /// that cannot be done in `resolveTime` the error is `.commitUnknown`.
    ///
    /// - Parameters:
    ///   - name: What is done, for errors.
    ///   - actor: Who does it: the setting `podo.actor` within the transaction.
    ///   - retriesConflicts: Whether `body` may run again after a deadlock, a serialization failure, or a connection
    ///     lost before the commit. Nothing of the first run remains in the database then, but what `body` did elsewhere
    ///     it does twice.
    package func transaction<Value>(
        _ name: StaticString, actor: String? = nil, retriesConflicts: Bool = true,
        options: PostgresTransactionOptions = PostgresTransactionOptions(),
        _ body: (PostgresTransaction) async throws -> Value
    ) async throws -> Value {
        let pool = self.pool(options.purpose)
        var attemptCount = 1
        while true {
            let lease = TransactionLease(pool: pool, options: options, actor: actor)
            let failure: PostgresError
            do {
                let value = try await body(PostgresTransaction(lease: lease, database: self))
                CrashPoint.pass("before-commit", name.description)
                switch await self.commit(lease, name) {
                case .committed:
                    CrashPoint.pass("after-commit", name.description)
                    return value
                case .failed(let error): failure = error
                }
            } catch {
                guard let conflict = await self.rollBack(lease), self.isRetried(conflict) else { throw error }
                if !retriesConflicts || attemptCount >= self.limits.transactionAttemptCountMax { throw error }
                await self.pauseBeforeRetry(attemptCount, pool)
                attemptCount += 1
                continue
            }
            guard retriesConflicts, self.isRetried(failure), attemptCount < self.limits.transactionAttemptCountMax
            else { throw PostgresError(failure.code, statement: failure.statement ?? name) }
            await self.pauseBeforeRetry(attemptCount, pool)
            attemptCount += 1
        }
    }

    private enum CommitOutcome {
        case committed
        case failed(PostgresError)
    }

    private func commit(_ lease: TransactionLease, _ name: StaticString) async -> CommitOutcome {
        switch await Self.perform(.commit(lease), TransactionStatements.commit, PostgresParameters(), lease.pool) {
        case .done:
            guard CrashPoint.loses("lost-commit", name.description) else { return .committed }
        case .failed(let error): return .failed(error)
        case .lost: break
        }
        // Without a number it has written nothing that could be lost.
        guard let number = lease.transactionID else { return .failed(PostgresError(.unavailable)) }
        switch await self.fate(of: TransactionNumber(value: number), history: lease.history) {
        case .committed: return .committed
        case .aborted: return .failed(PostgresError(.unavailable))
        case .unknown: return .failed(PostgresError(.commitUnknown))
        }
    }

    /// Why the server had given the transaction up, if it had.
    private func rollBack(_ lease: TransactionLease) async -> PostgresError? {
        let kind = PostgresRequest.Kind.rollback(lease)
        switch await Self.perform(kind, TransactionStatements.rollback, PostgresParameters(), lease.pool) {
        case .done, .lost: return nil
        case .failed(let error): return error
        }
    }

    private func isRetried(_ error: PostgresError) -> Bool {
        switch error.code {
        case .conflict, .unavailable: true
        default: false
        }
    }

    private func pauseBeforeRetry(_ attemptCount: Int, _ pool: PostgresPool) async {
        self.metrics.retried()
        let longest = self.limits.conflictWaitTime.nanoseconds << Int64(min(attemptCount - 1, 10))
        await pool.pause(.nanoseconds(Int64.random(in: longest / 2...max(longest, 1))))
    }
}
