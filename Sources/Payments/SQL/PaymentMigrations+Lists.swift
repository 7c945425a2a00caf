internal import Postgres

/// What keeps statements from going through whole tables.
extension PaymentMigrations {
    /// `settlement_due` has every movement of money that is in no settlement yet, written by the tables themselves: to
    /// settle is to take rows out of it, however many were settled before.
    static let due = PostgresMigration(
        number: 280, name: "what is due for settlement",
        sql: """
            CREATE TABLE settlement_due (
                ref_type text NOT NULL CHECK (ref_type IN ('PAYMENT', 'REFUND', 'REVERSAL', 'GATEWAY_FEE')),
                ref_id bigint NOT NULL,
                seller_id bigint NOT NULL,
                currency text NOT NULL,
                at timestamptz NOT NULL,
                amount bigint NOT NULL,
                PRIMARY KEY (ref_type, ref_id));
            CREATE INDEX settlement_due_seller ON settlement_due (seller_id, currency, at);

            CREATE FUNCTION settlement_owes(kind text, id bigint, seller bigint, currency text, at timestamptz,
                amount bigint) RETURNS void LANGUAGE sql AS $$
                INSERT INTO settlement_due (ref_type, ref_id, seller_id, currency, at, amount)
                SELECT kind, id, seller, currency, at, amount
                WHERE NOT EXISTS (SELECT FROM settlement_item AS i WHERE i.ref_type = kind AND i.ref_id = id)
                ON CONFLICT (ref_type, ref_id) DO UPDATE SET at = EXCLUDED.at, amount = EXCLUDED.amount
            $$;

            CREATE FUNCTION payment_due() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                INSERT INTO settlement_due (ref_type, ref_id, seller_id, currency, at, amount)
                VALUES ('PAYMENT', NEW.id, NEW.seller_id, NEW.currency, NEW.captured_at, NEW.captured);
                RETURN NULL;
            END $$;
            CREATE TRIGGER payment_due AFTER UPDATE ON payment FOR EACH ROW
                WHEN (OLD.captured_at IS NULL AND NEW.captured_at IS NOT NULL AND NOT NEW.orphan AND NEW.captured > 0)
                EXECUTE FUNCTION payment_due();
            CREATE TRIGGER payment_due_born AFTER INSERT ON payment FOR EACH ROW
                WHEN (NEW.captured_at IS NOT NULL AND NOT NEW.orphan AND NEW.captured > 0)
                EXECUTE FUNCTION payment_due();
            CREATE FUNCTION payment_due_moved() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                UPDATE settlement_due SET at = NEW.captured_at WHERE ref_type = 'PAYMENT' AND ref_id = NEW.id;
                RETURN NULL;
            END $$;
            CREATE TRIGGER payment_due_moved AFTER UPDATE OF captured_at ON payment FOR EACH ROW
                WHEN (OLD.captured_at <> NEW.captured_at) EXECUTE FUNCTION payment_due_moved();

            CREATE FUNCTION refund_due() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE
                p payment;
            BEGIN
                SELECT * INTO p FROM payment WHERE id = NEW.payment_id;
                IF p.orphan OR NEW.amount = 0 THEN
                    RETURN NULL;
                END IF;
                IF NEW.completed_at IS NOT NULL THEN
                    PERFORM settlement_owes('REFUND', NEW.id, p.seller_id, p.currency, NEW.completed_at, -NEW.amount);
                END IF;
                IF NEW.reversed_at IS NOT NULL THEN
                    PERFORM settlement_owes('REVERSAL', NEW.id, p.seller_id, p.currency, NEW.reversed_at, NEW.amount);
                END IF;
                RETURN NULL;
            END $$;
            CREATE TRIGGER refund_due_born AFTER INSERT ON refund FOR EACH ROW
                WHEN (NEW.completed_at IS NOT NULL) EXECUTE FUNCTION refund_due();
            CREATE TRIGGER refund_due_changed AFTER UPDATE ON refund FOR EACH ROW
                WHEN (NEW.completed_at IS DISTINCT FROM OLD.completed_at
                    OR NEW.reversed_at IS DISTINCT FROM OLD.reversed_at)
                EXECUTE FUNCTION refund_due();

            CREATE FUNCTION gateway_row_due() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE
                p payment;
            BEGIN
                SELECT * INTO p FROM payment WHERE id = NEW.payment_id;
                IF NOT p.orphan AND p.currency = NEW.currency THEN
                    PERFORM settlement_owes('GATEWAY_FEE', NEW.id, p.seller_id, p.currency, NEW.at, -NEW.fee);
                END IF;
                RETURN NULL;
            END $$;
            CREATE TRIGGER gateway_row_due_born AFTER INSERT ON gateway_row FOR EACH ROW
                WHEN (NEW.payment_id IS NOT NULL AND NEW.fee <> 0) EXECUTE FUNCTION gateway_row_due();
            CREATE TRIGGER gateway_row_due_changed AFTER UPDATE OF payment_id, fee, at ON gateway_row FOR EACH ROW
                WHEN (NEW.payment_id IS NOT NULL AND NEW.fee <> 0) EXECUTE FUNCTION gateway_row_due();

            INSERT INTO settlement_due (ref_type, ref_id, seller_id, currency, at, amount)
                SELECT 'PAYMENT', id, seller_id, currency, captured_at, captured FROM payment
                WHERE captured_at IS NOT NULL AND NOT orphan AND captured > 0
                UNION ALL
                SELECT 'REFUND', r.id, p.seller_id, p.currency, r.completed_at, -r.amount
                FROM refund AS r JOIN payment AS p ON p.id = r.payment_id
                WHERE r.completed_at IS NOT NULL AND NOT p.orphan AND r.amount > 0
                UNION ALL
                SELECT 'REVERSAL', r.id, p.seller_id, p.currency, r.reversed_at, r.amount
                FROM refund AS r JOIN payment AS p ON p.id = r.payment_id
                WHERE r.reversed_at IS NOT NULL AND NOT p.orphan AND r.amount > 0
                UNION ALL
                SELECT 'GATEWAY_FEE', g.id, p.seller_id, p.currency, g.at, -g.fee
                FROM gateway_row AS g JOIN payment AS p ON p.id = g.payment_id
                WHERE g.fee <> 0 AND NOT p.orphan AND g.currency = p.currency;
            DELETE FROM settlement_due AS d USING settlement_item AS i
                WHERE i.ref_type = d.ref_type AND i.ref_id = d.ref_id;
            """)

