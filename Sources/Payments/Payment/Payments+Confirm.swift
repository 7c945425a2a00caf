internal import Commerce
internal import HTTPServer
internal import Observability
internal import Postgres
internal import Primitives

/// Whether the company may be asked for the money of a payment.
enum PaymentClaim {
    case claimed(PaymentRow)
    /// Somebody has asked already: this is what is known.
    case answered(PaymentRow)
    /// The seats are not to be had any more.
    case lost(PaymentRow)
}

extension Payments {
    /// Takes the money of a payment: seats are kept from everybody else first, then the company is asked, then it is
    /// written down what came of it. Asked again, it answers what became of it.
    ///
    /// - Parameters:
    ///   - member: Nil when the house goes on with what a buyer has authorised.
    ///   - amount: What the buyer was shown; nil when nobody says.
    package func confirm(
        _ id: Int64, of member: Int64?, providerKey: String, amount: Int64?
    ) async throws -> PaymentRow {
        switch try await self.claim(id, of: member, providerKey: providerKey, amount: amount) {
        case .answered(let payment): return payment
        case .lost(let payment):
            try await self.abandon(payment)
            throw PaymentProblems.holdExpired
        case .claimed(let payment): return try await self.take(payment)
        }
    }

    /// The first step: from here on the seats are kept, and whoever looks knows that the company may have been asked.
    func claim(_ id: Int64, of member: Int64?, providerKey: String?, amount: Int64?) async throws -> PaymentClaim {
        do {
            let claim = try await self.database.transaction(
                "payment_claim", actor: member.map { "member:\($0)" } ?? "payments"
            ) {
                try await self.claim(
                    self.lock(id, in: $0), of: member, providerKey: providerKey, amount: amount, in: $0)
            }
            if case .lost = claim { self.metrics.payments.add("hold-expired", loop: nil) }
            return claim
        } catch let error as PostgresError {
            // The company's key of another payment: nobody gets two for the money of one.
            guard case .uniqueViolation = error.code else { throw error }
            throw PaymentProblems.invalidState
        }
    }

    /// Asks the company for the money of a payment that is claimed, and writes down what came of it.
    func take(_ payment: PaymentRow) async throws -> PaymentRow {
        guard let providerKey = payment.providerKey else { throw PaymentProblems.invalidState }
        let outcome = try await self.gateway(of: payment).confirm(
            GatewayAttempt(
                orderID: payment.orderID, providerKey: providerKey, total: payment.total,
                idempotencyKey: payment.confirmKey))
        let finding = PaymentFinding(outcome, of: payment)
        let after = try await self.settle(payment.id, finding)
        if case .awaitingDeposit = finding, after.state == .failed { return try await self.letGo(after) }
        return after
    }

    /// The same of a payment that the transaction has locked.
    func claim(
        _ payment: PaymentRow, of member: Int64?, providerKey: String?, amount: Int64?,
        in transaction: PostgresTransaction
    ) async throws -> PaymentClaim {
        let id = payment.id
        guard member == nil || payment.memberID == member else { throw HTTPProblem.notFound }
        let isSameKey = payment.providerKey.flatMap { key in providerKey.map { $0.utf8.elementsEqual(key.utf8) } }
        guard let next = payment.state.after(.claim) else {
            if member == nil || isSameKey == true { return .answered(payment) }
            throw payment.state.status == .waiting ? PaymentProblems.inProgress : PaymentProblems.invalidState
        }
        if let amount, amount != payment.total.amount {
            self.metrics.payments.add("amount-mismatch", loop: nil)
            throw PaymentProblems.amountMismatch
        }
        guard isSameKey != false else { throw PaymentProblems.invalidState }
        // What a browser brings is believed only where it is the first to know.
        let gateway = try self.gateway(of: payment)
        if providerKey != nil, payment.providerKey == nil, gateway.tellsKeyAtCheckout {
            throw PaymentProblems.invalidState
        }
        guard try await self.orders.freeze(payment.reservationID, in: transaction) else {
            try await self.refuse(payment, "hold-expired", in: transaction)
            return .lost(try await self.reread(id, in: transaction))
        }
        let changed = try await transaction.run(
            PaymentStatements.claim, id, providerKey, PaymentLimits.seconds(self.limits.firstLookTime))
        guard changed.affectedCount == 1 else { throw PaymentProblems.invalidState }
        var claimed = payment
        claimed.state = next
        claimed.providerKey = providerKey ?? payment.providerKey
        return .claimed(claimed)
    }

    /// Nobody wants a payment any more that nobody was asked for yet. The buyer may have authorised it all the same:
    /// the company is told by `abandon`, at once or by the reconciler.
    func refuse(_ payment: PaymentRow, _ code: String, in transaction: PostgresTransaction) async throws {
        _ = try await transaction.run(PaymentStatements.refuse, payment.id, code)
        _ = try await transaction.run(
            PaymentStatements.lookIn, payment.id, PaymentLimits.seconds(self.limits.abandonTime))
        let failed = try await self.reread(payment.id, in: transaction)
        try await PaymentNews.tell(.paymentFailed, of: failed, in: transaction)
    }

    /// Tells the company, where there is one still, at once; and returns the payment as it is then.
    func letGo(_ payment: PaymentRow) async throws -> PaymentRow {
        guard self.gateways[payment.gateway] != nil else { return payment }
        try await self.abandon(payment)
        return try await self.payment(payment.id, of: nil) ?? payment
    }

    /// Tells the company that nobody wants this payment any more. If it has the money already, that is dealt with; if
    /// it says nothing, it is told again.
    func abandon(_ payment: PaymentRow) async throws {
        let gateway = try self.gateway(of: payment)
        let wait = PaymentLimits.backoff(payment.attemptCount, most: self.limits.refundTimeMax)
        switch await gateway.abandon(payment.key) {
        case .gone, .expiresByItself: _ = try await self.database.run(PaymentStatements.settledIsRead, payment.id, wait)
        case .paid(let snapshot): _ = try await self.settle(payment.id, PaymentFinding(snapshot, of: payment))
        case .unknown: _ = try await self.database.run(PaymentStatements.lookIn, payment.id, wait)
        }
    }
}
