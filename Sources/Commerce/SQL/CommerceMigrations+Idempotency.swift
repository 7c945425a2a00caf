internal import Postgres

extension CommerceMigrations {
    /// One row for each key of a member and a route. It is running while `status` is null: by `attempt`, and until
    /// `locked_until` nobody else may. Done, it holds the answer.
    ///
    /// `member_id` refers to no table, for this module knows none of members; what is left of a member who has gone is
    /// swept within a day.
    static let idempotency = PostgresMigration(
        number: 101, name: "idempotency",
        sql: """
            CREATE TABLE idempotency (
                member_id bigint NOT NULL,
                route text NOT NULL,
                key text NOT NULL,
                request_hash bytea NOT NULL CHECK (length(request_hash) = 32),
                attempt uuid NOT NULL,
                locked_until timestamptz NOT NULL,
                created_at timestamptz NOT NULL DEFAULT now(),
                status smallint CHECK (status BETWEEN 200 AND 499),
                fields bytea,
                body bytea,
                PRIMARY KEY (member_id, route, key),
                CHECK ((status IS NULL) = (fields IS NULL)),
                CHECK (body IS NULL OR status IS NOT NULL));
            CREATE INDEX idempotency_age ON idempotency (created_at);
            """)
}
