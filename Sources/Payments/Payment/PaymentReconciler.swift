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

    /// Looks at some of every company that are due. True when there may be more.
    package func work() async throws -> Bool {
        try await self.payments.everyCompany { try await self.work(on: $0) }
    }

    package func work(on companies: Payments.Companies) async throws -> Bool {
        let (names, areThese) = self.payments.selection(companies)
        let rows = try await self.payments.database.run(
            PaymentStatements.takeDue, self.limits.askCountMax, PaymentLimits.seconds(self.limits.leaseTime), names,
            areThese)
        let ids: [Int64] = try rows.map { try $0.get(0) }
        try await self.payments.each(ids, of: "look") { id in try await self.look(at: id) }
        return ids.count == self.limits.askCountMax
    }

    /// Looks at one, due or not. A webhook brings us here too. False when the company gave no answer to go by.
    @discardableResult
    package func look(at id: Int64) async throws -> Bool {
        guard let payment = try await self.payments.payment(id, of: nil) else { return true }
        guard payment.gateway != Payments.freeGateway else { return true }
        guard let gateway = self.payments.gateways[payment.gateway] else {
            try await self.leaveToOperator(payment)
            return true
        }
        let (subject, reading) = try await self.read(payment, gateway)
        let finding = PaymentFinding(reading, of: subject)
        switch finding {
        case .paid, .mispaid:
            let after = try await self.payments.settle(id, finding)
            try await self.lookAgain(after)
            return true
        case .awaitingDeposit:
            let after = try await self.payments.settle(id, finding)
            // Nobody waits for it: the company is told until it does not either.
            if after.state == .failed {
                try await self.payments.abandon(after)
            } else {
                try await self.lookAgain(after)
            }
            return true
        case .refused:
            let after = try await self.payments.settle(id, finding, ifStill: subject.state.phase)
            try await self.lookAgain(after)
            return true
        case .doubtful:
            let after = try await self.payments.settle(id, finding)
            try await self.lookAgain(after, isAnswered: false)
            return false
        case .open(let isAuthorized):
            try await self.goOn(subject, isAuthorized: isAuthorized, gateway)
            return true
        case .absent:
            try await self.believeAbsent(subject)
            return true
        }
    }

    /// The company's key came with a buyer's browser, and may be another order's: then the order's own number decides,
    /// and the key is the other's again.
    private func read(
        _ payment: PaymentRow, _ gateway: any PaymentGateway
    ) async throws -> (PaymentRow, GatewayReading) {
        let reading = await gateway.fetch(payment.key)
        guard case .unknown(let doubt) = reading, doubt.reason == .mismatch, let key = payment.providerKey,
            !payment.state.hasMoney
        else { return (payment, reading) }
        var unkeyed = payment
        unkeyed.providerKey = nil
        let own = await gateway.fetch(unkeyed.key)
        if case .unknown = own { return (payment, own) }
        _ = try await self.payments.database.run(PaymentStatements.forgetKey, payment.id, key)
        return (unkeyed, own)
    }

    /// Nobody can be asked. What nobody was asked for ends; the rest is a person's.
    private func leaveToOperator(_ payment: PaymentRow) async throws {
        if payment.state.phase == .created {
            _ = try await self.payments.settle(
                payment.id, .refused(PaymentProblems.ended("company-gone")), ifStill: .created)
            return
        }
        self.payments.metrics.incident("unknown-gateway", payment: payment.id, code: payment.gateway)
        let wait = PaymentLimits.seconds(self.limits.goneCompanyTime)
        _ = try await self.payments.database.run(
            PaymentStatements.lookLaterInPhase, payment.id, wait, payment.state.phase.rawValue)
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
            try await self.closeUnlessHeld(payment)
        case .inFlight, .unknown:
            try await self.askAgain(payment, gateway)
        case .settled where payment.state == .failed:
            // What we gave up the buyer may have authorised, or may yet.
            try await self.payments.abandon(payment)
        case .awaitingDeposit, .settled:
            try await self.lookAgain(payment)
        }
    }

    /// Nobody pays for what is not held any more. It is over here before the company is told, so that nobody who comes
    /// meanwhile to pay is charged for what the company lets go.
    private func closeUnlessHeld(_ payment: PaymentRow) async throws {
        let after = try await self.expireUnlessHeld(payment)
        if after?.state == .failed { try await self.payments.abandon(payment) }
    }

    /// Nil when it is still held.
    private func expireUnlessHeld(_ payment: PaymentRow) async throws -> PaymentRow? {
        let order = try await self.payments.orders.order(payment.reservationID, of: payment.memberID)
        if let order, order.isPayable {
            _ = try await self.payments.database.run(
                PaymentStatements.lookLaterInPhase, payment.id, self.limits.closeDelay(order),
                PaymentPhase.created.rawValue)
            return nil
        }
        return try await self.payments.settle(
            payment.id, .refused(PaymentProblems.ended("expired")), ifStill: .created)
    }

    /// We asked, and the company says that it has not happened. The same is asked again by the same key, which can take
    /// the money once at most; what stays open is given up in the end.
    private func askAgain(_ payment: PaymentRow, _ gateway: any PaymentGateway) async throws {
        // Without a key nothing can be asked for: it is as good as not there.
        guard payment.providerKey != nil else { return try await self.believeAbsent(payment) }
        // The request that asked may still be on its way.
        guard payment.age >= self.limits.firstLookTime || payment.state.phase == .unknown else {
            try await self.lookAgain(payment)
            return
        }
        // Looks at a company that was silent have asked for nothing.
        if payment.confirmCount < self.limits.confirmCountMax {
            _ = try await self.payments.database.run(PaymentStatements.countConfirm, payment.id)
            let after = try await self.payments.take(payment)
            // What is settled says itself whether it is looked at again.
            if after.state.phase != .settled { try await self.lookAgain(after) }
            return
        }
        guard payment.age >= self.limits.openTimeMax else {
            try await self.lookAgain(payment)
            return
        }
        switch await gateway.abandon(payment.key) {
        case .gone, .expiresByItself:
            _ = try await self.payments.settle(
                payment.id, .refused(PaymentProblems.ended("abandoned")), ifStill: payment.state.phase)
        case .paid(let snapshot):
            _ = try await self.payments.settle(payment.id, PaymentFinding(snapshot, of: payment))
        case .unknown: try await self.lookAgain(payment)
        }
    }

    private func believeAbsent(_ payment: PaymentRow) async throws {
        switch payment.state.phase {
        case .created: _ = try await self.expireUnlessHeld(payment)
        case .inFlight, .unknown:
            guard payment.age >= self.limits.absenceTime else {
                try await self.lookAgain(payment)
                return
            }
            _ = try await self.payments.settle(
                payment.id, .refused(PaymentProblems.ended("absent")), ifStill: payment.state.phase)
        case .awaitingDeposit, .settled: try await self.lookAgain(payment)
        }
    }

    /// The next look, if one is needed.
    private func lookAgain(_ payment: PaymentRow, isAnswered: Bool = true) async throws {
        let database = self.payments.database
        switch payment.state.phase {
        case .settled:
            let wait = PaymentLimits.backoff(payment.attemptCount, most: self.limits.refundTimeMax)
            if isAnswered {
                _ = try await database.run(PaymentStatements.settledIsRead, payment.id, wait)
            } else {
                try await self.lookLater(payment, wait)
            }
        case .awaitingDeposit: try await self.lookLater(payment, PaymentLimits.seconds(self.limits.depositLookTime))
        case .created, .inFlight, .unknown:
            try await self.lookLater(
                payment, PaymentLimits.backoff(payment.attemptCount, most: self.limits.lookTimeMax))
        }
    }

    private func lookLater(_ payment: PaymentRow, _ seconds: Int64) async throws {
        _ = try await self.payments.database.run(
            PaymentStatements.lookLaterInPhase, payment.id, seconds, payment.state.phase.rawValue)
    }
}
