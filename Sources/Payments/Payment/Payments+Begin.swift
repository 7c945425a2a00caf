internal import Commerce
internal import HTTPServer
internal import Observability
internal import Postgres
internal import Primitives

/// A payment that a buyer can go on with.
package struct BegunPayment: Sendable {
    package var payment: PaymentRow
    /// Nil for what costs nothing.
    package var checkout: GatewayCheckout?
}

/// Pays in a buyer's place, or refuses to: for trying things out, never with real money.
package protocol PaymentDecider: Sendable {
    func decide(_ order: GatewayOrder, isSuccess: Bool) -> GatewayOutcome
}

extension SimulatorGateway: PaymentDecider {}

extension Payments {
    /// What costs nothing is paid by nobody.
    static var freeGateway: String { "free" }

    /// Begins to pay for a reservation, or goes on with what was begun. The amount is ours, never the buyer's.
    /// A code that is given takes something off; without one the list price is paid, whatever was begun before.
    package func begin(
        _ reservation: Int64, by member: Int64, promotion: PromotionCode? = nil, method: GatewayOrder.Method = .card
    ) async throws -> BegunPayment {
        let depositHours = try await self.depositHours(reservation, of: member, method)
        let payment: PaymentRow
        if promotion == nil, method == .card,
            let begun = try await self.begunTogether(reservation, by: member, isClaimed: false)
        {
            payment = begun
        } else {
            payment = try await self.record(reservation, by: member, promotion: promotion, method)
        }
        guard payment.gateway != Self.freeGateway else { return BegunPayment(payment: payment, checkout: nil) }
        let gateway = try self.gateway(of: payment)
        switch await gateway.checkout(for: self.gatewayOrder(payment, method, depositHours: depositHours)) {
        case .ready(let checkout):
            if let key = checkout.providerKey {
                _ = try await self.database.run(PaymentStatements.setKey, payment.id, key)
            }
            self.metrics.payments.add("begun", loop: nil)
            return BegunPayment(payment: payment, checkout: checkout)
        case .refused(let decline):
            // Unless somebody has gone on with it meanwhile: then it is no checkout's any more.
            _ = try await self.settle(payment.id, .refused(decline), ifStill: .created)
            throw PaymentProblems.declined(decline)
        case .unknown(let doubt):
            if doubt.needsOperator {
                self.metrics.incident("misconfigured", payment: payment.id, code: doubt.code)
            }
            throw PaymentProblems.gatewayUnavailable
        }
    }

    /// Pays at once, or is declined, without a browser: only where payments are simulated.
    package func decide(
        _ reservation: Int64, by member: Int64, promotion: PromotionCode? = nil, isSuccess: Bool,
        with decider: any PaymentDecider
    ) async throws -> PaymentRow {
        // Nobody is asked between the two steps, so they are one commit.
        let claim: PaymentClaim
        if promotion == nil,
            let begun = try await self.begunTogether(reservation, by: member, isClaimed: true)
        {
            claim = .claimed(begun)
        } else {
            claim = try await self.record(
                reservation, by: member, promotion: promotion
            ) { payment, transaction in
                guard payment.gateway != Self.freeGateway else { return PaymentClaim.answered(payment) }
                return try await self.claim(payment, of: member, providerKey: nil, amount: nil, in: transaction)
            }
        }
        switch claim {
        case .answered(let payment):
            if payment.gateway == Self.freeGateway { self.metrics.payments.add("free", loop: nil) }
            return payment
        case .lost:
            self.metrics.payments.add("hold-expired", loop: nil)
            throw PaymentProblems.holdExpired
        case .claimed(let payment):
            let outcome = decider.decide(self.gatewayOrder(payment), isSuccess: isSuccess)
            return try await self.settle(payment.id, PaymentFinding(outcome, of: payment))
        }
    }

    /// Begun in one commit with those of others; nil for what has to be dealt with alone.
    private func begunTogether(_ reservation: Int64, by member: Int64, isClaimed: Bool) async throws -> PaymentRow? {
        do {
            return try await self.openings.answer(
                to: PaymentBatches.Opening(reservation: reservation, member: member, isClaimed: isClaimed))
        } catch is BatcherFull { return nil }
    }

    private func record(
        _ reservation: Int64, by member: Int64, promotion: PromotionCode?, _ method: GatewayOrder.Method
    ) async throws -> PaymentRow {
        func record() async throws -> PaymentRow? {
            try await self.record(reservation, by: member, promotion: promotion) { payment, transaction in
                if payment.gateway == Self.freeGateway { return payment }
                return try await self.choose(method, for: payment, in: transaction) ? payment : nil
            }
        }
        var found = try await record()
        // One that is new was begun in no other way.
        if found == nil { found = try await record() }
        guard let payment = found else { throw PaymentProblems.inProgress }
        if payment.gateway == Self.freeGateway { self.metrics.payments.add("free", loop: nil) }
        return payment
    }

