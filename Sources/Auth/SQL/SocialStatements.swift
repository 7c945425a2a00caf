internal import Postgres

/// What is asked of the tables of signing in by providers. Whatever is kept takes some of what is too old with it, so
/// that the tables stay as small as the last minutes were busy.
enum SocialStatements {
    /// state, browser, provider, member and his epoch or null, path, seconds.
    static let keepFlow = PostgresStatement(
        "social_keep_flow",
        """
        WITH old AS (
            DELETE FROM social_flow WHERE state_hash IN (
                SELECT state_hash FROM social_flow WHERE expires_at < now()
                ORDER BY expires_at LIMIT 20 FOR UPDATE SKIP LOCKED))
        INSERT INTO social_flow (
            state_hash, browser_hash, provider, member_id, member_epoch, return_path, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, now() + $7::bigint * interval '1 second')
        """)

    /// state, browser, provider.
    static let takeFlow = PostgresStatement(
        "social_take_flow",
        """
        DELETE FROM social_flow WHERE state_hash = $1 AND browser_hash = $2 AND provider = $3
        RETURNING member_id, member_epoch, return_path, expires_at > now()
        """)

    /// code, browser, member and his epoch, seconds.
    static let keepGrant = PostgresStatement(
        "social_keep_grant",
        """
        WITH old AS (
            DELETE FROM social_grant WHERE code_hash IN (
                SELECT code_hash FROM social_grant WHERE expires_at < now()
                ORDER BY expires_at LIMIT 20 FOR UPDATE SKIP LOCKED))
        INSERT INTO social_grant (code_hash, browser_hash, member_id, member_epoch, expires_at)
        VALUES ($1, $2, $3, $4, now() + $5::bigint * interval '1 second')
        """)

    /// code, browser.
    static let takeGrant = PostgresStatement(
        "social_take_grant",
        """
        DELETE FROM social_grant WHERE code_hash = $1 AND browser_hash = $2
        RETURNING member_id, member_epoch, expires_at > now()
        """)

    static let member = PostgresStatement(
        "social_member",
        """
        SELECT i.member_id, m.token_epoch FROM member_identity i JOIN member m ON m.id = i.member_id
        WHERE i.provider = $1 AND i.subject = $2 AND m.deleted_at IS NULL
        """, effect: .reads)

    /// The member as `MemberStatements.byID` has it, who is neither erased nor changed until the transaction ends.
    static let holdMember = PostgresStatement(
        "social_hold_member",
        """
        SELECT id, role, status, data_key, email_sealed, name_sealed, password_hash, email_verified_at IS NOT NULL,
            token_epoch, (extract(epoch FROM created_at) * 1000)::bigint
        FROM member WHERE id = $1 AND deleted_at IS NULL FOR NO KEY UPDATE
        """)

    /// provider, subject, member, who is held. Nothing happens when the identity is somebody's, or the member has
    /// another one there.
    static let link = PostgresStatement(
        "social_link",
        "INSERT INTO member_identity (provider, subject, member_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")

    static let unlink = PostgresStatement(
        "social_unlink", "DELETE FROM member_identity WHERE member_id = $1 AND provider = $2")

    static let providers = PostgresStatement(
        "social_providers", "SELECT provider FROM member_identity WHERE member_id = $1 ORDER BY provider",
        effect: .reads)
}
