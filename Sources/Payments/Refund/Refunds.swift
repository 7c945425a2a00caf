package import Commerce
internal import HTTPServer
internal import Observability
internal import Postgres
internal import Primitives

/// What would be given back.
package struct RefundQuote: Sendable {
    package var seatIDs: [Int64]
    package var paid: Int64
    package var back: Int64
    package var fee: Int64
    package var currency: Currency
    package var daysBefore: Int
    package var feeBasisPoints: Int64
}

/// Who wants something given back.
package enum RefundParty: Sendable {
    /// Whoever bought it, by the rules.
    case member(Int64)
    /// The house, all that was paid.
    case manager(Int64)
    /// Everything, because there is no show.
    case concert

    var cause: RefundCause {
        switch self {
        case .member: .member
        case .manager: .manager
        case .concert: .concertCanceled
        }
    }

    var actor: String {
        switch self {
        case .member(let id), .manager(let id): "member:\(id)"
        case .concert: "payments"
        }
    }

    func owns(_ payment: PaymentRow) -> Bool {
        if case .member(let id) = self { return payment.memberID == id }
        return true
    }
}

extension Payments {
    /// What giving back these seats, or all, would come to at this moment. Changes nothing.
    package func quote(_ id: Int64, seats: [Int64]?, by party: RefundParty) async throws -> RefundQuote {
        // Whose it is comes first: what is another's is not touched, not even by a lock.
        guard let payment = try await self.payment(id, of: nil), party.owns(payment) else { throw HTTPProblem.notFound }
        return try await self.database.transaction("refund_quote", actor: party.actor) { transaction in
            try await self.quote(payment, seats: seats, by: party, in: transaction).quote
        }
    }

    /// Promises to give back what was paid for these seats, or for all that are left: from here on the tickets are
    /// void, the seats free, and the money held until the company has paid it. Asked again for the same seats, it
    /// answers with the refund that there is.
    package func refund(
        _ id: Int64, seats: [Int64]?, reason: String, by party: RefundParty
    ) async throws -> RefundRow {
        let (refund, isNew) = try await self.database.transaction("refund_request", actor: party.actor) { transaction in
            let payment = try await self.lock(id, in: transaction)
            guard party.owns(payment) else { throw HTTPProblem.notFound }
            if let known = try await self.covering(payment, seats, in: transaction) { return (known, false) }
            try self.requireCompany(of: payment, for: party)
            let found = try await self.quote(payment, seats: seats, by: party, in: transaction)
            return (try await self.promise(payment, found, reason: reason, by: party, in: transaction), true)
        }
        if isNew {
            self.metrics.refunds.add("requested", loop: nil)
            self.news.ring()
        }
        return refund
    }

    package func refund(_ id: Int64) async throws -> RefundRow? {
        try await self.database.run(RefundStatements.get, id).first.map(RefundRow.init)
    }

    package func refunds(of payment: Int64) async throws -> [RefundRow] {
        try await self.database.run(RefundStatements.ofPayment, payment).map(RefundRow.init)
    }

    package func refunds(
        status: RefundStatus?, payment: Int64?, before: Int64, countMax: Int
    ) async throws -> [RefundRow] {
        let rows =
            if let payment {
                try await self.database.run(
                    PaymentListStatements.refundsOfPayment, payment, status?.rawValue, before, countMax)
            } else if let status {
                try await self.database.run(PaymentListStatements.refundsInStatus, status.rawValue, before, countMax)
            } else {
                try await self.database.run(PaymentListStatements.refunds, before, countMax)
            }
        return try rows.map(RefundRow.init)
    }

    // MARK: Helpers

    private struct Found {
        var quote: RefundQuote
        var lines: [RefundableOrder.Line]
    }

    /// The refund that these seats were given back by; the last one, when all are asked for and none is left.
    private func covering(
        _ payment: PaymentRow, _ seats: [Int64]?, in transaction: PostgresTransaction
    ) async throws -> RefundRow? {
        // Of everything, it is the answer only when nothing is left; that is what CANCELED and promises tell.
        let isNothingLeft = payment.state.status == .canceled || (payment.captured > 0 && payment.available == 0)
        if seats == nil, !isNothingLeft { return nil }
        guard payment.state.hasMoney, !payment.state.isOrphan,
            let row = try await transaction.run(
                RefundStatements.covering, payment.reservationID, seats.map { Array(Set($0)) }
            ).first,
            let id = try row.get(0, as: Int64?.self),
            let found = try await transaction.run(RefundStatements.get, id).first
        else { return nil }
        let refund = try RefundRow(found)
        return refund.paymentID == payment.id ? refund : nil
    }

