internal import Postgres

/// What sellers are paid, and codes that make something cheaper.
extension PaymentMigrations {
    /// A settlement is of a seller, a business day and a currency. `settlement_item` has every movement of money once,
    /// whichever day it was settled on: to run a day again is to do nothing. What is not worth paying out goes into the
    /// next one, which `carried_to` names, once.
    ///
    /// `gateway_row` is a line of a company's own list: what it took or gave back, and what it keeps of it.
    static let settlements = PostgresMigration(
        number: 230, name: "settlements",
        sql: """
            CREATE TABLE settlement (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                seller_id bigint NOT NULL REFERENCES member,
                business_date date NOT NULL,
                currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
                status text NOT NULL DEFAULT 'DRAFT' CHECK (status IN (
                    'DRAFT', 'CALCULATED', 'APPROVED', 'PAYOUT_REQUESTED', 'PAID', 'FAILED', 'CARRIED')),
                gross bigint NOT NULL DEFAULT 0 CHECK (gross >= 0),
                refunds bigint NOT NULL DEFAULT 0,
                gateway_fee bigint NOT NULL DEFAULT 0,
                platform_fee bigint NOT NULL DEFAULT 0,
                vat bigint NOT NULL DEFAULT 0,
                carried_in bigint NOT NULL DEFAULT 0,
                net bigint NOT NULL GENERATED ALWAYS AS
                    (gross - refunds - gateway_fee - platform_fee - vat + carried_in) STORED,
                carried_to bigint REFERENCES settlement,
                payout_key uuid NOT NULL DEFAULT gen_random_uuid(),
                paid_at timestamptz,
                UNIQUE (seller_id, business_date, currency),
                CHECK (carried_to IS NULL OR status = 'CARRIED'),
                CHECK ((status = 'PAID') = (paid_at IS NOT NULL)));
            SELECT add_audit_columns('settlement');
            ALTER TABLE settlement ADD CONSTRAINT settlement_pays_something
                CHECK (status NOT IN ('APPROVED', 'PAYOUT_REQUESTED', 'PAID', 'FAILED')
                    OR gross - refunds - gateway_fee - platform_fee - vat + carried_in > 0);
            CREATE INDEX settlement_seller ON settlement (seller_id, business_date DESC);
            CREATE INDEX settlement_carried ON settlement (seller_id, currency)
                WHERE status = 'CARRIED' AND carried_to IS NULL;
            CREATE TRIGGER settlement_stays BEFORE DELETE ON settlement
                FOR EACH ROW EXECUTE FUNCTION refuse_change();

            CREATE TABLE settlement_item (
                ref_type text NOT NULL CHECK (ref_type IN ('PAYMENT', 'REFUND', 'REVERSAL', 'GATEWAY_FEE')),
                ref_id bigint NOT NULL,
                settlement_id bigint NOT NULL REFERENCES settlement,
                amount bigint NOT NULL,
                PRIMARY KEY (ref_type, ref_id));
            CREATE INDEX settlement_item_settlement ON settlement_item (settlement_id);
            CREATE TRIGGER settlement_item_only_grows BEFORE UPDATE OR DELETE ON settlement_item
                FOR EACH ROW EXECUTE FUNCTION refuse_change();

            CREATE TABLE gateway_row (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                gateway text NOT NULL,
                transaction_key text NOT NULL,
                provider_key text NOT NULL,
                order_id text,
                amount bigint NOT NULL,
                fee bigint,
                currency text NOT NULL,
                at timestamptz NOT NULL,
                payment_id bigint REFERENCES payment,
                difference text CHECK (difference IN ('GATEWAY_ONLY', 'OURS_ONLY', 'AMOUNT')),
                resolved_at timestamptz,
                imported_at timestamptz NOT NULL DEFAULT now(),
                UNIQUE (gateway, transaction_key));
            CREATE INDEX gateway_row_payment ON gateway_row (payment_id);
            CREATE INDEX gateway_row_different ON gateway_row (at) WHERE difference IS NOT NULL AND resolved_at IS NULL;
            CREATE INDEX gateway_row_fee ON gateway_row (at) WHERE fee <> 0 AND payment_id IS NOT NULL;
            """)

    /// A code takes a part or a sum off. It cannot be used more often than it may be: `uses` has an end.
    static let promotions = PostgresMigration(
        number: 240, name: "promotions",
        sql: """
            CREATE TABLE promotion (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                seller_id bigint NOT NULL REFERENCES member,
                concert_id bigint,
                code text NOT NULL CHECK (code ~ '^[A-Z0-9-]{3,32}$'),
                kind text NOT NULL CHECK (kind IN ('PERCENT', 'FIXED')),
                basis_points integer CHECK (basis_points BETWEEN 1 AND 10000),
                amount bigint CHECK (amount BETWEEN 1 AND 1000000000000),
                amount_max bigint CHECK (amount_max > 0),
                currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
                starts_at timestamptz NOT NULL DEFAULT now(),
                ends_at timestamptz NOT NULL,
                uses integer NOT NULL DEFAULT 0,
                uses_max integer NOT NULL CHECK (uses_max BETWEEN 1 AND 1000000),
                CHECK (ends_at > starts_at),
                CONSTRAINT promotion_used_up CHECK (uses BETWEEN 0 AND uses_max),
                CHECK ((kind = 'PERCENT') = (basis_points IS NOT NULL) AND (kind = 'FIXED') = (amount IS NOT NULL)));
            SELECT add_audit_columns('promotion');
            CREATE UNIQUE INDEX promotion_code ON promotion (seller_id, code) WHERE deleted_at IS NULL;
            """)

    /// Which business days were closed, of each kind of work that closes them.
    static let dayWork = PostgresMigration(
        number: 265, name: "work of business days",
        sql: """
            CREATE TABLE day_work (
                work text NOT NULL,
                business_date date NOT NULL,
                attempts integer NOT NULL DEFAULT 1,
                next_try_at timestamptz NOT NULL,
                finished_at timestamptz,
                differences integer NOT NULL DEFAULT 0 CHECK (differences >= 0),
                PRIMARY KEY (work, business_date));
            CREATE INDEX gateway_row_time ON gateway_row (gateway, at);
            """)
}
