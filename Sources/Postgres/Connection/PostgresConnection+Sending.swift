internal import CLibPQ
internal import Primitives
internal import Reactor

extension PostgresConnection {
    /// Sends a request's unit. It is settled by a call of the pool's.
    func send(_ request: PostgresRequest) {
        var steps = UnitSteps()
        let timeout = request.statement.timeout ?? self.poolLimits.statementTime
        self.begin(request, time: .nanoseconds(timeout.nanoseconds + self.limits.answerGraceTime.nanoseconds))
        let isSent = self.append(request, timeout: timeout, to: &steps) && PQpipelineSync(self.raw) == 1
        self.pending.append(steps)
        guard isSent else { return self.end(afterDeadline: false) }
        self.flush()
        if !self.isClosed { self.watchDeadline() }
    }

    /// A unit's time begins when those before it are settled. Behind others it may be on its way for as long again as
    /// the slowest of them may take, and no longer.
    private func begin(_ request: PostgresRequest, time: TimeAmount) {
        request.time = time
        let isFirst = self.requests.isEmpty
        self.longestTime = isFirst ? time : max(self.longestTime, time)
        request.deadline = self.loop.now + time + (isFirst ? .seconds(0) : self.longestTime)
        self.requests.append(request)
    }

    private func append(_ request: PostgresRequest, timeout: TimeAmount, to steps: inout UnitSteps) -> Bool {
        switch request.kind {
        case .autocommit:
            if request.statement.timeout != nil, !self.append(.setting, timeout, to: &steps) { return false }
            return self.append(.statement, request.statement, request.parameters, to: &steps)
        case .inTransaction(let lease):
            return self.append(request, of: lease, timeout: timeout, to: &steps)
        case .commit: return self.append(.commit, TransactionStatements.commit, .init(), to: &steps)
        case .rollback: return self.append(.rollback, TransactionStatements.rollback, .init(), to: &steps)
        case .ping: return true
        }
    }

    /// BEGIN goes with the first statement, and the question for the transaction's number with every statement until
    /// there is one: neither takes a round trip of its own.
    private func append(
        _ request: PostgresRequest, of lease: TransactionLease, timeout: TimeAmount, to steps: inout UnitSteps
    ) -> Bool {
        if case .fresh = lease.phase {
            lease.phase = .active
            guard self.append(.begin, lease.options.begin, .init(), to: &steps) else { return false }
            if let actor = lease.actor {
                let parameters = PostgresParameters([actor])
                let isSent = self.append(.setting, TransactionStatements.setActor, parameters, to: &steps)
                guard isSent else { return false }
            }
        }
        if timeout != lease.statementTime {
            lease.statementTime = timeout
            guard self.append(.setting, timeout, to: &steps) else { return false }
        }
        guard self.append(.statement, request.statement, request.parameters, to: &steps) else { return false }
        if lease.transactionID != nil || lease.options.isReadOnly { return true }
        return self.append(.transactionID, TransactionStatements.transactionID, .init(), to: &steps)
    }

    /// The server's timeout for the rest of this transaction, which an autocommitted unit is as well.
    private func append(_ step: UnitStep, _ timeout: TimeAmount, to steps: inout UnitSteps) -> Bool {
        let milliseconds = String(max(timeout.milliseconds, 1))
        return self.append(step, TransactionStatements.setTimeout, PostgresParameters([milliseconds]), to: &steps)
    }

    // MARK: One statement

    private func append(
        _ step: UnitStep, _ statement: PostgresStatement, _ parameters: PostgresParameters, to steps: inout UnitSteps
    ) -> Bool {
        let key = PreparedKey(
            sql: UInt(bitPattern: statement.sql.utf8Start), signature: parameters.signature)
        switch self.prepared[key] {
        case .ready(let name):
            steps.append(step)
            return self.execute(name, parameters)
        case .preparing:
            steps.append(.parse)
            steps.append(step)
            return self.prepare([0], statement, parameters) && self.execute([0], parameters)
        case nil:
            self.nameCount += 1
            let name = "\(statement.name).\(self.nameCount)".utf8CString.map(\.self)
            self.prepared[key] = .preparing
            self.preparing.append((key, name))
            steps.append(.prepare)
            steps.append(step)
            return self.prepare(name, statement, parameters) && self.execute(name, parameters)
        }
    }

    private func prepare(_ name: [CChar], _ statement: PostgresStatement, _ parameters: PostgresParameters) -> Bool {
        statement.sql.utf8Start.withMemoryRebound(to: CChar.self, capacity: statement.sql.utf8CodeUnitCount + 1) {
            PQsendPrepare(self.raw, name, $0, CInt(parameters.count), parameters.types) == 1
        }
    }

    private func execute(_ name: [CChar], _ parameters: PostgresParameters) -> Bool {
        parameters.withPointers { values, lengths, formats in
            PQsendQueryPrepared(self.raw, name, CInt(parameters.count), values, lengths, formats, 1) == 1
        }
    }
}
