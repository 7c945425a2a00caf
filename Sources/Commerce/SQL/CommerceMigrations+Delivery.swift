internal import Postgres

extension CommerceMigrations {
    /// An event that is read out of the outbox becomes a delivery for each consumer that takes its topic, in the order
    /// in which events are to be told: `id`. A delivery goes with the transaction in which it has its effect. One that
    /// failed waits until `next_try_at`, and with it what comes behind it of the same aggregate; one that failed too
    /// often is parked, which is the same with a longer wait, until somebody has seen to it.
    static let delivery = PostgresMigration(
        number: 102, name: "outbox delivery",
        sql: """
            CREATE TABLE outbox_consumer (
                name text PRIMARY KEY,
                topics text[] NOT NULL,
                seen_at timestamptz NOT NULL DEFAULT now());

            CREATE TABLE outbox_delivery (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                consumer text NOT NULL,
                event_id uuid NOT NULL,
                topic text NOT NULL,
                aggregate text NOT NULL,
                payload jsonb NOT NULL,
                event_at timestamptz NOT NULL,
                attempts integer NOT NULL DEFAULT 0,
                next_try_at timestamptz,
                parked_at timestamptz,
                reason text);
            CREATE INDEX outbox_delivery_order ON outbox_delivery (consumer, id);
            CREATE INDEX outbox_delivery_failed ON outbox_delivery (consumer, aggregate, id)
                WHERE next_try_at IS NOT NULL;
            """)

    /// The next deliveries in order, read once from the front until there are enough, however many wait behind them and
    /// whatever the planner knows of the table. Of an aggregate nothing is told behind a delivery that waits, or is of
    /// a topic that this process does not know.
    static let taking = PostgresMigration(
        number: 103, name: "outbox taking",
        sql: """
            CREATE FUNCTION outbox_take(p_consumer text, p_count bigint, p_topics text[])
                RETURNS SETOF outbox_delivery
                LANGUAGE plpgsql STABLE
                SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off
                SET plan_cache_mode = force_generic_plan AS $$
            DECLARE
                delivery outbox_delivery;
                held text[] := '{}';
                taken bigint := 0;
            BEGIN
                FOR delivery IN SELECT * FROM outbox_delivery WHERE consumer = p_consumer ORDER BY id LOOP
                    CONTINUE WHEN delivery.aggregate = ANY (held);
                    IF delivery.next_try_at > now() OR delivery.topic <> ALL (p_topics) THEN
                        held := held || delivery.aggregate;
                    ELSE
                        RETURN NEXT delivery;
                        taken := taken + 1;
                        EXIT WHEN taken = p_count;
                    END IF;
                END LOOP;
            END $$;
            """)
}
