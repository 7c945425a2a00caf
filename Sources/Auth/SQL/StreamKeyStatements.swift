internal import Postgres

/// What is asked of the table of stream keys.
enum StreamKeyStatements {
    /// The key before, if there is one; with an owner only one of his.
    static let revoke = PostgresStatement(
        "stream_key_revoke",
        """
        UPDATE stream_key SET revoked_at = now()
        WHERE stream = $1 AND revoked_at IS NULL AND (owner_id IS NOT DISTINCT FROM $2::bigint)
        """)

    /// stream, schedule, owner, hash, from and until in milliseconds since 1970.
    static let insert = PostgresStatement(
        "stream_key_insert",
        """
        INSERT INTO stream_key (stream, schedule_id, owner_id, key_hash, valid_from, valid_until)
        VALUES ($1, $2, $3, $4, 'epoch'::timestamptz + $5::bigint * interval '1 millisecond',
            'epoch'::timestamptz + $6::bigint * interval '1 millisecond')
        """)

    /// stream, owner, from and until in milliseconds since 1970.
    static let move = PostgresStatement(
        "stream_key_move",
        """
        UPDATE stream_key SET valid_from = 'epoch'::timestamptz + $3::bigint * interval '1 millisecond',
            valid_until = 'epoch'::timestamptz + $4::bigint * interval '1 millisecond'
        WHERE stream = $1 AND revoked_at IS NULL AND (owner_id IS NOT DISTINCT FROM $2::bigint)
        """)

    /// Every key that opens something, now or later, and those whose time was over lately: whoever publishes with one
    /// goes on.
    static let all = PostgresStatement(
        "stream_key_all",
        """
        SELECT k.stream, k.key_hash, (extract(epoch FROM k.valid_from) * 1000)::bigint,
            (extract(epoch FROM k.valid_until) * 1000)::bigint, (extract(epoch FROM now()) * 1000)::bigint
        FROM stream_key k
        WHERE k.revoked_at IS NULL AND k.valid_until > now() - interval '7 days'
        ORDER BY k.id DESC LIMIT $1
        """, effect: .reads, purpose: .background)

    /// The same of one stream.
    static let one = PostgresStatement(
        "stream_key_one",
        """
        SELECT k.stream, k.key_hash, (extract(epoch FROM k.valid_from) * 1000)::bigint,
            (extract(epoch FROM k.valid_until) * 1000)::bigint, (extract(epoch FROM now()) * 1000)::bigint
        FROM stream_key k
        WHERE k.stream = $1 AND k.revoked_at IS NULL AND k.valid_until > now() - interval '7 days'
        """, effect: .reads, purpose: .background)

    static let revokeAllOf = PostgresStatement(
        "stream_key_revoke_all_of",
        "UPDATE stream_key SET revoked_at = now() WHERE owner_id = $1 AND revoked_at IS NULL RETURNING stream")
}
