internal import Commerce
internal import Postgres
internal import Primitives

/// What becomes of many payments at the same moment is written down in one commit: a few statements of any size in the
/// place of as many as there are payments.
///
/// Only what is plain is done so. Of everything else (a reservation that somebody pays for already, a refusal, money
/// that comes late, an order of which nobody knows) the answer is nil, and nothing was changed of it: `Payments` judges
/// it alone. An answer comes after its commit.
struct PaymentBatches: Sendable {
    /// Somebody begins to pay.
    struct Opening: Sendable {
        let reservation: Int64
        let member: Int64
        /// The company is asked at once, so the seats are kept for it from here on.
        let isClaimed: Bool
    }

    /// The company has taken what a payment asked for.
    struct Ending: Sendable {
        let payment: Int64
        let snapshot: GatewaySnapshot

        /// Nil for what is not plain.
        init?(_ payment: Int64, _ finding: PaymentFinding) {
            guard case .paid(let snapshot) = finding, snapshot.status == .paid, !snapshot.isDisputed,
                snapshot.cancels.isEmpty
            else { return nil }
            self.payment = payment
            self.snapshot = snapshot
        }
    }

    /// A payment as it was found, and as it is since.
    struct Change: Sendable {
        let before: PaymentRow
        let after: PaymentRow
    }

    let database: PostgresDatabase
    let orders: any Orders
    /// The company that new payments go to.
    let gateway: String
    let limits: PaymentLimits

    // MARK: Beginning

    /// What has begun, for each of them.
    func begin(_ openings: [Opening]) async -> [Result<PaymentRow?, any Error>] {
        await Self.each(openings) { try await self.beginTogether($0) }
    }

    private func beginTogether(_ openings: [Opening]) async throws -> [PaymentRow?] {
        let orders = try await self.orders.orders(openings.map { ($0.reservation, $0.member) })
        var plain: [Int64: (opening: Opening, order: Order)] = [:]
        for opening in openings {
            // Of twins the first begins; the other finds what it has begun.
            guard let order = orders[opening.reservation], order.memberID == opening.member, order.isPayable,
                order.total.amount > 0, plain[opening.reservation] == nil
            else { continue }
            plain[opening.reservation] = (opening, order)
        }
        guard !plain.isEmpty else { return openings.map { _ in nil } }
        let (claimed, all) = (plain.values.filter(\.opening.isClaimed), Array(plain.values))
        var begun = try await self.database.transaction("payment_begin") { transaction in
            var begun: [Int64: PaymentRow] = [:]
            for row in try await transaction.run(PaymentStatements.begin, parameters: self.parameters(all)) {
                let payment = try PaymentRow(row)
                begun[payment.reservationID] = payment
            }
            let kept = claimed.map(\.opening.reservation).filter { begun[$0] != nil }
            guard !kept.isEmpty else { return begun }
            guard try await self.orders.freeze(kept, in: transaction).count == kept.count else { throw NotPlain() }
            return begun
        }
        return openings.map { opening in
            plain[opening.reservation]?.opening.member == opening.member
                ? begun.removeValue(forKey: opening.reservation) : nil
        }
    }

    private func parameters(_ begun: [(opening: Opening, order: Order)]) -> [any PostgresEncodable] {
        let phases = begun.map { $0.opening.isClaimed ? PaymentPhase.inFlight : .created }
        let looks = begun.map { opening, order in
            opening.isClaimed ? PaymentLimits.seconds(self.limits.firstLookTime) : self.limits.closeDelay(order)
        }
        return [
            phases.map(\.rawValue), begun.map { _ in Payments.newOrderID() }, begun.map(\.order.reservationID),
            begun.map(\.order.memberID), begun.map(\.order.sellerID), begun.map(\.order.concertID),
            begun.map { _ in self.gateway }, begun.map(\.order.name), begun.map(\.order.total.amount),
            begun.map(\.order.total.currency.rawValue), looks,
        ]
    }

    // MARK: Ending

    /// What is complete, for each of them.
    func settle(_ endings: [Ending]) async -> [Result<Change?, any Error>] {
        await Self.each(endings) { try await self.settleTogether($0) }
    }

