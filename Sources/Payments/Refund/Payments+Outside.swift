internal import Commerce
internal import HTTPServer
internal import Observability
internal import Postgres
internal import Primitives

/// How refunds that happened without us come into the books.
extension Payments {
    /// Refunds that the company's books have and ours do not. Those of ours that are under way, or were refused, are
    /// found among them; the others get rows of their own.
    func adoptRefunds(
        _ snapshot: GatewaySnapshot, of payment: PaymentRow, in transaction: PostgresTransaction
    ) async throws {
        var snapshot = snapshot
        snapshot.cancels += try await self.returnedDeposits(snapshot, of: payment, in: transaction)
        if payment.isDisputed != snapshot.isDisputed {
            _ = try await transaction.run(PaymentStatements.dispute, payment.id, snapshot.isDisputed)
            if snapshot.isDisputed { self.metrics.incident("disputed", payment: payment.id) }
        }
        try await self.reverseRefunds(snapshot, of: payment, in: transaction)
        try await self.shrinkChargebacks(snapshot, of: payment, in: transaction)
        guard snapshot.cancels.contains(where: Self.isMoneyBack) else { return }
        var known = try await transaction.run(RefundStatements.lockOfPayment, payment.id).map(RefundRow.init)
        snapshot.cancels = RefundMatch.sorted(snapshot.cancels, by: known)
        for cancel in snapshot.cancels where Self.isMoneyBack(cancel) {
            if known.contains(where: { $0.completedAt != nil && Self.isSame($0.providerKey, cancel.key) }) { continue }
            if let index = RefundMatch.index(of: cancel, in: known, snapshot.cancels) {
                try await self.finish(known[index].id, of: payment.id, providerKey: cancel.key, in: transaction)
            } else {
                try await self.adopt(cancel, snapshot, of: payment.id, in: transaction)
            }
            known = try await transaction.run(RefundStatements.lockOfPayment, payment.id).map(RefundRow.init)
        }
    }

    private static func isMoneyBack(_ cancel: GatewayCancel) -> Bool {
        cancel.status == .done && cancel.amount.amount > 0
    }

    /// Byte for byte: comparing strings would normalise them.
    static func isSame(_ key: String?, _ other: String) -> Bool {
        key.map { $0.utf8.elementsEqual(other.utf8) } ?? false
    }

    /// A refund that nobody here asked for. What of ours it leaves no room for ends with it.
    private func adopt(
        _ cancel: GatewayCancel, _ snapshot: GatewaySnapshot, of paymentID: Int64, in transaction: PostgresTransaction
    ) async throws {
        let payment = try await self.reread(paymentID, in: transaction)
        let known = try await transaction.run(RefundStatements.lockOfPayment, paymentID).map(RefundRow.init)
        guard cancel.amount.currency == payment.capturedCurrency,
            let room = RefundRoom(
                for: cancel.amount.amount, in: payment, known, snapshot, isForced: cancel.isChargeback)
        else {
            // More than there is by the company's own books: nothing can be written down that would be true.
            try await self.note(
                payment, "refund-excess", ["key": cancel.key, "amount": "\(cancel.amount.amount)"], in: transaction)
            self.metrics.incident("refund-excess", payment: payment.id, code: cancel.key)
            return
        }
        let cause = cancel.isChargeback ? RefundCause.chargeback : .external
        let booked = Money(cancel.amount.amount - room.excess, cancel.amount.currency)
        if room.excess > 0 { self.metrics.incident("dispute-loss", payment: payment.id, code: cancel.key) }
        let id: Int64 = try await transaction.run(
            RefundStatements.insertDone, payment.id, booked.amount, booked.currency.rawValue, cause.rawValue,
            self.reason(cancel.reason ?? ""), self.newRefundKey(), cancel.key, room.excess
        ).single()
        var seats: [Int64] = []
        var tickets: [Int64] = []
        if !payment.state.isOrphan {
            // The seats of what it takes the place of are given back already.
            let isAll =
                cancel.isChargeback || snapshot.balance.amount == 0
                || cancel.amount.amount == payment.available + room.gained
            (seats, tickets) = try await self.revoke(
                payment, cancel.amount.amount - room.supersededTotal, isAll: isAll, refund: id, in: transaction)
        }
        try await self.clear(room, in: transaction)
        try await self.repay(
            payment, booked, fee: -room.waivedKept, pending: room.released, in: transaction)
        try await Ledger.post(.refunded(id, of: payment, booked, excess: room.excess), in: transaction)
        let repaid = try await self.reread(paymentID, in: transaction)
        try await PaymentNews.tell(
            .refundCompleted, of: repaid, refund: id, amount: booked, seats: seats, tickets: tickets,
            cause: cause, in: transaction)
        self.metrics.refunds.add(cancel.isChargeback ? "chargeback" : "external", loop: nil)
        try await self.promiseRest(room, of: repaid, after: id, cancel.amount.amount, in: transaction)
    }

    private func clear(_ room: RefundRoom, in transaction: PostgresTransaction) async throws {
        for refund in room.superseded {
            _ = try await transaction.run(RefundStatements.supersede, refund.id)
            self.metrics.refunds.add("superseded", loop: nil)
        }
        for (refund, fee) in room.waived { _ = try await transaction.run(RefundStatements.waive, refund.id, fee) }
    }

    /// What was promised by refunds that have ended without being done, and did not come from elsewhere, is promised
    /// anew. Whoever asks for one of theirs is told of this one, or of the one from elsewhere.
    private func promiseRest(
        _ room: RefundRoom, of payment: PaymentRow, after id: Int64, _ amount: Int64,
        in transaction: PostgresTransaction
    ) async throws {
        guard let last = room.superseded.first else { return }
        _ = try await transaction.run(RefundStatements.takePlace, id, last.id)
        let rest = room.rest(after: amount)
        guard rest.back > 0 || rest.fee > 0 else { return }
        let back = Money(rest.back, last.amount.currency)
        let next = try await self.insertRefund(
            payment, back, fee: rest.fee, last.cause, reason: last.reason, in: transaction)
        _ = try await transaction.run(RefundStatements.takePlace, next, last.id)
        if rest.back == 0 {
            // Nothing to send: it is done.
            try await self.finish(next, of: payment.id, providerKey: nil, in: transaction)
            return
        }
        try await PaymentNews.tell(
            .refundRequested, of: payment, refund: next, amount: back, cause: last.cause, in: transaction)
    }

    /// Seats of money that others gave back. Of a part it must be clear which: one seat of that price. Otherwise a
    /// person decides.
    private func revoke(
        _ payment: PaymentRow, _ amount: Int64, isAll: Bool, refund: Int64, in transaction: PostgresTransaction
    ) async throws -> (seats: [Int64], tickets: [Int64]) {
        guard var lines = try await self.orders.refundable(payment.reservationID, in: transaction)?.lines else {
            return ([], [])
        }
        if !isAll {
            guard amount > 0 else { return ([], []) }
            lines = lines.filter { $0.paid == amount }
            if lines.count != 1 {
                self.metrics.incident("refund-of-unknown-seats", payment: payment.id)
                return ([], [])
            }
        }
        guard !lines.isEmpty else { return ([], []) }
        let seats = lines.map(\.seatID)
        _ = try await transaction.run(
            RefundStatements.addLines, payment.reservationID, refund, seats, lines.map(\.paid))
        let tickets = try await self.orders.cancel(
            payment.reservationID, seats: seats, reason: "refunded elsewhere", in: transaction)
        return (seats, tickets)
    }
}
