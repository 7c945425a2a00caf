internal import Postgres

/// Rows of many payments are written by one statement each, and so is what is written down of them: a statement that
/// writes a payment prepares all that a payment must be, which costs more than the row.
extension PaymentMigrations {
    static let begin = PostgresMigration(
        number: 340, name: "payments begun in one statement",
        sql: """
            -- Whoever pays is the actor of his payment, though others are begun in the same statement.
            CREATE FUNCTION payment_by_payer() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                NEW.created_by := 'member:' || NEW.member_id;
                NEW.updated_by := NEW.created_by;
                RETURN NEW;
            END $$;
            CREATE TRIGGER payment_by_payer BEFORE INSERT ON payment
                FOR EACH ROW WHEN (NEW.created_by = 'payer') EXECUTE FUNCTION payment_by_payer();

            -- Begins those that nothing stands against: a reservation that has a payment already, one that waits or one
            -- that took its money, is not in the answer. Element n of the arrays is one payment.
            CREATE OR REPLACE FUNCTION begin_payments(
                p_phases text[], p_orders text[], p_reservations bigint[], p_members bigint[], p_sellers bigint[],
                p_concerts bigint[], p_gateways text[], p_names text[], p_amounts bigint[], p_currencies text[],
                p_look_seconds bigint[])
                RETURNS SETOF payment_row
                LANGUAGE plpgsql VOLATILE
                SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off
                SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan AS $$
            DECLARE
                ids bigint[];
            BEGIN
                PERFORM set_config('podo.actor', 'payer', true);
                WITH begun AS (
                    INSERT INTO payment (phase, order_id, reservation_id, member_id, seller_id, concert_id, gateway,
                        order_name, amount, currency, next_look_at, claimed_at)
                    SELECT phase, order_id, new.reservation, member, seller, concert, gateway, name, amount, currency,
                        now() + seconds * interval '1 second', CASE WHEN phase = 'IN_FLIGHT' THEN now() END
                    FROM unnest(p_phases, p_orders, p_reservations, p_members, p_sellers, p_concerts, p_gateways,
                            p_names, p_amounts, p_currencies, p_look_seconds)
                        AS new (phase, order_id, reservation, member, seller, concert, gateway, name, amount, currency,
                            seconds)
                    WHERE NOT EXISTS (
                        SELECT FROM payment AS other WHERE other.reservation_id = new.reservation AND NOT other.orphan
                            AND other.status IN ('COMPLETED', 'PART_CANCELED', 'CANCELED'))
                    ORDER BY new.reservation
                    ON CONFLICT (reservation_id) WHERE status = 'WAITING' DO NOTHING
                    RETURNING id)
                SELECT coalesce(array_agg(id), '{}') INTO ids FROM begun;
                -- Nobody is the actor of what this transaction might do beside.
                PERFORM set_config('podo.actor', '', true);
                RETURN QUERY SELECT * FROM payment_row WHERE id = ANY (ids);
            END $$;

            -- What became of payments is written down once for each statement.
            DROP TRIGGER payment_born ON payment;
            DROP TRIGGER payment_changed ON payment;
            DROP FUNCTION payment_history();
            CREATE FUNCTION payment_detail(
                status text, phase text, orphan boolean, captured bigint, refunded bigint, kept bigint, pending bigint,
                failure text) RETURNS jsonb LANGUAGE sql STABLE AS $$
                SELECT jsonb_strip_nulls(jsonb_build_object(
                    'status', status, 'phase', phase, 'orphan', orphan, 'captured', captured, 'refunded', refunded,
                    'kept', kept, 'pending', pending, 'failure', failure))
            $$;
            CREATE FUNCTION payments_born() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                INSERT INTO payment_event (payment_id, actor, kind, detail)
                SELECT id, created_by, 'state', payment_detail(
                    status, phase, orphan, captured, refunded, kept, refund_pending, failure_code)
                FROM born ORDER BY id;
                RETURN NULL;
            END $$;
            CREATE TRIGGER payments_born AFTER INSERT ON payment REFERENCING NEW TABLE AS born
                FOR EACH STATEMENT EXECUTE FUNCTION payments_born();
            CREATE FUNCTION payments_changed() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                INSERT INTO payment_event (payment_id, actor, kind, detail)
                SELECT id, b.updated_by, 'state', payment_detail(
                    b.status, b.phase, b.orphan, b.captured, b.refunded, b.kept, b.refund_pending, b.failure_code)
                FROM became AS b JOIN was AS w USING (id)
                WHERE ROW (w.status, w.phase, w.orphan, w.captured, w.refunded, w.kept, w.refund_pending)
                    IS DISTINCT FROM
                    ROW (b.status, b.phase, b.orphan, b.captured, b.refunded, b.kept, b.refund_pending)
                ORDER BY id;
                RETURN NULL;
            END $$;
            CREATE TRIGGER payments_changed AFTER UPDATE ON payment
                REFERENCING OLD TABLE AS was NEW TABLE AS became
                FOR EACH STATEMENT EXECUTE FUNCTION payments_changed();
            """)
}
