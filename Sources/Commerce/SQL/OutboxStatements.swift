internal import Postgres

/// What is asked of the tables of events.
enum OutboxStatements {
    /// The names and topics of this process's consumers, topics joined by spaces.
    static let register = PostgresStatement(
        "outbox_register",
        """
        INSERT INTO outbox_consumer (name, topics)
        SELECT name, string_to_array(topics, ' ') FROM unnest($1::text[], $2::text[]) AS here (name, topics)
        ON CONFLICT (name) DO UPDATE SET topics = excluded.topics, seen_at = now()
        """, purpose: .background)

    /// The names of consumers and the topics that this process knows. Whether there is nothing, the oldest transaction
    /// that is under way — what was not settled when it was the oldest is not settled still —, and for whom a delivery
    /// is due, joined by spaces. By the index: what was taken out since the last vacuum is passed over there, and read
    /// anew in the table.
    static let look = PostgresStatement(
        "outbox_look",
        """
        SELECT (SELECT min(id) IS NULL FROM outbox), pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
            (SELECT coalesce(string_agg(name, ' '), '') FROM unnest($1::text[]) AS here (name)
             WHERE EXISTS (SELECT FROM outbox_delivery
                WHERE consumer = name AND (next_try_at IS NULL OR next_try_at <= now()) AND topic = ANY ($2::text[])))
        """, effect: .reads, purpose: .background)

    /// One process at a time reads the outbox, and one tells a consumer: what it is about, and the number of locks of
    /// this kind. Asked before, in a statement of its own: the next one sees what the holder before has done.
    static let lock = PostgresStatement(
        "outbox_lock", "SELECT pg_try_advisory_xact_lock($1::integer, hashtext($2))", purpose: .background)

    /// How many events at most, milliseconds after which a consumer counts as gone. How many were read, whether there
    /// are some that have to wait for transactions, and for which at least.
    ///
    /// An event is read when every transaction that is as old as its own has ended, and no earlier one of the same
    /// aggregate has to wait for that. Whoever tells of an aggregate holds its row: its events have numbers in order.
    /// Written so that every step is a look into an index, however much there is and whatever the planner knows of it.
    static let spread = PostgresStatement(
        "outbox_spread",
        """
        WITH settled AS MATERIALIZED (
            SELECT id, aggregate FROM outbox WHERE transaction < pg_snapshot_xmin(pg_current_snapshot())
            ORDER BY id LIMIT $1),
        taken AS (
            DELETE FROM outbox WHERE id = ANY (ARRAY(
                SELECT id FROM settled WHERE 0 = (
                    SELECT count(*) FROM outbox AS earlier
                    WHERE earlier.aggregate = settled.aggregate AND earlier.id < settled.id
                        AND earlier.transaction >= pg_snapshot_xmin(pg_current_snapshot()))))
            RETURNING id, event_id, topic, aggregate, payload, created_at),
        made AS (
            INSERT INTO outbox_delivery (consumer, event_id, topic, aggregate, payload, event_at)
            SELECT consumer.name, taken.event_id, taken.topic, taken.aggregate, taken.payload, taken.created_at
            FROM taken JOIN outbox_consumer AS consumer ON taken.topic = ANY (consumer.topics)
            WHERE consumer.seen_at > now() - $2::bigint * interval '1 millisecond'
            ORDER BY taken.id, consumer.name)
        SELECT count(*), count(*) < (SELECT count(*) FROM (SELECT FROM outbox LIMIT $1 + 1) AS before),
            pg_snapshot_xmin(pg_current_snapshot())::text::bigint
        FROM taken
        """, purpose: .background)

    /// Consumer, topics.
    static let hasDelivery = PostgresStatement(
        "outbox_has_delivery",
        """
        SELECT EXISTS (SELECT FROM outbox_delivery
            WHERE consumer = $1 AND (next_try_at IS NULL OR next_try_at <= now()) AND topic = ANY ($2::text[]))
        """, effect: .reads, purpose: .background)

    /// Consumer, how many at most, the topics that this process knows: the next in order, without those that wait, or
    /// are for a newer process to tell, and what is behind them of the same aggregate.
    static let take = PostgresStatement(
        "outbox_take",
        """
        SELECT id, event_id, topic, aggregate, payload, event_at FROM outbox_take($1, $2, $3)
        """, purpose: .background)

    /// Consumer, events. Those that it was not told before.
    static let note = PostgresStatement(
        "outbox_note",
        """
        INSERT INTO inbox (consumer, event_id) SELECT $1, unnest($2::uuid[])
        ON CONFLICT (consumer, event_id) DO NOTHING RETURNING event_id
        """, purpose: .background)

    static let done = PostgresStatement(
        "outbox_done", "DELETE FROM outbox_delivery WHERE id = ANY ($1::bigint[])", purpose: .background)

    /// Delivery, reason, attempts before it is parked; milliseconds: the first wait, the longest, that of a parked one.
    static let failed = PostgresStatement(
        "outbox_failed",
        """
        UPDATE outbox_delivery
        SET attempts = attempts + 1, reason = $2,
            parked_at = CASE WHEN attempts + 1 >= $3 THEN coalesce(parked_at, now()) END,
            next_try_at = now() + interval '1 millisecond' * CASE
                WHEN attempts + 1 >= $3 THEN $6::bigint
                ELSE least($4::bigint << least(attempts, 20), $5::bigint) END
        WHERE id = $1 RETURNING attempts, parked_at IS NOT NULL
        """, purpose: .background)

    /// Consumer: everything that is parked is tried anew, from the first attempt.
    static let unpark = PostgresStatement(
        "outbox_unpark",
        """
        UPDATE outbox_delivery SET attempts = 0, parked_at = NULL, next_try_at = NULL
        WHERE consumer = $1 AND next_try_at IS NOT NULL AND parked_at IS NOT NULL
        """, purpose: .background)

    /// Consumer, how far to count: how many wait, how many are parked, how old the oldest is that is not.
    static let backlog = PostgresStatement(
        "outbox_backlog",
        """
        SELECT (SELECT count(*) FROM (SELECT FROM outbox_delivery WHERE consumer = $1 LIMIT $2) AS waiting),
            (SELECT count(*) FROM (SELECT FROM outbox_delivery
                WHERE consumer = $1 AND next_try_at IS NOT NULL AND parked_at IS NOT NULL LIMIT $2) AS parked),
            coalesce((SELECT extract(epoch FROM now() - event_at) FROM outbox_delivery
                WHERE consumer = $1 AND parked_at IS NULL ORDER BY id LIMIT 1), 0)::double precision
        """, effect: .reads, purpose: .background)

    static let unreadAge = PostgresStatement(
        "outbox_unread_age",
        """
        SELECT coalesce((SELECT extract(epoch FROM now() - created_at) FROM outbox ORDER BY id LIMIT 1), 0)
            ::double precision
        """, effect: .reads, purpose: .background)

    /// Milliseconds that it is remembered what was told, how many rows at most.
    static let sweepInbox = PostgresStatement(
        "outbox_sweep_inbox",
        """
        DELETE FROM inbox WHERE (consumer, event_id) IN (
            SELECT consumer, event_id FROM inbox
            WHERE at < now() - $1::bigint * interval '1 millisecond' ORDER BY at LIMIT $2)
        """, purpose: .background)
}
