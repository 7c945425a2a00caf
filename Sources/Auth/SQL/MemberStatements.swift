internal import Postgres

/// What is asked of the table of members. Every statement says `deleted_at IS NULL`: who is gone is not found.
enum MemberStatements {
    /// Whoever signs up with the same address waits until this transaction ends: every index of it. Nodes that have not
    /// read a new key yet know fewer, so each counts, and in one order.
    static let lockAddress = PostgresStatement(
        "member_lock_address",
        """
        SELECT pg_advisory_xact_lock(key) FROM (
            SELECT DISTINCT ('x' || encode(substr(i, 1, 8), 'hex'))::bit(64)::bigint AS key
            FROM unnest($1::bytea[]) AS i ORDER BY key) AS keys
        """)

    /// id, role, data key, address sealed, its index, name sealed, password hash, indexes that other keys made of the
    /// address. No row when there is an account with that address.
    static let insert = PostgresStatement(
        "member_insert",
        """
        INSERT INTO member (id, role, data_key, email_sealed, email_index, name_sealed, password_hash)
        SELECT $1, $2, $3, $4, $5, $6, $7
        WHERE NOT EXISTS (SELECT FROM member WHERE email_index = ANY ($8::bytea[]) AND deleted_at IS NULL)
        """)

    /// What signing in looks at.
    static let byIndex = PostgresStatement(
        "member_by_index",
        """
        SELECT id, role, status, password_hash, token_epoch
        FROM member WHERE email_index = ANY ($1::bytea[]) AND deleted_at IS NULL
        """, effect: .reads)

    /// Of all who are or were, at most so many.
    static let count = PostgresStatement(
        "member_count", "SELECT count(*) FROM (SELECT FROM member LIMIT $1) AS found", effect: .reads)

    static let byID = PostgresStatement(
        "member_by_id",
        """
        SELECT id, role, status, data_key, email_sealed, name_sealed, password_hash, email_verified_at IS NOT NULL,
            token_epoch, (extract(epoch FROM created_at) * 1000)::bigint
        FROM member WHERE id = $1 AND deleted_at IS NULL
        """, effect: .reads)

    static let names = PostgresStatement(
        "member_names",
        "SELECT id, data_key, name_sealed FROM member WHERE id = ANY ($1::bigint[]) AND deleted_at IS NULL",
        effect: .reads)

    static let rename = PostgresStatement(
        "member_rename",
        "UPDATE member SET name_sealed = $2 WHERE id = $1 AND data_key = $3 AND deleted_at IS NULL")

    /// The new hash, if the old one is still there and the epoch is that of whoever asks: whoever changed the password
    /// or ended the sessions meanwhile has won. A new epoch ends all access tokens.
    static let changePassword = PostgresStatement(
        "member_change_password",
        """
        UPDATE member SET password_hash = $2, token_epoch = token_epoch + 1, token_epoch_at = now()
        WHERE id = $1 AND password_hash IS NOT DISTINCT FROM $3 AND token_epoch = $4 AND status = 'ACTIVE'
            AND deleted_at IS NULL
        RETURNING token_epoch
        """)

    /// As by `changePassword`, whatever was there before, and the address is proved.
    static let resetPassword = PostgresStatement(
        "member_reset_password",
        """
        UPDATE member SET password_hash = $2, token_epoch = token_epoch + 1, token_epoch_at = now(),
            email_verified_at = coalesce(email_verified_at, now())
        WHERE id = $1 AND email_index = $3 AND deleted_at IS NULL
        RETURNING token_epoch
        """)

    /// The same password hashed with today's parameters.
    static let rehash = PostgresStatement(
        "member_rehash",
        "UPDATE member SET password_hash = $2 WHERE id = $1 AND password_hash = $3 AND deleted_at IS NULL")

    static let verifyEmail = PostgresStatement(
        "member_verify_email",
        """
        UPDATE member SET email_verified_at = coalesce(email_verified_at, now())
        WHERE id = $1 AND email_index = $2 AND deleted_at IS NULL
        """)

    static let nextEpoch = PostgresStatement(
        "member_next_epoch",
        """
        UPDATE member SET token_epoch = token_epoch + 1, token_epoch_at = now()
        WHERE id = $1 AND deleted_at IS NULL
        RETURNING token_epoch
        """)

    /// after which member, how many. Raises their epochs, ends their sessions, voids their links, and tells every
    /// process. A session that begins beside it is of the old epoch, and so over too.
    static let signOutSome = PostgresStatement(
        "member_sign_out_some",
        """
        WITH chosen AS MATERIALIZED (
            SELECT id FROM member WHERE id > $1 AND deleted_at IS NULL ORDER BY id LIMIT $2 FOR NO KEY UPDATE),
        ended AS (
            UPDATE session SET revoked_at = now(), revoked_for = 'everywhere' FROM chosen
            WHERE session.member_id = chosen.id AND revoked_at IS NULL),
        dropped AS (
            DELETE FROM mail_link USING chosen WHERE mail_link.member_id = chosen.id AND used_at IS NULL),
        raised AS (
            UPDATE member SET token_epoch = token_epoch + 1, token_epoch_at = now() FROM chosen
            WHERE member.id = chosen.id
            RETURNING member.id, token_epoch)
        SELECT id, pg_notify('auth_news', 'e ' || id || ' ' || token_epoch) FROM raised
        """, purpose: .background)

    static let setRole = PostgresStatement(
        "member_set_role",
        """
        UPDATE member SET role = $2, token_epoch = token_epoch + 1, token_epoch_at = now()
        WHERE id = $1 AND deleted_at IS NULL
        RETURNING token_epoch
        """)

