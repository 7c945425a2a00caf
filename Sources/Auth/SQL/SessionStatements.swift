internal import Postgres

/// What is asked of the table of sessions.
enum SessionStatements {
    /// session, member, hash, idle and life time in seconds, epoch that the password was looked at under, sessions that
    /// may stay beside it, network. Its own row, unless the member is not as it was when the password was looked at,
    /// and one for each session that it ended.
    ///
    /// Whoever changes the member waits until this commits, or this waits and sees the change (`FOR SHARE`): no session
    /// begins that a change of the password does not end.
    static let begin = PostgresStatement(
        "session_begin",
        """
        WITH owner AS MATERIALIZED (
            SELECT id, token_epoch FROM member
            WHERE id = $2 AND token_epoch = $6 AND status = 'ACTIVE' AND deleted_at IS NULL
            FOR SHARE),
        ended AS (
            UPDATE session SET revoked_at = now(), revoked_for = 'limit'
            WHERE id IN (
                SELECT session.id FROM session JOIN owner ON owner.id = member_id WHERE revoked_at IS NULL
                ORDER BY created_at DESC, session.id OFFSET $7)
            RETURNING id),
        begun AS (
            INSERT INTO session (id, member_id, epoch, token_hash, rotated_for, expires_at, ends_at)
            SELECT $1, id, token_epoch, $3, $8,
                now() + $4::bigint * interval '1 second', now() + $5::bigint * interval '1 second'
            FROM owner
            RETURNING id)
        SELECT id FROM begun UNION ALL SELECT id FROM ended
        """)

    /// Everything that decides what a refresh token means, and nobody else decides meanwhile.
    static let lock = PostgresStatement(
        "session_lock",
        """
        SELECT s.generation, s.token_hash, s.previous_hash, (extract(epoch FROM s.rotated_at) * 1000)::bigint,
            s.rotated_for, s.repeat_count,
            (extract(epoch FROM least(s.expires_at, s.ends_at)) * 1000)::bigint,
            s.revoked_at IS NOT NULL, (extract(epoch FROM clock_timestamp()) * 1000)::bigint,
            m.id, m.role, m.status, m.token_epoch, s.epoch
        FROM session s JOIN member m ON m.id = s.member_id
        WHERE s.id = $1 AND m.deleted_at IS NULL
        FOR UPDATE OF s
        """)

    /// Whether the token is the session's last one, or the one before.
    static let peek = PostgresStatement(
        "session_peek",
        "SELECT FROM session WHERE id = $1 AND (token_hash = $2 OR previous_hash = $2)", effect: .reads)

    static let rotate = PostgresStatement(
        "session_rotate",
        """
        UPDATE session SET generation = generation + 1, previous_hash = token_hash, token_hash = $2,
            rotated_at = clock_timestamp(), rotated_for = $3, repeat_count = 0,
            expires_at = least(ends_at, now() + $4::bigint * interval '1 second')
        WHERE id = $1
        """)

    static let noteRepeat = PostgresStatement(
        "session_note_repeat", "UPDATE session SET repeat_count = repeat_count + 1 WHERE id = $1")

    /// The sessions of a member that nobody has ended.
    static let live = PostgresStatement(
        "session_live", "SELECT id FROM session WHERE member_id = $1 AND revoked_at IS NULL", effect: .reads)

    /// The member with this address, if a session of his goes on in that network: indexes of the address, network.
    static let isKnown = PostgresStatement(
        "session_is_known",
        """
        SELECT m.id FROM member m JOIN session s ON s.member_id = m.id
        WHERE m.email_index = ANY ($1::bytea[]) AND m.deleted_at IS NULL AND s.revoked_at IS NULL
            AND s.epoch = m.token_epoch AND least(s.expires_at, s.ends_at) > now() AND s.rotated_for = $2
        LIMIT 1
        """, effect: .reads)

    static let revoke = PostgresStatement(
        "session_revoke",
        """
        UPDATE session SET revoked_at = now(), revoked_for = $2
        WHERE id = $1 AND revoked_at IS NULL
        RETURNING member_id
        """)

    static let revokeAll = PostgresStatement(
        "session_revoke_all",
        "UPDATE session SET revoked_at = now(), revoked_for = $2 WHERE member_id = $1 AND revoked_at IS NULL")

    static let deleteAll = PostgresStatement(
        "session_delete_all", "DELETE FROM session WHERE member_id = $1")

    /// What has been over for so many seconds, a piece at a time.
    static let sweep = PostgresStatement(
        "session_sweep",
        """
        DELETE FROM session WHERE id IN (
            SELECT id FROM session
            WHERE expires_at < now() - $1::bigint * interval '1 second'
                OR revoked_at < now() - $1::bigint * interval '1 second'
            LIMIT $2)
        """, purpose: .background)

    /// Sessions that were ended since then: to know it after a start.
    static let recentlyRevoked = PostgresStatement(
        "session_recently_revoked",
        "SELECT id FROM session WHERE revoked_at > now() - $1::bigint * interval '1 second'",
        effect: .reads, purpose: .background)

    /// Tells every process of the cluster, when the transaction commits.
    static let tell = PostgresStatement("auth_tell", "SELECT pg_notify('auth_news', $1)")
}
