internal import Postgres

/// What was promised to whoever bought.
extension TicketingMigrations {
    /// Rules of refunds that hold no more for who buys now, and until when somebody may have bought by them: with a
    /// minute, in which he may have had them before him. Whoever changes a concert, and by what, they are kept.
    static let refundRules = PostgresMigration(
        number: 174, name: "refund rules",
        sql: """
            CREATE TABLE concert_refund_rules (
                concert_id bigint NOT NULL REFERENCES concert,
                until timestamptz NOT NULL,
                rules jsonb,
                PRIMARY KEY (concert_id, until));

            CREATE FUNCTION keep_refund_rules() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                INSERT INTO concert_refund_rules (concert_id, until, rules)
                VALUES (OLD.id, clock_timestamp() + interval '1 minute', OLD.refund_rules);
                RETURN NULL;
            END $$;
            CREATE TRIGGER concert_keeps_refund_rules AFTER UPDATE OF refund_rules ON concert
                FOR EACH ROW WHEN (OLD.refund_rules IS DISTINCT FROM NEW.refund_rules)
                EXECUTE FUNCTION keep_refund_rules();
            """)
}