    private func settleTogether(_ endings: [Ending]) async throws -> [Change?] {
        var changes = try await self.database.transaction("payment_settle", actor: "payments") { transaction in
            var changes: [Int64: Change] = [:]
            var locked: [Int64: PaymentRow] = [:]
            for row in try await transaction.run(PaymentStatements.lockPlain, endings.map(\.payment)) {
                let payment = try PaymentRow(row)
                if payment.state.after(.pay) == .completed { locked[payment.id] = payment }
            }
            guard !locked.isEmpty else { return changes }
            let tickets = try await self.orders.confirm(locked.values.map(\.reservationID), in: transaction)
            let sold = endings.compactMap { ending -> (PaymentRow, GatewaySnapshot, [Int64])? in
                guard let payment = locked.removeValue(forKey: ending.payment),
                    let tickets = tickets[payment.reservationID]
                else { return nil }
                return (payment, ending.snapshot, tickets)
            }
            guard !sold.isEmpty else { return changes }
            for change in try await Self.complete(sold, in: transaction) { changes[change.before.id] = change }
            let after = changes.values.map(\.after)
            let journals = after.compactMap { LedgerJournal.captured($0, $0.total, isOrphan: false) }
            try await Ledger.post(journals, in: transaction)
            try await PaymentNews.tell(.paymentCompleted, of: after, in: transaction)
            return changes
        }
        return endings.map { changes.removeValue(forKey: $0.payment) }
    }

    private static func complete(
        _ sold: [(payment: PaymentRow, snapshot: GatewaySnapshot, tickets: [Int64])],
        in transaction: PostgresTransaction
    ) async throws -> [Change] {
        let rows = try await transaction.run(
            PaymentStatements.complete, sold.map(\.payment.id), sold.map(\.snapshot.providerKey),
            sold.map { $0.snapshot.method ?? "" }, sold.map { $0.snapshot.maskedCard ?? "" },
            sold.map { $0.snapshot.receiptURL ?? "" },
            sold.map { "{" + $0.tickets.map(\.description).joined(separator: ",") + "}" })
        var times: [Int64: PostgresTimestamp] = [:]
        for row in rows { times[try row.get(0)] = try row.get(1) }
        return try sold.map { payment, snapshot, tickets in
            guard let time = times[payment.id] else { throw NotPlain() }
            return Change(
                before: payment, after: payment.completed(snapshot, tickets: tickets, at: time.wallClock))
        }
    }

    // MARK: What goes wrong

    /// One of them is not what it looked like: nothing of any is done together.
    private struct NotPlain: Error {}

    /// What goes wrong with one of them must not spoil the others: each has another chance alone. What is the matter
    /// with the database is the matter with each.
    private static func each<Item: Sendable, Answer: Sendable>(
        _ items: [Item], _ body: ([Item]) async throws -> [Answer?]
    ) async -> [Result<Answer?, any Error>] {
        do {
            return try await body(items).map { .success($0) }
        } catch {
            let isOfAll: Bool
            switch (error as? PostgresError)?.code {
            case .unavailable, .timedOut, .overloaded, .commitUnknown, .diskFull: isOfAll = true
            case .some: isOfAll = false
            case nil: isOfAll = items.count == 1 && !(error is NotPlain)
            }
            return items.map { _ in isOfAll ? .failure(error) : .success(nil) }
        }
    }
}

extension PaymentRow {
    /// The same when the company has taken what it asked for, and its seats are sold.
    fileprivate func completed(_ snapshot: GatewaySnapshot, tickets: [Int64], at time: WallClock) -> PaymentRow {
        var row = self
        row.state = .completed
        row.captured = snapshot.total.amount
        row.capturedCurrency = snapshot.total.currency
        row.capturedAt = time
        if !snapshot.providerKey.isEmpty { row.providerKey = snapshot.providerKey }
        row.method = snapshot.method ?? row.method
        row.maskedCard = snapshot.maskedCard ?? row.maskedCard
        row.receiptURL = snapshot.receiptURL ?? row.receiptURL
        row.ticketIDs = tickets
        return row
    }
}
