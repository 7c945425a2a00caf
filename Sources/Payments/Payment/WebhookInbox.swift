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
        let database = self.payments.database
        if !isSigned {
            let found = try await database.run(PaymentStatements.find, gateway, hint.orderID, hint.providerKey)
            guard let payment = try found.first.map(PaymentRow.init) else {
                self.metrics.webhooks.add("unasked", loop: nil)
                return
            }
            isSigned = try await self.isVerified(hint, of: payment)
        }
        let key = String(hint.eventKey.unicodeScalars.prefix(200).map(Character.init))
        let stored = try await database.run(
            PaymentStatements.storeWebhook, gateway, key, Payments.shortened(hint.eventType), hint.orderID,
            hint.providerKey, isSigned, body)
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

    /// Follows some that wait. True when there may be more.
    package func work() async throws -> Bool {
        let database = self.payments.database
        let rows = try await database.run(
            PaymentStatements.takeWebhooks, self.limits.batchCountMax, PaymentLimits.seconds(self.limits.leaseTime))
        try await self.payments.each(rows, of: "webhook") { row in try await self.follow(row) }
        return rows.count == self.limits.batchCountMax
    }

    private func follow(_ row: PostgresRow) async throws {
        let database = self.payments.database
        let (gateway, key): (String, String) = (try row.get(0), try row.get(1))
        let attemptCount: Int = try row.get(4)
        guard attemptCount <= self.limits.webhookTryCountMax else {
            try await self.end(gateway, key, "gave-up")
            return
        }
        let found = try await database.run(
            PaymentStatements.find, gateway, try row.get(2, as: String?.self), try row.get(3, as: String?.self))
        guard let payment = try found.first.map(PaymentRow.init) else {
            try await self.end(gateway, key, "nobody")
            return
        }
        if try await self.reconciler.look(at: payment.id) {
            try await self.end(gateway, key, "read")
            return
        }
        self.metrics.webhooks.add("later", loop: nil)
        _ = try await database.run(
            PaymentStatements.webhookLater, gateway, key,
            PaymentLimits.backoff(attemptCount, most: self.limits.lookTimeMax))
    }

    /// Throws away what was dealt with long ago, some at a time. True when there may be more.
    package func sweep() async throws -> Bool {
        let rows = try await self.payments.database.run(
            PaymentStatements.sweepWebhooks, PaymentLimits.seconds(self.limits.webhookKeepTime), 1000)
        return rows.affectedCount == 1000
    }

    private func end(_ gateway: String, _ key: String, _ outcome: StaticString) async throws {
        _ = try await self.payments.database.run(
            PaymentStatements.webhookDone, gateway, key, outcome.description)
        self.metrics.webhooks.add(outcome, loop: nil)
    }
}