    private func gatewayOrder(
        _ payment: PaymentRow, _ method: GatewayOrder.Method = .card, depositHours: Int = GatewayOrder.depositHoursMax
    ) -> GatewayOrder {
        let base = "\(self.options.publicURL)/payment/\(payment.id)"
        return GatewayOrder(
            orderID: payment.orderID, name: payment.orderName, total: payment.total, successURL: base + "/success",
            failURL: base + "/fail", reservationID: payment.reservationID, paymentID: payment.id,
            idempotencyKey: payment.checkoutKey, method: method, depositHours: depositHours)
    }

    /// Two requests that begin at once meet at the index that lets one payment wait: the later one finds the other's.
    /// `next` is given the payment, which is locked, in the same transaction.
    private func record<Value>(
        _ reservation: Int64, by member: Int64, promotion: PromotionCode?,
        then next: (PaymentRow, PostgresTransaction) async throws -> Value
    ) async throws -> Value {
        guard let order = try await self.orders.order(reservation, of: member) else { throw HTTPProblem.notFound }
        var attemptCount = 1
        while true {
            do {
                return try await self.database.transaction("payment_begin", actor: "member:\(order.memberID)") {
                    try await next(self.record(order, promotion, in: $0), $0)
                }
            } catch let error as PostgresError {
                guard case .uniqueViolation = error.code, attemptCount < self.limits.beginCountMax else { throw error }
                attemptCount += 1
            }
        }
    }

    private func record(
        _ order: Order, _ code: PromotionCode?, in transaction: PostgresTransaction
    ) async throws -> PaymentRow {
        let waiting = try await transaction.run(PaymentStatements.lockWaiting, order.reservationID).first
            .map(PaymentRow.init)
        if let waiting, waiting.state != .created { throw PaymentProblems.inProgress }
        var offer: PromotionUse.Offer?
        if let code { offer = try await PromotionUse.offer(code, of: order, waiting: waiting, in: transaction) }
        let total = Money(order.total.amount - (offer?.discount ?? 0), order.total.currency)
        let isFree = total.amount == 0
        let gateway = isFree ? Self.freeGateway : self.options.gateway
        if let waiting {
            let isSameOffer = offer.map(\.isHeld) ?? (waiting.promotionID == nil)
            if order.isPayable, isSameOffer, waiting.total == total, waiting.gateway == gateway { return waiting }
            // Another price or another company: the old attempt can take nothing that we would not give back.
            try await self.refuse(waiting, "superseded", in: transaction)
        }
        let isPaid: Bool = try await transaction.run(
            PaymentStatements.hasCapture, order.reservationID, 0 as Int64
        ).single()
        if isPaid || order.isConfirmed { throw PaymentProblems.alreadyPaid }
        guard order.isPayable else { throw PaymentProblems.holdExpired }
        let id: Int64 = try await transaction.run(
            PaymentStatements.insert, Self.newOrderID(), order.reservationID, order.memberID, order.sellerID,
            order.concertID, gateway, order.name, total.amount, total.currency.rawValue,
            self.limits.closeDelay(order)
        ).single()
        var payment = try await self.reread(id, in: transaction)
        if let offer {
            try await PromotionUse.take(offer, for: payment, in: transaction)
            payment = try await self.reread(id, in: transaction)
        }
        return isFree ? try await self.completeFree(payment, in: transaction) : payment
    }

    private func completeFree(_ payment: PaymentRow, in transaction: PostgresTransaction) async throws -> PaymentRow {
        guard try await self.orders.freeze(payment.reservationID, in: transaction) else {
            throw PaymentProblems.holdExpired
        }
        guard let tickets = try await self.sell(payment, in: transaction) else { throw PaymentProblems.holdExpired }
        _ = try await transaction.run(
            PaymentStatements.capture, payment.id, PaymentStatus.completed.rawValue, false, 0 as Int64,
            payment.total.currency.rawValue, String?.none, String?.none, String?.none, String?.none, String?.none,
            tickets)
        let completed = try await self.reread(payment.id, in: transaction)
        try await PaymentNews.tell(.paymentCompleted, of: completed, in: transaction)
        return completed
    }
    /// Sells the seats for what the payment comes to. Returns the tickets; nil when the seats are lost.
    func sell(_ payment: PaymentRow, in transaction: PostgresTransaction) async throws -> [Int64]? {
        guard let tickets = try await self.orders.confirm(payment.reservationID, in: transaction) else { return nil }
        if payment.discount > 0 {
            try await self.orders.discount(payment.reservationID, by: payment.discount, in: transaction)
        }
        return tickets
    }
}
