internal import Postgres

/// What codes take off payments.
extension PaymentMigrations {
    /// A code is of one concert. A payment that was begun with one holds a use of it, `uses_promotion`, and `uses` of
    /// the code counts those payments. Whatever ends a payment without a sale, or takes the whole sale back, gives the
    /// use back in the same moment: the table does it, so that no way to end one can forget to. A use that was given
    /// back is held again only where the program takes it anew, within the limits.
    ///
    /// `payment.amount` is what is really to be paid, with the discount taken off.
    static let discounts = PostgresMigration(
        number: 290, name: "discounts",
        sql: """
            DROP INDEX promotion_code;
            ALTER TABLE promotion ALTER COLUMN concert_id SET NOT NULL,
                ADD COLUMN uses_member_max integer NOT NULL DEFAULT 1 CHECK (uses_member_max BETWEEN 1 AND 1000),
                ADD CHECK (amount_max IS NULL OR kind = 'PERCENT');
            CREATE UNIQUE INDEX promotion_code ON promotion (concert_id, code) WHERE deleted_at IS NULL;
            CREATE INDEX promotion_concert ON promotion (concert_id, id);

            CREATE VIEW promotion_row AS SELECT id, basis_points::bigint AS basis_points, amount, amount_max,
                concert_id, code, currency, starts_at, ends_at, uses::bigint AS uses, uses_max::bigint AS uses_max,
                uses_member_max::bigint AS uses_member_max,
                CASE WHEN deleted_at IS NOT NULL THEN 'ENDED' WHEN now() < starts_at THEN 'UPCOMING'
                    WHEN now() >= ends_at THEN 'OVER' WHEN uses >= uses_max THEN 'USED_UP' ELSE 'ACTIVE' END AS status,
                created_at
                FROM promotion;

            ALTER TABLE payment ADD COLUMN discount bigint NOT NULL DEFAULT 0 CHECK (discount >= 0),
                ADD COLUMN promotion_id bigint REFERENCES promotion,
                ADD COLUMN uses_promotion boolean NOT NULL DEFAULT false,
                ADD CONSTRAINT payment_discount_why CHECK (promotion_id IS NOT NULL OR discount = 0),
                ADD CONSTRAINT payment_uses_what CHECK (promotion_id IS NOT NULL OR NOT uses_promotion);
            CREATE INDEX payment_promotion ON payment (promotion_id, member_id) WHERE uses_promotion;
            CREATE INDEX payment_concert_canceled ON payment (concert_id) WHERE status = 'CANCELED';

            CREATE OR REPLACE VIEW payment_row AS SELECT id, order_id, reservation_id, member_id, seller_id,
                concert_id, gateway, order_name, amount, currency, status, phase, provider_key, method, masked_card,
                receipt_url, deposit::text AS deposit, failure_code, orphan, captured, captured_currency, captured_at,
                refunded, kept, refund_pending, is_disputed, ticket_ids, attempts,
                (extract(epoch FROM clock_timestamp() - coalesce(claimed_at, created_at)) * 1000)::bigint AS age,
                created_at, discount, promotion_id, uses_promotion
                FROM payment;

            CREATE FUNCTION payment_gives_use_back() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                UPDATE promotion SET uses = uses - 1 WHERE id = NEW.promotion_id;
                NEW.uses_promotion := false;
                RETURN NEW;
            END $$;
            CREATE TRIGGER payment_ends_use BEFORE UPDATE ON payment FOR EACH ROW
                WHEN (NEW.uses_promotion AND (NEW.status IN ('FAILED', 'CANCELED') OR NEW.orphan))
                EXECUTE FUNCTION payment_gives_use_back();
            """)
}
