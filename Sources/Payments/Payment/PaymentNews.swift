internal import Commerce
internal import HTTPServer
internal import Postgres

/// What the rest of the house is told of payments, in the transaction in which it happens.
enum PaymentNews {
    static func tell(
        _ topic: OutboxTopic, of payment: PaymentRow, in transaction: PostgresTransaction
    ) async throws(PostgresError) {
        try await self.tell(topic, of: [payment], in: transaction)
    }

    static func tell(
        _ topic: OutboxTopic, of payments: [PaymentRow], in transaction: PostgresTransaction
    ) async throws(PostgresError) {
        let events = payments.map { payment in
            (topic: topic, aggregate: payment.aggregate, payload: Self.json { self.members(of: payment, &$0) })
        }
        try await Outbox.add(events, in: transaction)
    }

    static func tell(
        _ topic: OutboxTopic, of payment: PaymentRow, refund: Int64, amount: Money, seats: [Int64] = [],
        tickets: [Int64] = [], cause: RefundCause, in transaction: PostgresTransaction
    ) async throws(PostgresError) {
        let payload = Self.json { writer in
            self.members(of: payment, &writer)
            writer.member("refundId", refund)
            writer.member("refund", amount)
            writer.member("cause", cause.rawValue)
            writer.member("seatIds", seats)
            writer.member("revokedTicketIds", tickets)
        }
        try await Outbox.add(topic, of: payment.aggregate, payload: payload, in: transaction)
    }

    private static func members(of payment: PaymentRow, _ writer: inout JSONWriter) {
        writer.member("paymentId", payment.id)
        writer.member("reservationId", payment.reservationID)
        writer.member("memberId", payment.memberID)
        writer.member("sellerId", payment.sellerID)
        writer.member("concertId", payment.concertID)
        writer.member("status", payment.state.status.rawValue)
        writer.member("amount", payment.total)
        writer.member("ticketIds", payment.ticketIDs)
        if let code = payment.failureCode { writer.member("failureCode", code) }
    }

    static func json(_ members: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        writer.object(members)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
