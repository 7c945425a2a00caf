internal import Commerce
internal import HTTPServer
internal import Postgres

/// What happens to a concert that is there.
extension Concerts {
    /// `version` is the one that the change was made for; nil is any. Returns the new one.
    func change(_ id: Int64, _ change: ConcertChange, version: Int?, by caller: HTTPCaller) async throws -> Int {
        try await self.access.requireManager(of: id, caller)
        let changed: Int = try await self.database.transaction(
            "concert_change", actor: caller.actor,
            options: PostgresTransactionOptions(purpose: change.prices.isEmpty ? .interactive : .long)
        ) { transaction in
            let rows = try await transaction.run(
                CatalogueStatements.changeConcert,
                parameters: Self.parameters(of: change, concert: id, version: version))
            if let row = rows.first {
                try await Self.change(change.prices, of: id, in: transaction)
                return try row.get(0)
            }
            guard let row = try await transaction.run(CatalogueStatements.lockConcert, id).first else {
                throw HTTPProblem.notFound
            }
            if try row.get(0, as: String.self) == ConcertStatus.canceled.rawValue {
                throw CatalogueProblems.state("The concert is canceled.")
            }
            throw CatalogueProblems.versionMismatch
        }
        self.metrics.changed("changed")
        return changed
    }

    /// Twice is once.
    func publish(_ id: Int64, by caller: HTTPCaller) async throws {
        try await self.access.requireManager(of: id, caller)
        let isNew = try await self.database.transaction("concert_publish", actor: caller.actor) { transaction in
            let status = try await self.lock(id, in: transaction)
            switch status.status {
            case .published: return false
            case .canceled: throw CatalogueProblems.state("The concert is canceled.")
            case .draft, .closed: break
            }
            guard status.scheduleCount > 0 else { throw CatalogueProblems.state("The concert has no schedule yet.") }
            try await self.move(id, from: [.draft, .closed], to: .published, telling: .concertPublished, transaction)
            return true
        }
        if isNew { self.metrics.changed("published") }
    }

    /// Ends the sale. Twice is once.
    func close(_ id: Int64, by caller: HTTPCaller) async throws {
        try await self.access.requireManager(of: id, caller)
        let isNew = try await self.database.transaction("concert_close", actor: caller.actor) { transaction in
            switch try await self.lock(id, in: transaction).status {
            case .closed: return false
            case .published: break
            case .draft: throw CatalogueProblems.state("The concert is a draft.")
            case .canceled: throw CatalogueProblems.state("The concert is canceled.")
            }
            try await self.move(id, from: [.published], to: .closed, telling: nil, transaction)
            return true
        }
        if isNew { self.metrics.changed("closed") }
    }

    /// It does not take place. Nobody gets a seat any more; whoever takes the event gives the money back. Twice is
    /// once.
    ///
    /// What was played stays played, and paid, and so does what is on: of a concert with such performances only the
    /// others are called off, each by itself, and the concert is closed. Returns what has become of it.
    func cancel(_ id: Int64, by caller: HTTPCaller) async throws -> ConcertStatus {
        try await self.access.requireManager(of: id, caller)
        let (status, isNew) = try await self.database.transaction(
            "concert_cancel", actor: caller.actor, options: PostgresTransactionOptions(purpose: .long)
        ) { transaction in
            let before = try await self.lock(id, in: transaction).status
            guard before != .canceled else { return (ConcertStatus.canceled, false) }
            guard let past = try await transaction.run(CatalogueStatements.past, id).first else {
                throw HTTPProblem.internalError
            }
            if try past.get(0) {
                let wasCanceled: Bool = try past.get(1)
                let isCanceled = try await !Self.cancelRest(
                    of: id, isRepeated: before == .closed && wasCanceled, in: transaction
                ).isEmpty
                guard isCanceled || wasCanceled else {
                    throw CatalogueProblems.state("Its performances are over: refund those who are owed something.")
                }
                if before == .closed { return (ConcertStatus.closed, isCanceled) }
                try await self.move(id, from: [.draft, .published], to: .closed, telling: nil, transaction)
                return (ConcertStatus.closed, true)
            }
            try await self.move(
                id, from: [.draft, .published, .closed], to: .canceled, telling: .concertCanceled, transaction)
            let ids: [Int64] = try await transaction.run(CatalogueStatements.cancelSchedules, id)
                .map { try $0.get(0) }
            _ = try await transaction.run(ScheduleStatements.blockFreeSeats, ids)
            return (ConcertStatus.canceled, true)
        }
        if isNew { self.metrics.changed("canceled") }
        return status
    }

    /// Takes a concert away of which nobody has a seat.
    ///
    /// The seats decide it: first all that are free are blocked, one by one against whoever is just about to take them,
    /// and then none may be left with somebody.
    func delete(_ id: Int64, by caller: HTTPCaller) async throws {
        try await self.access.requireManager(of: id, caller)
        try await self.database.transaction(
            "concert_delete", actor: caller.actor, options: PostgresTransactionOptions(purpose: .long)
        ) { transaction in
            _ = try await self.lock(id, in: transaction)
            let ids: [Int64] = try await transaction.run(CatalogueStatements.schedules, id).map { try $0.get(0) }
            _ = try await transaction.run(ScheduleStatements.blockFreeSeats, ids)
            guard try await !transaction.run(CatalogueStatements.hasTakenSeats, id).single(Bool.self) else {
                throw CatalogueProblems.state("Somebody has a seat. Cancel the concert instead.")
            }
            _ = try await transaction.run(CatalogueStatements.deleteSchedules, id)
            _ = try await transaction.run(CatalogueStatements.deleteConcert, id)
        }
        self.metrics.changed("deleted")
    }

    // MARK: Helpers

    private func lock(
        _ id: Int64, in transaction: PostgresTransaction
    ) async throws -> (status: ConcertStatus, scheduleCount: Int) {
        guard let row = try await transaction.run(CatalogueStatements.lockConcert, id).first else {
            throw HTTPProblem.notFound
        }
        guard let status = ConcertStatus(rawValue: try row.get(0)) else { throw HTTPProblem.internalError }
        return (status, try row.get(2))
    }

    private func move(
        _ id: Int64, from: [ConcertStatus], to status: ConcertStatus, telling topic: OutboxTopic?,
        _ transaction: PostgresTransaction
    ) async throws {
        let rows = try await transaction.run(
            CatalogueStatements.moveConcert, id, status.rawValue, from.map(\.rawValue))
        guard let row = rows.first else { throw CatalogueProblems.state("The concert was changed meanwhile.") }
        guard let topic else { return }
        let payload = Self.payload(id, try row.get(0), try row.get(1))
        try await Outbox.add(topic, of: "concert:\(id)", payload: payload, in: transaction)
    }
}
