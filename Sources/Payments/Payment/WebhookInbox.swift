package import HTTPServer
internal import Observability
internal import Postgres
package import Primitives

/// What companies send by themselves. It is stored before they are told so, and later it makes us read their books;
/// whatever it says about money is not looked at.
package final class WebhookInbox: Sendable {
    private let payments: Payments
    private let reconciler: PaymentReconciler
    private var limits: PaymentLimits { self.payments.limits }
    private var metrics: PaymentMetrics { self.payments.metrics }

    package init(payments: Payments, reconciler: PaymentReconciler) {
        self.payments = payments
        self.reconciler = reconciler
    }

    /// Stores what came in. Returns when it is safe; throws the problem to answer with.
    ///
    /// What is not signed is stored only when it names a payment of ours by the number that nobody can guess: a
    /// stranger fills nothing and makes us ask nobody.
    package func receive(_ gateway: String, _ fields: HTTPFields, _ body: [UInt8], at now: WallClock) async throws {
        guard let company = self.payments.gateways[gateway] else { throw HTTPProblem.notFound }
        guard body.count <= self.limits.webhookByteCountMax else {
            throw HTTPProblem(.contentTooLarge, code: "too-large")
        }
        switch company.parseWebhook(fields, body, at: now) {
        case .ignored: self.metrics.webhooks.add("ignored", loop: nil)
        case .refused(let refusal):
            self.metrics.webhooks.add("refused", loop: nil)
            throw HTTPProblem(.badRequest, code: "invalid-webhook", detail: refusal.rawValue)
        case .hint(let hint): try await self.store(hint, of: gateway, body)
        }
    }

    private func store(_ hint: GatewayHint, of gateway: String, _ body: [UInt8]) async throws {
        var isSigned = hint.isVerified(by: nil)
        let isNamed = hint.orderID != nil || hint.providerKey != nil
        var orderID = hint.orderID
        var delay: Int64 = 0
        if !isSigned || hint.saysPaid || !isNamed {
            let payment = try await self.payment(of: hint, gateway)
            if let payment, !isSigned { isSigned = try await self.isVerified(hint, of: payment) }
            if hint.saysPaid, let payment {
                // Companies tell of every payment, and mostly what they have answered already, or are about to.
                guard payment.state.status != .completed else {
                    self.metrics.webhooks.add("known", loop: nil)
                    return
                }
                if payment.state.phase == .inFlight { delay = PaymentLimits.seconds(self.limits.answerTime) }
            }
            if !isSigned || !isNamed {
                guard let payment else {
                    self.metrics.webhooks.add("unasked", loop: nil)
                    return
                }
                if !isSigned { return try await self.storeUnsigned(hint, body, about: payment, delay: delay) }
                orderID = payment.orderID
            }
        }
        let key = String(hint.eventKey.unicodeScalars.prefix(200).map(Character.init))
        let stored = try await self.payments.database.run(
            PaymentStatements.storeWebhook, gateway, key, Payments.shortened(hint.eventType), orderID,
            hint.providerKey, isSigned, body, hint.saysPaid, delay)
        self.metrics.webhooks.add(stored.affectedCount == 1 ? "stored" : "twin", loop: nil)
    }

    /// Whether the company has sent it. One with the wrong secret is nobody's; where we have none yet, it is worth a
    /// reading like any that is not signed.
    private func isVerified(_ hint: GatewayHint, of payment: PaymentRow) async throws -> Bool {
        guard case .secret = hint.proof, let secret = try await self.payments.depositSecret(of: payment.id) else {
            return false
        }
        guard hint.isVerified(by: secret) else {
            self.metrics.webhooks.add("refused", loop: nil)
            throw HTTPProblem(
                .badRequest, code: "invalid-webhook", detail: GatewayWebhook.Refusal.signatureWrong.rawValue)
        }
        return true
    }

    private func payment(of hint: GatewayHint, _ gateway: String) async throws -> PaymentRow? {
        let database = self.payments.database
        if hint.orderID == nil, hint.providerKey == nil {
            return try await database.run(PaymentStatements.findByRefund, gateway, hint.refundKey).first
                .map(PaymentRow.init)
        }
        return try await database.run(PaymentStatements.find, gateway, hint.orderID, hint.providerKey).first
            .map(PaymentRow.init)
    }

    /// Whoever has bought knows the number of his order, and may send any number of these: a payment has one that
    /// waits, nothing of what came is kept, and it is not read more often than the company would tell of it.
    private func storeUnsigned(
        _ hint: GatewayHint, _ body: [UInt8], about payment: PaymentRow, delay: Int64
    ) async throws {
        guard body.count <= self.limits.hintByteCountMax else {
            throw HTTPProblem(.contentTooLarge, code: "too-large")
        }
        let isNew: Bool = try await self.payments.database.run(
            PaymentStatements.storeHint, payment.gateway, "unsigned-\(payment.id)",
            Payments.shortened(hint.eventType), payment.orderID, PaymentLimits.seconds(self.limits.hintTime),
            hint.saysPaid, delay
        ).single()
        self.metrics.webhooks.add(isNew ? "stored" : "twin", loop: nil)
    }

    /// Ends some that say what is known meanwhile, and follows some of every company that wait. True when there may be
    /// more.
    package func work() async throws -> Bool {
        let isEnding = try await self.endKnown()
        return try await self.payments.everyCompany { try await self.work(on: $0) } || isEnding
    }

    /// Ends some that say what is known meanwhile, for which nobody has to be asked. True when there may be more.
    package func endKnown() async throws -> Bool {
        let count = try await self.payments.database.run(
            PaymentStatements.endKnownWebhooks, self.limits.batchCountMax
        ).affectedCount
        for _ in 0..<count { self.metrics.webhooks.add("known", loop: nil) }
        return count == self.limits.batchCountMax
    }

    package func work(on companies: Payments.Companies) async throws -> Bool {
        let (names, areThese) = self.payments.selection(companies)
        let rows = try await self.payments.database.run(
            PaymentStatements.takeWebhooks, self.limits.askCountMax, PaymentLimits.seconds(self.limits.leaseTime),
            names, areThese)
        let waiting = try rows.map(Waiting.init)
        try await self.payments.each(waiting, of: "webhook") { one in try await self.follow(one) }
        return waiting.count == self.limits.askCountMax
    }

    /// One that was taken.
    private struct Waiting: Sendable {
        let gateway: String
        let key: String
        let orderID: String?
        let providerKey: String?
        let attemptCount: Int
        let receivedAt: PostgresTimestamp

        init(_ row: PostgresRow) throws {
            self.gateway = try row.get(0)
            self.key = try row.get(1)
            self.orderID = try row.get(2)
            self.providerKey = try row.get(3)
            self.attemptCount = try row.get(4)
            self.receivedAt = try row.get(5)
        }
    }

    private func follow(_ one: Waiting) async throws {
        let database = self.payments.database
        let found = try await database.run(PaymentStatements.find, one.gateway, one.orderID, one.providerKey)
        guard let payment = try found.first.map(PaymentRow.init) else {
            try await self.end(one, "nobody")
            return
        }
        guard one.attemptCount <= self.limits.webhookTryCountMax else {
            // From here on the payment is looked at by itself until the company answers, settled or not.
            _ = try await database.run(PaymentStatements.lookSoon, payment.id)
            try await self.end(one, "gave-up")
            return
        }
        if try await self.reconciler.look(at: payment.id) {
            try await self.end(one, "read")
            return
        }
        self.metrics.webhooks.add("later", loop: nil)
        _ = try await database.run(
            PaymentStatements.webhookLater, one.gateway, one.key,
            PaymentLimits.backoff(one.attemptCount, most: self.limits.lookTimeMax))
    }

    /// Throws away what was dealt with long ago, some at a time. True when there may be more.
    package func sweep() async throws -> Bool {
        let rows = try await self.payments.database.run(
            PaymentStatements.sweepWebhooks, PaymentLimits.seconds(self.limits.webhookKeepTime), 1000)
        return rows.affectedCount == 1000
    }

    private func end(_ one: Waiting, _ outcome: StaticString) async throws {
        _ = try await self.payments.database.run(
            PaymentStatements.webhookDone, one.gateway, one.key, outcome.description, one.receivedAt,
            PaymentLimits.seconds(self.limits.hintTime))
        self.metrics.webhooks.add(outcome, loop: nil)
    }
}
