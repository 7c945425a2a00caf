internal import Postgres

/// Money that goes back.
extension PaymentMigrations {
    /// A refund is a promise from the moment its row is there: its sum is held in `payment.refund_pending` until the
    /// company has paid it, and the tickets are gone already. It keeps its idempotency key however often it is tried.
    /// One that was done and then was not (`REVERSED`) is followed by another, which replaces it.
    ///
    /// `refund_line` has a seat of a reservation once: nothing is given back for it twice.
    static let refunds = PostgresMigration(
        number: 210, name: "refunds",
        sql: """
            CREATE TABLE refund (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                payment_id bigint NOT NULL REFERENCES payment,
                amount bigint NOT NULL CHECK (amount BETWEEN 0 AND 1000000000000),
                fee bigint NOT NULL DEFAULT 0 CHECK (fee >= 0),
                currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
                cause text NOT NULL CHECK (cause IN (
                    'MEMBER', 'SELLER', 'MANAGER', 'ORPHAN', 'CONCERT_CANCELED', 'EXTERNAL', 'CHARGEBACK')),
                reason text NOT NULL CHECK (length(reason) <= 200),
                status text NOT NULL DEFAULT 'REQUESTED'
                    CHECK (status IN ('REQUESTED', 'PROCESSING', 'UNKNOWN', 'SUCCEEDED', 'FAILED', 'REVERSED')),
                idempotency_key text NOT NULL UNIQUE,
                provider_key text,
                failure_code text,
                attempts integer NOT NULL DEFAULT 0,
                next_try_at timestamptz,
                completed_at timestamptz,
                reversed_at timestamptz,
                replaces bigint REFERENCES refund,
                CHECK ((status IN ('SUCCEEDED', 'REVERSED')) = (completed_at IS NOT NULL)),
                CHECK ((status = 'REVERSED') = (reversed_at IS NOT NULL)),
                CHECK ((status = 'FAILED') = (failure_code IS NOT NULL)),
                CHECK ((status IN ('SUCCEEDED', 'FAILED', 'REVERSED')) = (next_try_at IS NULL)));
            SELECT add_audit_columns('refund');
            CREATE UNIQUE INDEX refund_provider ON refund (payment_id, provider_key) WHERE provider_key IS NOT NULL;
            CREATE INDEX refund_payment ON refund (payment_id, id);
            CREATE INDEX refund_due ON refund (next_try_at) WHERE next_try_at IS NOT NULL;
            CREATE INDEX refund_failed ON refund (id) WHERE status = 'FAILED';
            CREATE INDEX refund_replaces ON refund (replaces) WHERE replaces IS NOT NULL;
            CREATE INDEX refund_unsettled ON refund (completed_at) WHERE completed_at IS NOT NULL;
            CREATE TRIGGER refund_stays BEFORE DELETE ON refund
                FOR EACH ROW EXECUTE FUNCTION refuse_change();

            CREATE VIEW refund_row AS SELECT id, payment_id, amount, fee, currency, cause, reason, status,
                idempotency_key, provider_key, failure_code, attempts,
                (extract(epoch FROM clock_timestamp() - created_at) * 1000)::bigint AS age, created_at, completed_at
                FROM refund;

            CREATE TABLE refund_line (
                reservation_id bigint NOT NULL,
                seat_id bigint NOT NULL,
                refund_id bigint NOT NULL REFERENCES refund,
                paid bigint NOT NULL CHECK (paid >= 0),
                PRIMARY KEY (reservation_id, seat_id));
            CREATE INDEX refund_line_refund ON refund_line (refund_id);
            CREATE TRIGGER refund_line_only_grows BEFORE UPDATE OR DELETE ON refund_line
                FOR EACH ROW EXECUTE FUNCTION refuse_change();

            CREATE TABLE refund_sweep (
                concert_id bigint PRIMARY KEY,
                reason text NOT NULL,
                after_payment_id bigint NOT NULL DEFAULT 0,
                refund_count integer NOT NULL DEFAULT 0,
                next_try_at timestamptz NOT NULL DEFAULT now(),
                started_at timestamptz NOT NULL DEFAULT now(),
                finished_at timestamptz);
            CREATE INDEX refund_sweep_due ON refund_sweep (next_try_at) WHERE finished_at IS NULL;
            """)

    /// One that the company cannot do any more, because others gave the money back, ends without being done.
    static let supersededRefunds = PostgresMigration(
        number: 260, name: "superseded refunds",
        sql: """
            ALTER TABLE refund DROP CONSTRAINT refund_status_check,
                ADD CONSTRAINT refund_status_check CHECK (status IN (
                    'REQUESTED', 'PROCESSING', 'UNKNOWN', 'SUCCEEDED', 'FAILED', 'REVERSED', 'SUPERSEDED'));
            DO $$
            DECLARE
                name text := (SELECT conname FROM pg_constraint WHERE conrelid = 'refund'::regclass
                    AND pg_get_constraintdef(oid) LIKE '%next_try_at IS NULL%');
            BEGIN
                EXECUTE format('ALTER TABLE refund DROP CONSTRAINT %I', name);
            END $$;
            ALTER TABLE refund ADD CONSTRAINT refund_due_while_open CHECK (
                (status IN ('SUCCEEDED', 'FAILED', 'REVERSED', 'SUPERSEDED')) = (next_try_at IS NULL));
            """)

    /// Whoever looks at a refund sees whose tickets are void by it, and who says so of one that was made elsewhere does
    /// not say it twice.
    static let refundSeats = PostgresMigration(
        number: 299, name: "seats of refunds",
        sql: """
            CREATE OR REPLACE VIEW refund_row AS SELECT id, payment_id, amount, fee, currency, cause, reason, status,
                idempotency_key, provider_key, failure_code, attempts,
                (extract(epoch FROM clock_timestamp() - created_at) * 1000)::bigint AS age, created_at, completed_at,
                settled_note, excess,
                awaits_account AND status IN ('REQUESTED', 'PROCESSING', 'UNKNOWN', 'FAILED') AS awaits_account,
                ARRAY(SELECT line.seat_id FROM refund_line AS line
                    WHERE line.refund_id IN (refund.id, refund.replaces) ORDER BY line.seat_id) AS seat_ids
                FROM refund;
            """)
}
