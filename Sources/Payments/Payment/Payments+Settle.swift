internal import Commerce
internal import HTTPServer
internal import Observability
internal import Postgres
internal import Primitives

extension Payments {
    /// Writes down what is known of a payment. Whoever comes first with it changes something; the others, and whoever
    /// comes with something older, get the payment as it is.
    ///
    /// Payment, seats, tickets, books and news are one commit. Money for which there are no seats is an orphan, and is
    /// promised back in the same commit.
    package func settle(_ id: Int64, reading: GatewayReading) async throws -> PaymentRow {
        guard let payment = try await self.payment(id, of: nil) else { throw HTTPProblem.notFound }
        return try await self.settle(id, PaymentFinding(reading, of: payment))
    }

    /// - Parameter phase: What was judged by. In another one nothing is written down: it is judged anew.
    func settle(_ id: Int64, _ finding: PaymentFinding, ifStill phase: PaymentPhase? = nil) async throws -> PaymentRow {
        if case .awaitingDeposit(let snapshot) = finding, let decline = try await self.refusal(of: snapshot, for: id) {
            return try await self.settle(id, .refused(decline), ifStill: phase)
        }
        if phase == nil, let ending = PaymentBatches.Ending(id, finding),
            let change = try await self.settledTogether(ending)
        {
            self.count(finding, before: change.before, after: change.after)
            return change.after
        }
        do {
            return try await self.settleOnce(id, finding, ifStill: phase)
        } catch let error as PostgresError {
            // Another payment of the reservation was completed at the same moment. The second look sees it.
            guard case .uniqueViolation = error.code else { throw error }
            return try await self.settleOnce(id, finding, ifStill: phase)
        }
    }

    /// Written down in one commit with others; nil for what has to be dealt with alone.
    private func settledTogether(_ ending: PaymentBatches.Ending) async throws -> PaymentBatches.Change? {
        do { return try await self.endings.answer(to: ending) } catch is BatcherFull { return nil }
    }

    private func settleOnce(
        _ id: Int64, _ finding: PaymentFinding, ifStill phase: PaymentPhase?
    ) async throws -> PaymentRow {
        let (before, after) = try await self.database.transaction("payment_settle", actor: "payments") { transaction in
            let before = try await self.lock(id, in: transaction)
            if let phase, before.state.phase != phase { return (before, before) }
            var after = try await self.apply(finding, to: before, in: transaction)
            if let snapshot = finding.snapshot, after.state.hasMoney {
                let mayHaveReturned = after.deposit != nil && after.refunded > 0
                if case .awaitingDeposit = finding {
                    try await self.reverseDeposit(snapshot, of: after, in: transaction)
                    after = try await self.reread(id, in: transaction)
                } else if snapshot.isDisputed || after.isDisputed || !snapshot.cancels.isEmpty || mayHaveReturned {
                    try await self.adoptRefunds(snapshot, of: after, in: transaction)
                    after = try await self.reread(id, in: transaction)
                }
            }
            return (before, after)
        }
        self.count(finding, before: before, after: after)
        return after
    }

    /// Returns the payment as it is then.
    private func apply(
        _ finding: PaymentFinding, to payment: PaymentRow, in transaction: PostgresTransaction
    ) async throws -> PaymentRow {
        if case .doubtful(let doubt) = finding {
            try await self.note(
                payment, "doubt", ["reason": doubt.reason.rawValue, "code": doubt.code], in: transaction)
        }
        guard let event = finding.event, let next = payment.state.after(event) else {
            return try await self.reread(payment.id, in: transaction)
        }
        switch finding {
        case .paid(let snapshot):
            return try await self.capture(snapshot, payment, next, in: transaction)
        case .mispaid(let snapshot):
            let captured = try await self.capture(snapshot, payment, next, in: transaction)
            try await self.thaw(payment, in: transaction)
            return captured
        case .awaitingDeposit(let snapshot):
            try await self.awaitDeposit(snapshot, payment, in: transaction)
        case .refused(let decline):
            _ = try await transaction.run(PaymentStatements.refuse, payment.id, Self.shortened(decline.code))
            try await self.thaw(payment, in: transaction)
            let failed = try await self.reread(payment.id, in: transaction)
            try await PaymentNews.tell(.paymentFailed, of: failed, in: transaction)
        case .doubtful:
            _ = try await transaction.run(
                PaymentStatements.doubt, payment.id, PaymentLimits.backoff(1, most: self.limits.lookTimeMax))
        case .open, .absent: break
        }
        return try await self.reread(payment.id, in: transaction)
    }

