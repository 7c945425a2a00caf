internal import Observability
internal import Primitives
internal import Reactor

/// What connections tell their pool, and how new ones come.
extension PostgresPool {
    // MARK: From connections

    /// A unit is settled.
    func settled(_ request: PostgresRequest, by connection: PostgresConnection) {
        let now = self.loop.now
        switch request.kind {
        case .autocommit where request.isStale && !request.isRepeated:
            // Nothing of it remains, and the session knows better now.
            request.beginAgain()
            self.metrics.retried()
            return connection.send(request)
        case .autocommit: self.state.answered(slot: connection.slot, now: now)
        case .inTransaction(let lease):
            lease.isBusy = false
            if let failure = request.failure { lease.phase = .failed(failure) }
        case .commit(let lease), .rollback(let lease):
            lease.connection = nil
            self.state.released(slot: connection.slot, now: now)
        case .ping: self.state.released(slot: connection.slot, now: now)
        }
        self.closeIfUseless(connection, after: request)
        if let failure = request.failure {
            self.metrics.failed(failure, loop: self.loop.index)
            request.finish(.failed(failure))
        } else {
            self.histogram(of: request.statement).record(now - request.submittedTime, loop: self.loop.index)
            request.finish(.done(request.rows))
        }
        self.pumpIfNeeded()
    }

    /// A session in which a transaction was left open, or that refuses writes, is not given to anybody.
    private func closeIfUseless(_ connection: PostgresConnection, after request: PostgresRequest) {
        if case .inTransaction = request.kind { return }
        let isOpen = connection.holdsTransaction
        if isOpen, request.failure == nil {
            // What it did ends with the session.
            request.failure = PostgresError(.protocolViolation, statement: request.statement.name)
        }
        if isOpen || (connection.requests.isEmpty && self.state.isWorn[connection.slot]) {
            connection.end(afterDeadline: false)
        }
    }

    /// The server takes no writes over this connection any more; another one may lead to a server that does.
    func refusesWrites(_ connection: PostgresConnection) {
        self.log.warning("database refuses writes", ["purpose": .text(self.purpose.label)])
        self.state.wearOut(slot: connection.slot)
    }

    /// A unit was sent, and its connection ended before it was settled.
    func lost(_ request: PostgresRequest, afterDeadline: Bool) {
        switch request.kind {
        case .inTransaction(let lease):
            lease.isBusy = false
            // Without its COMMIT it cannot have happened.
            let error = PostgresError(afterDeadline ? .timedOut : .unavailable, statement: request.statement.name)
            self.fail(request, request.failure ?? error)
        case .autocommit, .commit, .rollback, .ping:
            // A failure that came before the end stands: nothing of the unit remains.
            if let failure = request.failure {
                self.fail(request, failure)
            } else {
                self.metrics.lostAnswer(loop: self.loop.index)
                request.finish(.lost(afterDeadline: afterDeadline))
            }
        }
    }

    func sessionFailed(_ code: PostgresError.Code) {
        self.log.warning(
            "database session ended",
            ["purpose": .text(self.purpose.label), "reason": .text(PostgresError(code).label.description)])
    }

    func connectionEnded(_ connection: PostgresConnection, isOrderly: Bool) {
        guard self.connections[connection.slot] === connection else { return }
        self.connections[connection.slot] = nil
        if !isOrderly { self.state.lost(slot: connection.slot, now: self.loop.now, chance: self.chance()) }
        // Callers are told first: what they do next should not find the state half changed.
        self.loop.execute { self.pump() }
    }

    // MARK: Connecting

    func connect(slot: Int) {
        let isQueued = self.connector.connect(self.purpose, limits: self.limits) { [self] outcome in
            self.loop.execute { self.connected(slot: slot, outcome) }
        }
        if !isQueued { self.state.connectFailed(slot: slot, now: self.loop.now, chance: self.chance()) }
    }

    private func connected(slot: Int, _ outcome: PostgresConnector.Outcome) {
        switch outcome {
        case .session(let session):
            let connection = PostgresConnection(session, slot: slot, pool: self)
            if connection.start() {
                self.connections[slot] = connection
                self.state.connected(slot: slot, now: self.loop.now)
                self.metrics.connected(self.purpose, loop: self.loop.index)
            } else {
                self.state.connectFailed(slot: slot, now: self.loop.now, chance: self.chance())
            }
        case .failed(let failure):
            self.metrics.connectFailed(self.purpose, loop: self.loop.index)
            self.log.warning(
                "database connection failed",
                ["purpose": .text(self.purpose.label), "reason": .text(failure)])
            self.state.connectFailed(slot: slot, now: self.loop.now, chance: self.chance())
        }
        self.pump()
    }
}

extension PostgresPool {
    /// Comes back after `time`, on the loop's timer.
    func pause(_ time: TimeAmount) async {
        await withCheckedContinuation { continuation in
            self.loop.executeOnLoop { [self] in
                _ = self.loop.schedule(at: self.loop.now + time) { continuation.resume() }
            }
        }
    }
}
