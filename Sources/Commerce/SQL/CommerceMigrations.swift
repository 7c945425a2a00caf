package import Postgres

/// Tables of this module: numbers 100 to 109. What was released once is never changed.
package enum CommerceMigrations {
    package static let all: [PostgresMigration] = [outbox, idempotency, delivery, taking]

    /// Events are rows of the transaction in which they happened. `transaction` is its number: whoever takes events
    /// takes those alone whose transaction nobody can be older than any more, so that none is passed over.
    private static let outbox = PostgresMigration(
        number: 100, name: "outbox",
        sql: """
            CREATE TABLE outbox (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                transaction xid8 NOT NULL DEFAULT pg_current_xact_id(),
                event_id uuid NOT NULL DEFAULT gen_random_uuid(),
                topic text NOT NULL,
                aggregate text NOT NULL,
                payload jsonb NOT NULL DEFAULT '{}',
                created_at timestamptz NOT NULL DEFAULT now());
            CREATE INDEX outbox_aggregate ON outbox (aggregate, transaction);

            CREATE TABLE inbox (
                consumer text NOT NULL,
                event_id uuid NOT NULL,
                at timestamptz NOT NULL DEFAULT now(),
                PRIMARY KEY (consumer, event_id));
            CREATE INDEX inbox_age ON inbox (at);
            """)
}