    /// Indexes of what is asked, instead of some that nothing asks for any more. `book_gap` has payments that a company
    /// did not list as we have them, for whoever looks into it. `settled_note` is what a person wrote of a refund that
    /// the house has paid.
    static let lists = PostgresMigration(
        number: 285, name: "indexes of lists",
        sql: """
            DROP INDEX payment_seller;
            CREATE INDEX payment_seller ON payment (seller_id, id) WHERE captured_at IS NOT NULL AND NOT orphan;
            DROP INDEX payment_captured;
            CREATE INDEX payment_captured ON payment (gateway, captured_at) WHERE captured_at IS NOT NULL;
            CREATE INDEX payment_failed ON payment (id) WHERE status = 'FAILED';
            CREATE INDEX payment_canceled ON payment (id) WHERE status = 'CANCELED';
            CREATE INDEX payment_part_canceled ON payment (id) WHERE status = 'PART_CANCELED';
            DROP INDEX refund_failed;
            CREATE INDEX refund_status ON refund (status, id);
            CREATE INDEX refund_key ON refund (provider_key) WHERE provider_key IS NOT NULL;
            CREATE INDEX settlement_date ON settlement (business_date, id);
            CREATE INDEX settlement_status ON settlement (status, id);
            CREATE INDEX settlement_carried_to ON settlement (carried_to) WHERE carried_to IS NOT NULL;
            DROP INDEX settlement_item_settlement;
            CREATE INDEX settlement_item_settlement ON settlement_item (settlement_id, ref_type, ref_id);

            CREATE INDEX IF NOT EXISTS gateway_row_time ON gateway_row (gateway, at);
            CREATE INDEX gateway_row_unknown ON gateway_row (gateway) WHERE payment_id IS NULL;
            DROP INDEX gateway_row_different;
            CREATE INDEX gateway_row_different ON gateway_row (gateway, at)
                WHERE difference IS NOT NULL AND resolved_at IS NULL;

            CREATE TABLE book_gap (
                payment_id bigint PRIMARY KEY REFERENCES payment,
                gateway text NOT NULL,
                found_at timestamptz NOT NULL DEFAULT now(),
                resolved_at timestamptz);
            CREATE INDEX book_gap_open ON book_gap (gateway) WHERE resolved_at IS NULL;

            ALTER TABLE refund ADD COLUMN settled_note text CHECK (length(settled_note) <= 200),
                ADD CONSTRAINT refund_settled_note CHECK (settled_note IS NULL OR status = 'SUCCEEDED');
            CREATE OR REPLACE VIEW refund_row AS SELECT id, payment_id, amount, fee, currency, cause, reason, status,
                idempotency_key, provider_key, failure_code, attempts,
                (extract(epoch FROM clock_timestamp() - created_at) * 1000)::bigint AS age, created_at, completed_at,
                settled_note
                FROM refund;
            """)
}
