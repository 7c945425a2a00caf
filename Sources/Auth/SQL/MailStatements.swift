internal import Postgres

/// What is asked of the tables of mail.
enum MailStatements {
    /// Somebody wants mail for an address; nobody has looked yet whether there is an account. More than so many that
    /// wait are not taken.
    static let request = PostgresStatement(
        "mail_request",
        """
        INSERT INTO mail_request (purpose, email_indexes)
        SELECT $1, $2::bytea[] WHERE (SELECT count(*) FROM (SELECT FROM mail_request LIMIT $3) AS waiting) < $3
        """)

    /// Takes requests out; they are gone when the transaction commits.
    static let takeRequests = PostgresStatement(
        "mail_take_requests",
        """
        DELETE FROM mail_request WHERE id IN (
            SELECT id FROM mail_request ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED)
        RETURNING purpose, email_indexes
        """, purpose: .background)

    /// Whom to write to: indexes of the address by every key, kind, links, seconds. Nobody who has so many links of
    /// this kind that are good, or was sent one within so many seconds.
    static let recipient = PostgresStatement(
        "mail_recipient",
        """
        SELECT id, data_key, email_sealed, name_sealed, email_index, email_verified_at IS NOT NULL FROM member
        WHERE email_index = ANY ($1::bytea[]) AND status = 'ACTIVE' AND deleted_at IS NULL
            AND (SELECT count(*) FROM mail_link
                WHERE member_id = member.id AND purpose = $2 AND used_at IS NULL AND expires_at > now()) < $3
            AND NOT EXISTS (SELECT FROM mail_link
                WHERE member_id = member.id AND purpose = $2
                    AND created_at > now() - $4::bigint * interval '1 second')
        """, effect: .reads, purpose: .background)

    static let addLink = PostgresStatement(
        "mail_add_link",
        """
        INSERT INTO mail_link (token_hash, member_id, purpose, email_index, expires_at)
        VALUES ($1, $2, $3, $4, now() + $5::bigint * interval '1 second')
        """)

    /// The member that a link is for, while it is good.
    static let peekLink = PostgresStatement(
        "mail_peek_link",
        """
        SELECT member_id FROM mail_link
        WHERE token_hash = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > now()
        """, effect: .reads)

    /// A link is used once. Its member, and the index of the address that it was sent to.
    static let useLink = PostgresStatement(
        "mail_use_link",
        """
        UPDATE mail_link SET used_at = now()
        WHERE token_hash = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > now()
        RETURNING member_id, email_index
        """)

    static let dropLinks = PostgresStatement(
        "mail_drop_links", "DELETE FROM mail_link WHERE member_id = $1 AND used_at IS NULL")

    static let deleteLinks = PostgresStatement("mail_delete_links", "DELETE FROM mail_link WHERE member_id = $1")

    static let sweepLinks = PostgresStatement(
        "mail_sweep_links",
        """
        DELETE FROM mail_link WHERE token_hash IN (
            SELECT token_hash FROM mail_link WHERE expires_at < now() - interval '1 day' LIMIT $1)
        """, purpose: .background)

    static let add = PostgresStatement(
        "mail_add",
        """
        INSERT INTO mail (id, member_id, kind, content_sealed, expires_at)
        VALUES ($1, $2, $3, $4, now() + $5::bigint * interval '1 second')
        """)

    /// Mails that are due, put off so that nobody else takes them while they are sent; what is too old to be of use is
    /// not sent any more.
    static let take = PostgresStatement(
        "mail_take",
        """
        UPDATE mail SET attempts = attempts + 1, next_try_at = now() + $2::bigint * interval '1 second'
        FROM member
        WHERE member.id = mail.member_id AND member.deleted_at IS NULL AND mail.id IN (
            SELECT id FROM mail
            WHERE sent_at IS NULL AND given_up_at IS NULL AND next_try_at <= now() AND expires_at > now()
            ORDER BY next_try_at LIMIT $1 FOR UPDATE SKIP LOCKED)
        RETURNING mail.id, mail.member_id, mail.kind, mail.content_sealed, mail.attempts, member.data_key
        """, purpose: .background)

    static let sent = PostgresStatement(
        "mail_sent", "UPDATE mail SET sent_at = now(), content_sealed = NULL WHERE id = $1", purpose: .background)

    static let failed = PostgresStatement(
        "mail_failed", "UPDATE mail SET next_try_at = now() + $2::bigint * interval '1 second' WHERE id = $1",
        purpose: .background)

    static let giveUp = PostgresStatement(
        "mail_give_up",
        """
        UPDATE mail SET given_up_at = now(), content_sealed = NULL
        WHERE sent_at IS NULL AND given_up_at IS NULL AND expires_at <= now()
        """, purpose: .background)

    static let sweep = PostgresStatement(
        "mail_sweep",
        """
        DELETE FROM mail WHERE id IN (
            SELECT id FROM mail WHERE coalesce(sent_at, given_up_at) < now() - interval '30 days' LIMIT $1)
        """, purpose: .background)

    static let deleteAll = PostgresStatement("mail_delete_all", "DELETE FROM mail WHERE member_id = $1")

    static let waitingCount = PostgresStatement(
        "mail_waiting_count",
        "SELECT count(*) FROM (SELECT FROM mail WHERE sent_at IS NULL AND given_up_at IS NULL LIMIT 10000) AS waiting",
        effect: .reads, purpose: .background)
}
