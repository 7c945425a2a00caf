internal import CLibPQ
internal import Primitives
internal import Reactor

extension PostgresConnection {
    /// Takes every result that has come whole. False when the session cannot go on.
    func takeResults() -> Bool {
        var nothingCount = 0
        while !self.isClosed, !self.requests.isEmpty, PQisBusy(self.raw) == 0 {
            guard let result = PQgetResult(self.raw) else {
                // Nothing stands between statements; nothing and again nothing is libpq without a connection.
                nothingCount += 1
                if nothingCount > 2 { return false }
                continue
            }
            nothingCount = 0
            guard self.take(result) else { return false }
        }
        return true
    }

    /// Takes ownership of one result.
    private func take(_ raw: OpaquePointer) -> Bool {
        switch PQresultStatus(raw) {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
            return self.succeeded(PostgresResult(owning: raw))
        case PGRES_PIPELINE_SYNC:
            PQclear(raw)
            return self.synchronised()
        case PGRES_PIPELINE_ABORTED:
            PQclear(raw)
            return self.skipped()
        case PGRES_FATAL_ERROR:
            let failure = PostgresFailure(raw)
            PQclear(raw)
            return self.failed(failure)
        default:
            // COPY and what later versions may bring.
            PQclear(raw)
            return false
        }
    }

    private func succeeded(_ result: PostgresResult) -> Bool {
        guard case .succeeded(let step) = self.pending.answered(.success), let request = self.requests.first else {
            return false
        }
        switch step {
        case .prepare: self.prepareEnded(isReady: true)
        case .statement where result.byteCount > self.limits.resultByteCountMax:
            request.failure = PostgresError(.resultTooLarge, statement: request.statement.name)
        case .statement: request.rows = PostgresRows(result: result)
        case .transactionID: self.learn(result, of: request)
        case .commit where result.tagBegins("ROLLBACK"):
            // The server had given the transaction up without our having been told.
            request.failure = PostgresError(.conflict)
        case .parse, .begin, .setting, .commit, .rollback, .synchronise: break
        }
        return true
    }

    private func learn(_ result: PostgresResult, of request: PostgresRequest) {
        guard case .inTransaction(let lease) = request.kind else { return }
        // NULL, that is nothing written yet, and anything unreadable alike: no number is known.
        lease.transactionID = try? result.decode(row: 0, column: 0)
    }

    private func failed(_ failure: PostgresFailure) -> Bool {
        // What a session's end means for the statement nobody knows yet.
        if failure.isFatal {
            self.pool.sessionFailed(failure.code)
            return false
        }
        guard case .failed(let step) = self.pending.answered(.failure), let request = self.requests.first else {
            return false
        }
        request.failure = PostgresError(failure.code, statement: request.statement.name)
        if step == .prepare { self.prepareEnded(isReady: false) }
        if failure.forgetsPrepared { self.forgetPrepared(request) }
        if failure.isReadOnly { self.refusesWrites(request) }
        return true
    }

    /// What the session remembers of statements holds no more: each is parsed anew when it is next used. A transaction
    /// has failed with it and has to begin again.
    private func forgetPrepared(_ request: PostgresRequest) {
        self.prepared = self.prepared.filter { if case .preparing = $0.value { true } else { false } }
        request.isStale = true
        if case .autocommit = request.kind { return }
        request.failure = PostgresError(.conflict, statement: request.statement.name)
    }

    /// The server has become a standby, or was told to refuse writes: others may take them.
    private func refusesWrites(_ request: PostgresRequest) {
        if case .inTransaction(let lease) = request.kind, lease.options.isReadOnly {
            // The transaction has asked for it.
            request.failure = PostgresError(.other(sqlState: SQLState.readOnly), statement: request.statement.name)
        } else {
            self.pool.refusesWrites(self)
        }
    }

    private func skipped() -> Bool {
        guard case .skipped(let step) = self.pending.answered(.skipped) else { return false }
        if step == .prepare { self.prepareEnded(isReady: false) }
        return true
    }

    private func prepareEnded(isReady: Bool) {
        guard let (key, name) = self.preparing.popFirst() else { return }
        self.prepared[key] = isReady ? .ready(name: name) : nil
    }

    private func synchronised() -> Bool {
        guard self.pending.synchronised(), let request = self.requests.popFirst() else { return false }
        if let next = self.requests.first {
            next.deadline = min(next.deadline, self.loop.now + next.time)
            self.watchDeadline()
        }
        self.pool.settled(request, by: self)
        return true
    }
}
