internal import Commerce
internal import HTTPServer
internal import Observability
package import Postgres
internal import Primitives

/// Keeps the promises of refunds: asks companies to give money back, once each, however often it has to ask. Works in
/// rounds that whoever starts the process calls; several processes may do so at once.
package final class RefundWorker: Sendable {
    private let payments: Payments
    private var limits: PaymentLimits { self.payments.limits }
    private var metrics: PaymentMetrics { self.payments.metrics }

    package init(payments: Payments) { self.payments = payments }

    /// Does some of every company that are due, and some of what concerts that are canceled want. True when there may
    /// be more.
    package func work() async throws -> Bool {
        let hasMore = try await self.payments.everyCompany { try await self.work(on: $0) }
        return try await self.sweep() || hasMore
    }

    package func work(on companies: Payments.Companies) async throws -> Bool {
        let (names, areThese) = self.payments.selection(companies)
        let rows = try await self.payments.database.run(
            RefundStatements.takeDue, self.limits.askCountMax, PaymentLimits.seconds(self.limits.leaseTime), names,
            areThese)
        let ids: [Int64] = try rows.map { try $0.get(0) }
        try await self.payments.each(ids, of: "refund") { id in try await self.send(id) }
        return ids.count == self.limits.askCountMax
    }

    /// Does this one at once, unless somebody is at it, and returns it as it is then.
    package func work(on id: Int64) async throws -> RefundRow {
        let taken = try await self.payments.database.run(
            RefundStatements.take, id, PaymentLimits.seconds(self.limits.leaseTime))
        if taken.affectedCount == 1 { try await self.send(id) }
        guard let refund = try await self.payments.refund(id) else { throw HTTPProblem.notFound }
        return refund
    }

    /// Asks the company. A second time it first reads whether the first did it.
    private func send(_ id: Int64) async throws {
        guard let refund = try await self.payments.refund(id),
            let payment = try await self.payments.payment(refund.paymentID, of: nil)
        else { return }
        guard let gateway = self.payments.gateways[payment.gateway] else {
            return try await self.leaveToOperator(refund, payment)
        }
        var asked = self.asked(refund, payment)
        asked.account = try await self.payments.refundAccount(of: payment)
        guard payment.deposit == nil || asked.account != nil else {
            return try await self.awaitAccount(refund, payment)
        }
        var outcome: GatewayRefundOutcome?
        if refund.attemptCount > 1 {
            let read = await gateway.fetchRefund(asked)
            if case .absent = read { outcome = nil } else { outcome = read }
        }
        if let outcome {
            try await self.settle(refund, payment, outcome)
        } else {
            try await self.settle(refund, payment, await gateway.refund(asked))
        }
    }

    /// Nobody has said where to: the buyer is asked for it, and this waits until he does. One whose account cannot be
    /// read any more is tried again.
    private func awaitAccount(_ refund: RefundRow, _ payment: PaymentRow) async throws {
        let waits = try await self.payments.database.transaction("refund_await", actor: "payments") { transaction in
            // Whoever names an account has the same lock.
            _ = try await self.payments.lock(payment.id, in: transaction)
            return try await transaction.run(TransferStatements.awaitAccount, refund.id, payment.id).affectedCount == 1
        }
        if waits {
            self.metrics.refunds.add("awaits-account", loop: nil)
        } else {
            try await self.settle(refund, payment, .tryLater(.notAsked("no-refund-account")))
        }
    }

    /// Nobody can be asked; the promise stays.
    private func leaveToOperator(_ refund: RefundRow, _ payment: PaymentRow) async throws {
        self.metrics.incident("unknown-gateway", payment: payment.id, code: payment.gateway)
        let wait = PaymentLimits.seconds(self.limits.goneCompanyTime)
        _ = try await self.payments.database.run(
            RefundStatements.later, refund.id, RefundStatus.processing.rawValue, nil as String?, wait)
    }

    func asked(_ refund: RefundRow, _ payment: PaymentRow) -> GatewayRefund {
        GatewayRefund(
            payment: payment.key, amount: refund.amount,
            balanceBefore: Money(payment.captured - payment.refunded, refund.amount.currency), reason: refund.reason,
            refundID: refund.id, providerRefundKey: refund.providerKey, idempotencyKey: refund.idempotencyKey)
    }

    /// Writes down what came of asking. First come, first served: what is done already stays done.
    package func settle(_ refund: RefundRow, _ payment: PaymentRow, _ outcome: GatewayRefundOutcome) async throws {
        let wait = PaymentLimits.backoff(refund.attemptCount, most: self.limits.refundTimeMax)
        let status = try await self.payments.database.transaction("refund_settle", actor: "payments") { transaction in
            let payment = try await self.payments.lock(payment.id, in: transaction)
            guard let row = try await transaction.run(RefundStatements.lock, refund.id).first else {
                return RefundStatus.succeeded
            }
            let refund = try RefundRow(row)
            switch outcome {
            case .refunded(let cancel, _):
                try await self.succeed(refund, payment, cancel, in: transaction)
            case .pending(let cancel):
                _ = try await transaction.run(
                    RefundStatements.later, refund.id, RefundStatus.processing.rawValue, cancel.key, wait)
            case .refused(let decline):
                guard refund.status.after(.refuse) != nil else { break }
                let isForAccount = TossCodes.accountRefusals.contains(decline.code)
                _ = try await transaction.run(
                    RefundStatements.fail, refund.id, Payments.shortened(decline.code), isForAccount)
                // It may be refused because somebody has given the money back elsewhere.
                _ = try await transaction.run(PaymentStatements.lookSoon, payment.id)
                try await PaymentNews.tell(
                    .refundFailed, of: payment, refund: refund.id, amount: refund.amount, cause: refund.cause,
                    in: transaction)
            case .tryLater, .absent:
                _ = try await transaction.run(
                    RefundStatements.later, refund.id, RefundStatus.processing.rawValue, nil as String?, wait)
                _ = try await transaction.run(PaymentStatements.lookSoon, payment.id)
            case .unknown(let doubt):
                try await self.payments.note(
                    payment, "refund-doubt", ["reason": doubt.reason.rawValue, "code": doubt.code], in: transaction)
                _ = try await transaction.run(
                    RefundStatements.later, refund.id, RefundStatus.unknown.rawValue, nil as String?, wait)
                // There may be nothing left to give back, which only the payment tells.
                _ = try await transaction.run(PaymentStatements.lookSoon, payment.id)
            }
            return try await self.payments.reread(refund: refund.id, in: transaction).status
        }
        self.payments.news.ring()
        self.count(status, outcome, payment)
    }

    private func succeed(
        _ refund: RefundRow, _ payment: PaymentRow, _ cancel: GatewayCancel, in transaction: PostgresTransaction
    ) async throws {
        if refund.status.after(.succeed) != nil {
            try await self.payments.finish(refund.id, of: payment.id, providerKey: cancel.key, in: transaction)
            return
        }
        // A reading took another refund of the same sum for this one, or one that leaves no room for it has its place.
        // The company's list tells which is which.
        if !Payments.isSame(refund.providerKey, cancel.key) {
            _ = try await transaction.run(PaymentStatements.lookSoon, payment.id)
        }
    }

    private func count(_ status: RefundStatus, _ outcome: GatewayRefundOutcome, _ payment: PaymentRow) {
        switch status {
        case .succeeded: self.metrics.refunds.add("succeeded", loop: nil)
        case .failed:
            self.metrics.refunds.add("failed", loop: nil)
            var code: String?
            if case .refused(let decline) = outcome { code = decline.code }
            self.metrics.incident("refund-failed", payment: payment.id, code: code)
        case .unknown: self.metrics.refunds.add("unknown", loop: nil)
        case .requested, .processing, .reversed, .superseded: self.metrics.refunds.add("pending", loop: nil)
        }
        if case .unknown(let doubt) = outcome, doubt.needsOperator {
            self.metrics.incident("misconfigured", payment: payment.id, code: doubt.code)
        }
    }

    // MARK: Concerts that are canceled

    /// Everybody gets everything back. Told twice, it is done once.
    package func refundAll(_ concert: Int64, reason: String, in transaction: PostgresTransaction) async throws {
        _ = try await transaction.run(RefundStatements.beginSweep, concert, reason)
    }

    /// One page of one concert. What it has done stays done, wherever it is cut off.
    package func sweep() async throws -> Bool {
        let database = self.payments.database
        let taken = try await database.run(RefundStatements.takeSweep, PaymentLimits.seconds(self.limits.leaseTime))
        guard let row = taken.first else { return false }
        let (concert, reason, after): (Int64, String, Int64) = (try row.get(0), try row.get(1), try row.get(2))
        let page = try await database.run(RefundStatements.sweepPage, concert, after, self.limits.batchCountMax)
        var refundCount = 0
        for row in page {
            let payment: Int64 = try row.get(0)
            do {
                _ = try await self.payments.refund(payment, seats: nil, reason: reason, by: .concert)
                refundCount += 1
            } catch {
                // It is another's turn, or a person's: the next pass sees whether it is still there.
                self.metrics.workFailed("sweep", error)
            }
        }
        guard page.count < self.limits.batchCountMax else {
            let last: Int64 = try page[page.count - 1].get(0)
            _ = try await database.run(RefundStatements.sweepGoesOn, concert, last, Int64(refundCount))
            return true
        }
        _ = try await database.run(
            RefundStatements.sweepEnds, concert, PaymentLimits.seconds(self.limits.lookTimeMax))
        return false
    }
}