    /// The company has money. `next` says whether it is what we asked for. Seats are sold first, so that the payment is
    /// written once; returns what it is then.
    private func capture(
        _ snapshot: GatewaySnapshot, _ payment: PaymentRow, _ next: PaymentState, in transaction: PostgresTransaction
    ) async throws -> PaymentRow {
        var isOrphan = next.isOrphan
        if !isOrphan {
            // One reservation is paid once: a second payment of it is nobody's.
            isOrphan = try await transaction.run(
                PaymentStatements.hasCapture, payment.reservationID, payment.id
            ).single()
        }
        if !isOrphan { isOrphan = try await !PromotionUse.isLeft(for: payment, in: transaction) }
        var tickets: [Int64] = []
        if !isOrphan {
            let sold = try await self.sell(payment, in: transaction)
            isOrphan = sold == nil
            tickets = sold ?? []
        }
        _ = try await transaction.run(
            PaymentStatements.capture, payment.id, next.status.rawValue, isOrphan, snapshot.total.amount,
            snapshot.total.currency.rawValue, snapshot.providerKey, snapshot.method, snapshot.maskedCard,
            snapshot.receiptURL, next.status == .failed ? "amount-mismatch" : nil as String?, tickets)
        if !isOrphan { try await PromotionUse.retake(for: payment, in: transaction) }
        let captured = try await self.reread(payment.id, in: transaction)
        try await Ledger.post(
            .captured(captured, snapshot.total, isOrphan: captured.state.isOrphan), in: transaction)
        try await PaymentNews.tell(
            captured.state.isOrphan ? .paymentOrphaned : .paymentCompleted, of: captured, in: transaction)
        guard captured.state.isOrphan else { return captured }
        try await self.promiseOrphan(captured, snapshot, in: transaction)
        return try await self.reread(payment.id, in: transaction)
    }

    private func awaitDeposit(
        _ snapshot: GatewaySnapshot, _ payment: PaymentRow, in transaction: PostgresTransaction
    ) async throws {
        // One that was made without our asking: the seats have to be kept for it from here on.
        if !payment.state.freezesSeats {
            guard try await self.orders.freeze(payment.reservationID, in: transaction) else { return }
        }
        try await self.orders.awaitTransfer(payment.reservationID, in: transaction)
        let deposit = snapshot.deposit.map { deposit in
            PaymentNews.json { writer in
                writer.member("bankCode", deposit.bankCode)
                writer.member("accountNumber", deposit.accountNumber)
                writer.member("dueAt", deposit.dueAt?.rfc3339)
            }
        }
        _ = try await transaction.run(
            PaymentStatements.awaitDeposit, payment.id, snapshot.providerKey, snapshot.method, deposit,
            PaymentLimits.seconds(self.limits.depositLookTime))
        try await self.keepSecret(of: snapshot, for: payment, in: transaction)
    }

    private func thaw(_ payment: PaymentRow, in transaction: PostgresTransaction) async throws {
        guard payment.state.freezesSeats else { return }
        try await self.orders.thaw(payment.reservationID, heldFor: self.limits.retryHoldTime, in: transaction)
    }

    func note(
        _ payment: PaymentRow, _ kind: String, _ detail: KeyValuePairs<StaticString, String?>,
        in transaction: PostgresTransaction
    ) async throws {
        let json = PaymentNews.json { writer in
            for (name, value) in detail { writer.member(name, value.map(Self.shortened)) }
        }
        _ = try await transaction.run(PaymentStatements.note, payment.id, kind, json)
    }

    /// A company's words are kept short, whatever it sends.
    static func shortened(_ code: String) -> String { String(code.unicodeScalars.prefix(64).map(Character.init)) }

    private func count(_ finding: PaymentFinding, before: PaymentRow, after: PaymentRow) {
        if case .doubtful(let doubt) = finding, doubt.needsOperator {
            let isMismatch = doubt.reason == .mismatch
            self.metrics.incident(
                isMismatch ? "mismatch" : "misconfigured", payment: after.id, code: doubt.code)
        }
        if case .awaitingDeposit = finding, before.state.status == .completed {
            self.metrics.incident("deposit-reversed", payment: after.id)
        }
        guard before.state != after.state else { return }
        switch (after.state.status, after.state.phase) {
        case (.failed, _) where after.state.isOrphan:
            self.metrics.payments.add("mispaid", loop: nil)
            self.metrics.incident("mispaid", payment: after.id)
        case (.failed, _): self.metrics.payments.add("failed", loop: nil)
        case (_, .unknown): self.metrics.payments.add("unknown", loop: nil)
        case (_, .awaitingDeposit): self.metrics.payments.add("awaiting-deposit", loop: nil)
        case _ where before.state.hasMoney || !after.state.hasMoney: break
        case _ where after.state.isOrphan: self.metrics.payments.add("orphaned", loop: nil)
        case _ where before.state.status == .failed: self.metrics.payments.add("late", loop: nil)
        default: self.metrics.payments.add("completed", loop: nil)
        }
    }
}
