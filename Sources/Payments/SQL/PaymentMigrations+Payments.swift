internal import Postgres

/// Money that comes in.
extension PaymentMigrations {
    /// A payment is one attempt to pay for one reservation. `status` is what members see; `phase` says how far a
    /// waiting one is.
    ///
    /// What may never be is a constraint here, whatever the program believes: no second payment of a reservation while
    /// one waits, no second one that took its money, and never more given back than was taken. `captured` is what the
    /// company took, `refunded` what went back, `kept` the fees of cancelling, `refund_pending` what is promised.
    ///
    /// An orphan is money that nothing can be given for. It goes back.
    ///
    /// Every change of state is written to `payment_event` by the table itself, and nothing is ever taken out there.
    static let payments = PostgresMigration(
        number: 200, name: "payments",
        sql: """
            CREATE TABLE payment (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                order_id text NOT NULL UNIQUE CHECK (order_id ~ '^[A-Za-z0-9_-]{6,64}$'),
                reservation_id bigint NOT NULL,
                member_id bigint NOT NULL REFERENCES member,
                seller_id bigint NOT NULL REFERENCES member,
                concert_id bigint NOT NULL,
                gateway text NOT NULL CHECK (gateway <> ''),
                order_name text NOT NULL,
                amount bigint NOT NULL CHECK (amount BETWEEN 0 AND 1000000000000),
                currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
                status text NOT NULL DEFAULT 'WAITING'
                    CHECK (status IN ('WAITING', 'COMPLETED', 'FAILED', 'CANCELED', 'PART_CANCELED')),
                phase text NOT NULL DEFAULT 'CREATED'
                    CHECK (phase IN ('CREATED', 'IN_FLIGHT', 'UNKNOWN', 'AWAITING_DEPOSIT', 'SETTLED')),
                provider_key text,
                method text,
                masked_card text,
                receipt_url text,
                deposit jsonb,
                failure_code text,
                orphan boolean NOT NULL DEFAULT false,
                captured bigint NOT NULL DEFAULT 0 CHECK (captured >= 0),
                captured_currency text CHECK (captured_currency ~ '^[A-Z]{3}$'),
                captured_at timestamptz,
                refunded bigint NOT NULL DEFAULT 0 CHECK (refunded >= 0),
                kept bigint NOT NULL DEFAULT 0 CHECK (kept >= 0),
                refund_pending bigint NOT NULL DEFAULT 0 CHECK (refund_pending >= 0),
                is_disputed boolean NOT NULL DEFAULT false,
                ticket_ids bigint[] NOT NULL DEFAULT '{}',
                attempts integer NOT NULL DEFAULT 0,
                claimed_at timestamptz,
                next_look_at timestamptz,
                CONSTRAINT payment_no_over_refund CHECK (refunded + kept + refund_pending <= captured),
                CONSTRAINT payment_settled CHECK ((status = 'WAITING') = (phase <> 'SETTLED')),
                CONSTRAINT payment_captured CHECK (
                    (captured_at IS NULL) = (captured_currency IS NULL)
                    AND (captured_at IS NULL) = (status = 'WAITING' OR (status = 'FAILED' AND NOT orphan))
                    AND (captured_at IS NOT NULL OR captured = 0)),
                CONSTRAINT payment_right_amount CHECK (
                    status NOT IN ('COMPLETED', 'PART_CANCELED', 'CANCELED')
                    OR (captured = amount AND captured_currency = currency)),
                CONSTRAINT payment_status_amounts CHECK (CASE status
                    WHEN 'COMPLETED' THEN refunded + kept = 0
                    WHEN 'PART_CANCELED' THEN refunded + kept > 0 AND refunded + kept < captured
                    WHEN 'CANCELED' THEN refunded + kept = captured
                    ELSE true END),
                CONSTRAINT payment_failed_why CHECK ((status = 'FAILED') = (failure_code IS NOT NULL)))
                WITH (fillfactor = 70);
            SELECT add_audit_columns('payment');
            CREATE UNIQUE INDEX payment_provider ON payment (gateway, provider_key) WHERE provider_key IS NOT NULL;
            CREATE UNIQUE INDEX payment_one_waiting ON payment (reservation_id) WHERE status = 'WAITING';
            CREATE UNIQUE INDEX payment_one_capture ON payment (reservation_id)
                WHERE status IN ('COMPLETED', 'PART_CANCELED') AND NOT orphan;
            CREATE INDEX payment_due ON payment (next_look_at) WHERE next_look_at IS NOT NULL;
            CREATE INDEX payment_member ON payment (member_id, id);
            CREATE INDEX payment_reservation ON payment (reservation_id, id);
            CREATE INDEX payment_concert ON payment (concert_id, id) WHERE status IN ('COMPLETED', 'PART_CANCELED');
            CREATE INDEX payment_captured ON payment (captured_at) WHERE captured_at IS NOT NULL;
            CREATE INDEX payment_seller ON payment (seller_id, captured_at) WHERE captured_at IS NOT NULL;

            CREATE VIEW payment_row AS SELECT id, order_id, reservation_id, member_id, seller_id, concert_id, gateway,
                order_name, amount, currency, status, phase, provider_key, method, masked_card, receipt_url,
                deposit::text AS deposit, failure_code, orphan, captured, captured_currency, captured_at, refunded,
                kept, refund_pending, is_disputed, ticket_ids, attempts,
                (extract(epoch FROM clock_timestamp() - coalesce(claimed_at, created_at)) * 1000)::bigint AS age,
                created_at
                FROM payment;

            CREATE TABLE payment_event (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                payment_id bigint NOT NULL REFERENCES payment,
                at timestamptz NOT NULL DEFAULT clock_timestamp(),
                actor text NOT NULL DEFAULT coalesce(nullif(current_setting('podo.actor', true), ''), 'system'),
                kind text NOT NULL,
                detail jsonb NOT NULL DEFAULT '{}');
            CREATE INDEX payment_event_payment ON payment_event (payment_id, id);
            CREATE TRIGGER payment_event_only_grows BEFORE UPDATE OR DELETE ON payment_event
                FOR EACH ROW EXECUTE FUNCTION refuse_change();
            CREATE TRIGGER payment_event_stays BEFORE TRUNCATE ON payment_event
                FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

            CREATE FUNCTION payment_history() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                INSERT INTO payment_event (payment_id, kind, detail)
                VALUES (NEW.id, 'state', jsonb_strip_nulls(jsonb_build_object(
                    'status', NEW.status, 'phase', NEW.phase, 'orphan', NEW.orphan, 'captured', NEW.captured,
                    'refunded', NEW.refunded, 'kept', NEW.kept, 'pending', NEW.refund_pending,
                    'failure', NEW.failure_code)));
                RETURN NULL;
            END $$;
            CREATE TRIGGER payment_born AFTER INSERT ON payment
                FOR EACH ROW EXECUTE FUNCTION payment_history();
            CREATE TRIGGER payment_changed AFTER UPDATE ON payment FOR EACH ROW
                WHEN (ROW (OLD.status, OLD.phase, OLD.orphan, OLD.captured, OLD.refunded, OLD.kept, OLD.refund_pending)
                    IS DISTINCT FROM
                    ROW (NEW.status, NEW.phase, NEW.orphan, NEW.captured, NEW.refunded, NEW.kept, NEW.refund_pending))
                EXECUTE FUNCTION payment_history();
            CREATE TRIGGER payment_stays BEFORE DELETE ON payment
                FOR EACH ROW EXECUTE FUNCTION refuse_change();
            """)