    /// ACTIVE or LOCKED, not of a manager where $3 spares them. No row when the member is so already.
    static let setStatus = PostgresStatement(
        "member_set_status",
        """
        UPDATE member SET status = $2, token_epoch = token_epoch + 1, token_epoch_at = now()
        WHERE id = $1 AND status <> $2 AND deleted_at IS NULL AND NOT ($3 AND role = 'MANAGER')
        RETURNING token_epoch
        """)

    /// Somebody has proved the address, and it is not known to be whoever chose the password.
    static let takeOver = PostgresStatement(
        "member_take_over",
        """
        UPDATE member SET password_hash = NULL, email_verified_at = now(), token_epoch = token_epoch + 1,
            token_epoch_at = now()
        WHERE id = $1 AND deleted_at IS NULL
        RETURNING token_epoch
        """)

    /// name of a session (`RefreshToken.name`), member, seconds. A row when this session was begun within that time, by
    /// the member himself.
    static let recentSession = PostgresStatement(
        "member_recent_session",
        """
        SELECT FROM session WHERE member_id = $2 AND revoked_at IS NULL
            AND substr(sha256('session-name|'::bytea || id), 1, 16) = $1
            AND created_at > now() - $3::bigint * interval '1 second'
        """, effect: .reads)

    /// With the key goes everything that it encrypted. A backup from before has it still.
    static let erase = PostgresStatement(
        "member_erase",
        """
        UPDATE member SET status = 'WITHDRAWN', deleted_at = now(), data_key = NULL, email_sealed = NULL,
            email_index = NULL, name_sealed = NULL, password_hash = NULL, email_verified_at = NULL,
            token_epoch = token_epoch + 1, token_epoch_at = now()
        WHERE id = $1 AND deleted_at IS NULL
        RETURNING token_epoch
        """)

    static let noteErasure = PostgresStatement(
        "member_note_erasure", "INSERT INTO member_erasure (member_id) VALUES ($1) ON CONFLICT DO NOTHING")

    static let erasures = PostgresStatement(
        "member_erasures", "SELECT member_id FROM member_erasure ORDER BY erased_at, member_id", effect: .reads)

    static let retain = PostgresStatement(
        "member_retain",
        """
        INSERT INTO retained.member (member_id, reason, keep_until, record_sealed)
        VALUES ($1, $2, now() + $3::bigint * interval '1 day', $4)
        ON CONFLICT (member_id, reason) DO NOTHING
        """)

    static let dropRetained = PostgresStatement(
        "member_drop_retained", "DELETE FROM retained.member WHERE keep_until < now()", purpose: .background)

    /// Newest first, from the place after a row on: role or null, time and id of the last row, how many.
    static let list = PostgresStatement(
        "member_list",
        """
        SELECT id, role, status, data_key, email_sealed, name_sealed, email_verified_at IS NOT NULL,
            (extract(epoch FROM created_at) * 1000000)::bigint
        FROM member
        WHERE deleted_at IS NULL AND ($1::text IS NULL OR role = $1)
            AND (created_at, id) < ('epoch'::timestamptz + $2::bigint * interval '1 microsecond', $3::bigint)
        ORDER BY created_at DESC, id DESC LIMIT $4
        """, effect: .reads)

    /// The same of one: role or null, number.
    static let listOne = PostgresStatement(
        "member_list_one",
        """
        SELECT id, role, status, data_key, email_sealed, name_sealed, email_verified_at IS NOT NULL,
            (extract(epoch FROM created_at) * 1000000)::bigint
        FROM member WHERE id = $2 AND deleted_at IS NULL AND ($1::text IS NULL OR role = $1)
        """, effect: .reads)

    /// Members whose data keys were wrapped by an older key than the one of this number.
    static let outdated = PostgresStatement(
        "member_outdated",
        """
        SELECT id, data_key, email_sealed FROM member
        WHERE deleted_at IS NULL AND get_byte(data_key, 1) <> $1 AND id > $2
        ORDER BY id LIMIT $3
        """, effect: .reads, purpose: .background)

    /// Links that are under way go with the index of the address that they are for.
    static let rewrap = PostgresStatement(
        "member_rewrap",
        """
        WITH found AS (
            SELECT id, email_index FROM member WHERE id = $1 AND data_key = $4 AND deleted_at IS NULL
            FOR NO KEY UPDATE),
        links AS (
            UPDATE mail_link SET email_index = $3 FROM found
            WHERE mail_link.member_id = found.id AND mail_link.email_index = found.email_index)
        UPDATE member SET data_key = $2, email_index = $3 FROM found WHERE member.id = found.id
        """, purpose: .background)

    /// What is kept by law and sealed by an older key than the one of this number, after a row: its member and reason.
    static let outdatedRetained = PostgresStatement(
        "member_outdated_retained",
        """
        SELECT member_id, reason, record_sealed FROM retained.member
        WHERE get_byte(record_sealed, 1) <> $1 AND (member_id, reason) > ($2, $3)
        ORDER BY member_id, reason LIMIT $4
        """, effect: .reads, purpose: .background)

    static let resealRetained = PostgresStatement(
        "member_reseal_retained",
        "UPDATE retained.member SET record_sealed = $3 WHERE member_id = $1 AND reason = $2 AND record_sealed = $4",
        purpose: .background)

    /// Who was told since then that all access tokens are void: to know it after a start.
    static let recentEpochs = PostgresStatement(
        "member_recent_epochs",
        """
        SELECT id, token_epoch FROM member
        WHERE token_epoch_at > now() - $1::bigint * interval '1 second' AND token_epoch > 0
        """, effect: .reads, purpose: .background)
}