    private func quote(
        _ payment: PaymentRow, seats: [Int64]?, by party: RefundParty, in transaction: PostgresTransaction
    ) async throws -> Found {
        guard party.owns(payment) else { throw HTTPProblem.notFound }
        switch payment.state.status {
        case .completed, .partCanceled: break
        case .waiting, .failed, .canceled: throw PaymentProblems.invalidState
        }
        // While a bank asks for the money, giving it back would do so twice; whoever knows more may all the same.
        let isHeldBack = payment.isDisputed && party.cause.isByRules
        guard !payment.state.isOrphan, !isHeldBack else { throw PaymentProblems.refundNotAllowed }
        guard let order = try await self.orders.refundable(payment.reservationID, in: transaction), !order.lines.isEmpty
        else { throw PaymentProblems.refundNotAllowed }
        var lines = order.lines
        // Whoever changes his mind gives back what he has: a ticket that he gave away is another's.
        if party.cause.isByRules { lines.removeAll { !$0.isHeldByBuyer } }
        guard !lines.isEmpty else { throw PaymentProblems.givenAway }
        if let seats {
            let wanted = Set(seats)
            let isGivenAway = order.lines.contains { wanted.contains($0.seatID) && !$0.isHeldByBuyer }
            guard !isGivenAway || !party.cause.isByRules else { throw PaymentProblems.givenAway }
            lines = lines.filter { wanted.contains($0.seatID) }
            guard lines.count == wanted.count, !wanted.isEmpty else { throw PaymentProblems.invalidSeat }
        }
        let moment = try await self.moment(order, in: transaction)
        let price = lines.reduce(0 as Int64) { $0 &+ max($1.paid, 0) }
        // Where others have given back a part already, the rest is what is left.
        let paid = min(price, payment.available)
        guard paid > 0 || price == 0 else { throw PaymentProblems.exceedsBalance }
        var points: Int64 = 0
        if party.cause.isByRules, !order.isCalledOff {
            guard let kept = self.fee(order, payment, at: moment), kept < RefundPolicy.whole else {
                throw PaymentProblems.windowClosed
            }
            points = kept
        }
        let share = RefundPolicy.share(of: paid, keeping: points)
        let quote = RefundQuote(
            seatIDs: lines.map(\.seatID), paid: paid, back: share.back, fee: share.fee,
            currency: payment.total.currency,
            daysBefore: moment.daysBefore, feeBasisPoints: points)
        return Found(quote: quote, lines: lines)
    }

    /// Tickets are not voided for money that nobody can be asked for. Who has to get it back all the same is promised
    /// it, and an operator is told.
    private func requireCompany(of payment: PaymentRow, for party: RefundParty) throws(HTTPProblem) {
        if case .concert = party { return }
        guard payment.gateway != Self.freeGateway else { return }
        _ = try self.gateway(of: payment)
    }

    private func moment(
        _ order: RefundableOrder, in transaction: PostgresTransaction
    ) async throws -> RefundPolicy.Moment {
        let rows = try await transaction.run(
            RefundStatements.moment, PostgresTimestamp(order.startsAt), PostgresTimestamp(order.confirmedAt),
            order.timeZone)
        guard let row = rows.first else { throw PostgresError(.decoding) }
        return RefundPolicy.Moment(
            daysBefore: try row.get(0), hasBegun: try row.get(1), secondsSincePurchase: try row.get(2))
    }

    /// Basis points; nil when nothing is taken back any more. Who could not know which rules held is held to the ones
    /// that are better for him.
    private func fee(_ order: RefundableOrder, _ payment: PaymentRow, at moment: RefundPolicy.Moment) -> Int64? {
        let fee = self.policy(order.rules, payment).feeBasisPoints(at: moment)
        guard order.otherRules != order.rules else { return fee }
        let other = self.policy(order.otherRules, payment).feeBasisPoints(at: moment)
        return [fee, other].compactMap { $0 }.min()
    }

    /// Rules that cannot be read are no reason to keep more than the standard does.
    private func policy(_ rules: String?, _ payment: PaymentRow) -> RefundPolicy {
        guard let rules else { return .standard }
        if let policy = RefundPolicy(json: rules) { return policy }
        self.metrics.incident("unreadable-rules", payment: payment.id)
        return .standard
    }

    private func promise(
        _ payment: PaymentRow, _ found: Found, reason: String, by party: RefundParty,
        in transaction: PostgresTransaction
    ) async throws -> RefundRow {
        let quote = found.quote
        let id = try await self.insertRefund(
            payment, Money(quote.back, quote.currency), fee: quote.fee, party.cause, reason: reason, in: transaction)
        _ = try await transaction.run(
            RefundStatements.addLines, payment.reservationID, id, found.lines.map(\.seatID), found.lines.map(\.paid))
        let tickets = try await self.orders.cancel(
            payment.reservationID, seats: quote.seatIDs, reason: reason, in: transaction)
        try await PaymentNews.tell(
            .refundRequested, of: payment, refund: id, amount: Money(quote.back, quote.currency), seats: quote.seatIDs,
            tickets: tickets, cause: party.cause, in: transaction)
        if quote.back == 0 {
            // Nothing to send: it is done.
            try await self.finish(id, of: payment.id, providerKey: nil, in: transaction)
        }
        return try await self.reread(refund: id, in: transaction)
    }

    func reread(refund id: Int64, in transaction: PostgresTransaction) async throws -> RefundRow {
        guard let row = try await transaction.run(RefundStatements.get, id).first else { throw HTTPProblem.notFound }
        return try RefundRow(row)
    }
}
