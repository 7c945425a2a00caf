internal import HTTPServer
internal import Observability
internal import Postgres
internal import Primitives

/// Ends what was left open: by a lost answer, a crash between two steps, a buyer who went away, a transfer that takes
/// days. It reads the company's books and tells `Payments.settle` what they say; nothing is ever guessed from silence.
///
/// Works in rounds that whoever starts the process calls; several processes may do so at once, each on other payments.
package final class PaymentReconciler: Sendable {
    private let payments: Payments
    private var limits: PaymentLimits { self.payments.limits }

    package init(payments: Payments) { self.payments = payments }

    /// Looks at some that are due. True when there may be more.
    package func work() async throws -> Bool {
        let rows = try await self.payments.database.run(
            PaymentStatements.takeDue, self.limits.batchCountMax, PaymentLimits.seconds(self.limits.leaseTime))
        try await self.payments.each(rows, of: "look") { row in try await self.look(at: try row.get(0)) }
        return rows.count == self.limits.batchCountMax
    }

    /// Looks at one, due or not. A webhook brings us here too. False when the company gave no answer to go by.
    @discardableResult
    package func look(at id: Int64) async throws -> Bool {
        guard let payment = try await self.payments.payment(id, of: nil) else { return true }
        guard let gateway = self.payments.gateways[payment.gateway] else { return true }
        let finding = PaymentFinding(await gateway.fetch(payment.key), of: payment)
        switch finding {
        case .paid, .mispaid, .awaitingDeposit, .refused:
            let after = try await self.payments.settle(id, finding)
            try await self.lookAgain(after)
            return true
        case .doubtful:
            let after = try await self.payments.settle(id, finding)
            try await self.lookAgain(after)
            return false
        case .open(let isAuthorized):
            try await self.goOn(payment, isAuthorized: isAuthorized, gateway)
            return true
        case .absent:
            try await self.believeAbsent(payment)
            return true
        }
    }

    /// The company has it open.
    private func goOn(_ payment: PaymentRow, isAuthorized: Bool, _ gateway: any PaymentGateway) async throws {
        switch payment.state.phase {
        case .created:
            if isAuthorized, let key = payment.providerKey {
                // The buyer has done his part, and his browser never came back to say so.
                do {
                    _ = try await self.payments.confirm(payment.id, of: nil, providerKey: key, amount: nil)
                } catch let problem as HTTPProblem {
                    // The seats are lost, and that is written down already.
                    self.payments.metrics.log.info(
                        "authorized payment not taken", ["code": .text(problem.code.description)])
                }
                return
            }
            try await self.closeUnlessHeld(payment, gateway)
        case .inFlight, .unknown:
            try await self.askAgain(payment, gateway)
        case .awaitingDeposit, .settled:
            try await self.lookAgain(payment)
        }
    }

    /// Nobody pays for what is not held any more.
    private func closeUnlessHeld(_ payment: PaymentRow, _ gateway: any PaymentGateway) async throws {
        let order = try await self.payments.orders.order(payment.reservationID, of: payment.memberID)
        if let order, order.isPayable {
            _ = try await self.payments.database.run(
                PaymentStatements.lookLater, payment.id, self.limits.closeDelay(order))
            return
        }
        switch await gateway.abandon(payment.key) {
        case .gone, .expiresByItself:
            _ = try await self.payments.settle(payment.id, .refused(PaymentProblems.ended("expired")))
        case .paid(let snapshot):
            _ = try await self.payments.settle(payment.id, PaymentFinding(snapshot, of: payment))
        case .unknown: try await self.lookAgain(payment)
        }
    }

    /// We asked, and the company says that it has not happened. The same is asked again by the same key, which can take
    /// the money once at most; what stays open is given up in the end.
    private func askAgain(_ payment: PaymentRow, _ gateway: any PaymentGateway) async throws {
        // The request that asked may still be on its way.
        guard payment.age >= self.limits.firstLookTime || payment.state.phase == .unknown else {
            try await self.lookAgain(payment)
            return
        }
        if payment.attemptCount <= self.limits.confirmCountMax {
            try await self.lookAgain(try await self.payments.take(payment))
            return
        }
        guard payment.age >= self.limits.openTimeMax else {
            try await self.lookAgain(payment)
            return
        }
        switch await gateway.abandon(payment.key) {
        case .gone, .expiresByItself:
            _ = try await self.payments.settle(payment.id, .refused(PaymentProblems.ended("abandoned")))
        case .paid(let snapshot):
            _ = try await self.payments.settle(payment.id, PaymentFinding(snapshot, of: payment))
        case .unknown: try await self.lookAgain(payment)
        }
    }

    private func believeAbsent(_ payment: PaymentRow) async throws {
        switch payment.state.phase {
        case .created:
            let order = try await self.payments.orders.order(payment.reservationID, of: payment.memberID)
            if let order, order.isPayable {
                _ = try await self.payments.database.run(
                    PaymentStatements.lookLater, payment.id, self.limits.closeDelay(order))
            } else {
                _ = try await self.payments.settle(payment.id, .refused(PaymentProblems.ended("expired")))
            }
        case .inFlight, .unknown:
            guard payment.age >= self.limits.absenceTime else {
                try await self.lookAgain(payment)
                return
            }
            _ = try await self.payments.settle(payment.id, .refused(PaymentProblems.ended("absent")))
        case .awaitingDeposit, .settled: try await self.lookAgain(payment)
        }
    }

    /// The next look, if one is needed.
    private func lookAgain(_ payment: PaymentRow) async throws {
        let database = self.payments.database
        switch payment.state.phase {
        case .settled: _ = try await database.run(PaymentStatements.looked, payment.id)
        case .awaitingDeposit:
            _ = try await database.run(
                PaymentStatements.lookLater, payment.id, PaymentLimits.seconds(self.limits.depositLookTime))
        case .created, .inFlight, .unknown:
            _ = try await database.run(
                PaymentStatements.lookLater, payment.id,
                PaymentLimits.backoff(payment.attemptCount, most: self.limits.lookTimeMax))
        }
    }
}
