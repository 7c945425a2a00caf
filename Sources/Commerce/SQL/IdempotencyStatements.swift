internal import Postgres

/// What is asked of the table of keys.
enum IdempotencyStatements {
    /// Member, route, key, hash of the request, attempt; milliseconds of the lock; milliseconds that answers are kept.
    ///
    /// Takes the key for this attempt, if it is new, older than answers are kept, or of the same request whose attempt
    /// has lost its lock: then one row that says so. Otherwise what is there. No row means that somebody else took the
    /// key at this moment, whose row this statement cannot see yet.
    static let claim = PostgresStatement(
        "idempotency_claim",
        """
        WITH claimed AS (
            INSERT INTO idempotency AS kept (member_id, route, key, request_hash, attempt, locked_until)
            VALUES ($1, $2, $3, $4, $5, now() + $6::bigint * interval '1 millisecond')
            ON CONFLICT (member_id, route, key) DO UPDATE
            SET request_hash = excluded.request_hash, attempt = excluded.attempt,
                locked_until = excluded.locked_until, created_at = now(), status = NULL, fields = NULL, body = NULL
            WHERE kept.created_at <= now() - $7::bigint * interval '1 millisecond'
                OR (kept.status IS NULL AND kept.request_hash = excluded.request_hash
                    AND (kept.locked_until <= now() OR kept.attempt = excluded.attempt))
            RETURNING request_hash)
        SELECT true, request_hash, NULL::smallint, NULL::bytea, NULL::bytea FROM claimed
        UNION ALL
        SELECT false, request_hash, status, fields, body FROM idempotency
        WHERE member_id = $1 AND route = $2 AND key = $3 AND NOT EXISTS (SELECT FROM claimed)
        """)

    /// Keeps the answer of an attempt that still has the key. Member, route, key, attempt, status, fields, body.
    static let keep = PostgresStatement(
        "idempotency_keep",
        """
        UPDATE idempotency SET status = $5, fields = $6, body = $7, locked_until = now()
        WHERE member_id = $1 AND route = $2 AND key = $3 AND attempt = $4 AND status IS NULL
        """)

    /// Lets go of a key whose attempt has come to nothing. Member, route, key, attempt.
    static let release = PostgresStatement(
        "idempotency_release",
        """
        DELETE FROM idempotency WHERE member_id = $1 AND route = $2 AND key = $3 AND attempt = $4 AND status IS NULL
        """)

    /// Milliseconds that answers are kept, how many rows at most.
    static let sweep = PostgresStatement(
        "idempotency_sweep",
        """
        DELETE FROM idempotency
        WHERE created_at < now() - $1::bigint * interval '1 millisecond' AND (member_id, route, key) IN (
            SELECT member_id, route, key FROM idempotency
            WHERE created_at < now() - $1::bigint * interval '1 millisecond' ORDER BY created_at LIMIT $2)
        """, purpose: .background)
}