    /// What companies have sent, as it came. A row is here before they are told that we have it.
    static let webhooks = PostgresMigration(
        number: 205, name: "webhooks of gateways",
        sql: """
            CREATE TABLE webhook_inbox (
                gateway text NOT NULL,
                event_key text NOT NULL CHECK (length(event_key) <= 200),
                event_type text NOT NULL,
                order_id text,
                provider_key text,
                is_signed boolean NOT NULL,
                body bytea NOT NULL CHECK (octet_length(body) <= 262144),
                received_at timestamptz NOT NULL DEFAULT now(),
                processed_at timestamptz,
                outcome text,
                attempts integer NOT NULL DEFAULT 0,
                next_try_at timestamptz NOT NULL DEFAULT now(),
                PRIMARY KEY (gateway, event_key));
            CREATE INDEX webhook_inbox_due ON webhook_inbox (next_try_at) WHERE processed_at IS NULL;
            CREATE INDEX webhook_inbox_age ON webhook_inbox (received_at) WHERE processed_at IS NOT NULL;
            """)

    /// Companies tell of every payment what they have answered already: nothing is read for what is known.
    static let webhooksOfKnown = PostgresMigration(
        number: 206, name: "webhooks of what is known",
        sql: "ALTER TABLE webhook_inbox ADD COLUMN says_paid boolean NOT NULL DEFAULT false")
}
