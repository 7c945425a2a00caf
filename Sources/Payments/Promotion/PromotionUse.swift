internal import Commerce
internal import HTTPServer
internal import Postgres

/// Codes as buyers use them: in the transaction that begins a payment, whose row is locked before that of the code.
enum PromotionUse {
    /// What a code would take off an order.
    struct Offer {
        let promotionID: Int64
        let discount: Int64
        /// The payment that waits was begun with it already.
        let isHeld: Bool
    }

    /// What a code takes off, with the code locked: whoever else wants its last use waits. Throws what the buyer is
    /// told. What a payment that waits was promised stays so, whatever became of the code.
    static func offer(
        _ code: PromotionCode, of order: Order, waiting: PaymentRow?, in transaction: PostgresTransaction
    ) async throws -> Offer {
        let currency = order.total.currency.rawValue
        let rows = try await transaction.run(Self.lockByCode, order.concertID, code.text, currency)
        guard let row = rows.first else { throw PaymentProblems.promotionInvalid }
        let id: Int64 = try row.get(0)
        if let waiting, waiting.usesPromotion, waiting.promotionID == id,
            waiting.total.amount + waiting.discount == order.total.amount
        {
            return Offer(promotionID: id, discount: waiting.discount, isHeld: true)
        }
        guard try row.get(4) else { throw PaymentProblems.promotionInvalid }
        let promotion = try Promotion(row)
        return Offer(promotionID: id, discount: promotion.discount(of: order.total.amount), isHeld: false)
    }

    /// A payment that was just written down, with the discount taken off, holds a use of the code that is locked.
    static func take(_ offer: Offer, for payment: PaymentRow, in transaction: PostgresTransaction) async throws {
        if let refusal = try await Self.refusal(offer.promotionID, to: payment.memberID, in: transaction) {
            throw refusal
        }
        try await Self.use(offer.promotionID, offer.discount, for: payment, in: transaction)
    }

    /// Money has come for a payment that had been given up, and its use with it: whether there is one for it still. The
    /// code is locked until the transaction ends.
    static func isLeft(for payment: PaymentRow, in transaction: PostgresTransaction) async throws -> Bool {
        guard let promotion = payment.promotionID, !payment.usesPromotion else { return true }
        _ = try await transaction.run(PromotionStatements.lock, promotion)
        return try await Self.refusal(promotion, to: payment.memberID, in: transaction) == nil
    }

    /// The payment is complete after all, and has its use again: nothing that has failed can hold one.
    static func retake(for payment: PaymentRow, in transaction: PostgresTransaction) async throws {
        guard let promotion = payment.promotionID, !payment.usesPromotion else { return }
        try await Self.use(promotion, payment.discount, for: payment, in: transaction)
    }

    /// Why there is no use of a code that is locked. Counted by a statement of its own, which sees what those have
    /// committed who had the lock before.
    private static func refusal(
        _ promotion: Int64, to member: Int64, in transaction: PostgresTransaction
    ) async throws -> HTTPProblem? {
        guard let row = try await transaction.run(Self.room, promotion, member).first else {
            throw PostgresError(.decoding)
        }
        let (isLeft, isLeftForMember): (Bool, Bool) = (try row.get(0), try row.get(1))
        guard isLeft else { return PaymentProblems.promotionUsedUp }
        return isLeftForMember ? nil : PaymentProblems.promotionLimit
    }

    private static func use(
        _ promotion: Int64, _ discount: Int64, for payment: PaymentRow, in transaction: PostgresTransaction
    ) async throws {
        let used = try await transaction.run(Self.use, payment.id, discount, promotion)
        guard used.affectedCount == 1 else { throw PostgresError(.decoding) }
    }

    /// concert, code, currency: number, basis points, sum, the most that is taken off, whether it may be used now.
    private static let lockByCode = PostgresStatement(
        "promotion_lock_by_code",
        """
        SELECT id, basis_points::bigint, amount, amount_max, now() >= starts_at AND now() < ends_at FROM promotion
        WHERE concert_id = $1 AND code = $2 AND currency = $3 AND deleted_at IS NULL FOR NO KEY UPDATE
        """)

    /// Of a code that is locked: whether there is a use left, and whether there is one for this member.
    private static let room = PostgresStatement(
        "promotion_room",
        """
        SELECT uses < uses_max, uses_member_max > (
            SELECT count(*) FROM payment WHERE promotion_id = $1 AND member_id = $2 AND uses_promotion)
        FROM promotion WHERE id = $1
        """)

    /// payment, discount, code.
    private static let use = PostgresStatement(
        "promotion_use",
        """
        WITH used AS (UPDATE promotion SET uses = uses + 1 WHERE id = $3 RETURNING id)
        UPDATE payment SET discount = $2, promotion_id = used.id, uses_promotion = true FROM used
        WHERE payment.id = $1
        """)
}
