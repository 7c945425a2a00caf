internal import Postgres

/// What is owed to whom.
extension PaymentMigrations {
    /// A journal is one thing that happened, in lines that sum to zero: debits above, credits below it. Its number is
    /// made from what happened, so that whoever tells it twice tells it once. Lines are written in the transaction of
    /// their journal or never, and nothing here changes afterwards. Balances are sums, kept nowhere, so that no two
    /// sales of a seller wait for each other.
    static let ledger = PostgresMigration(
        number: 220, name: "ledger",
        sql: """
            CREATE TABLE ledger_account (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                code text NOT NULL CHECK (code IN (
                    'GATEWAY_RECEIVABLE', 'SELLER_PAYABLE', 'CUSTOMER_OWED', 'PLATFORM_REVENUE', 'VAT_PAYABLE',
                    'BANK')),
                owner_id bigint NOT NULL DEFAULT 0,
                currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
                UNIQUE (code, owner_id, currency));

            CREATE TABLE ledger_journal (
                id uuid PRIMARY KEY,
                kind text NOT NULL,
                ref_type text NOT NULL,
                ref_id bigint NOT NULL,
                currency text NOT NULL,
                at timestamptz NOT NULL DEFAULT now(),
                UNIQUE (kind, ref_type, ref_id));
            CREATE INDEX ledger_journal_ref ON ledger_journal (ref_type, ref_id);

            CREATE TABLE ledger_entry (
                journal_id uuid NOT NULL REFERENCES ledger_journal,
                line_no smallint NOT NULL CHECK (line_no BETWEEN 1 AND 16),
                account_id bigint NOT NULL REFERENCES ledger_account,
                amount bigint NOT NULL CHECK (amount <> 0),
                PRIMARY KEY (journal_id, line_no));
            CREATE INDEX ledger_entry_account ON ledger_entry (account_id) INCLUDE (amount);

            CREATE TRIGGER ledger_journal_immutable BEFORE UPDATE OR DELETE ON ledger_journal
                FOR EACH ROW EXECUTE FUNCTION refuse_change();
            CREATE TRIGGER ledger_entry_immutable BEFORE UPDATE OR DELETE ON ledger_entry
                FOR EACH ROW EXECUTE FUNCTION refuse_change();
            CREATE TRIGGER ledger_journal_stays BEFORE TRUNCATE ON ledger_journal
                FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
            CREATE TRIGGER ledger_entry_stays BEFORE TRUNCATE ON ledger_entry
                FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
            CREATE TRIGGER ledger_account_stays BEFORE UPDATE OR DELETE ON ledger_account
                FOR EACH ROW EXECUTE FUNCTION refuse_change();

            CREATE FUNCTION ledger_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE
                journal uuid;
                found record;
            BEGIN
                IF TG_TABLE_NAME = 'ledger_entry' THEN
                    journal := NEW.journal_id;
                ELSE
                    journal := NEW.id;
                END IF;
                SELECT count(*) AS lines, coalesce(sum(e.amount), 1) AS rest, bool_and(a.currency = j.currency) AS same,
                    bool_and(j.at = now()) AS fresh
                INTO found
                FROM ledger_journal j
                    LEFT JOIN ledger_entry e ON e.journal_id = j.id LEFT JOIN ledger_account a ON a.id = e.account_id
                WHERE j.id = journal;
                IF found.lines < 2 OR found.rest <> 0 OR NOT found.same OR NOT found.fresh THEN
                    RAISE EXCEPTION 'journal % does not balance', journal USING ERRCODE = 'check_violation',
                        CONSTRAINT = 'ledger_balanced';
                END IF;
                RETURN NULL;
            END $$;
            CREATE CONSTRAINT TRIGGER ledger_journal_balanced AFTER INSERT ON ledger_journal
                DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_balanced();
            CREATE CONSTRAINT TRIGGER ledger_entry_balanced AFTER INSERT ON ledger_entry
                DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_balanced();
            """)
}
