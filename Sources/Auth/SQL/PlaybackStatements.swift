internal import Postgres

/// What is asked of who watches.
enum PlaybackStatements {
    /// The epoch of a member who may watch. Whoever locks him out or raises it waits until this commits and ends what
    /// was begun, or this waits and sees it.
    static let watcher = PostgresStatement(
        "playback_watcher",
        "SELECT token_epoch FROM member WHERE id = $1 AND status = 'ACTIVE' AND deleted_at IS NULL FOR SHARE")

    /// session, member, his epoch: the same for the end of a sign-in.
    static let signIn = PostgresStatement(
        "playback_sign_in",
        "SELECT FROM session WHERE id = $1 AND member_id = $2 AND epoch = $3 AND revoked_at IS NULL FOR SHARE")

    /// ticket, schedule, member, random bits, end in milliseconds since 1970, sessions that a ticket may have, device,
    /// height of pictures (0 for any), whether there is a replay, sessions that are kept when they are over. Session,
    /// what gates have to know, how many it replaced.
    static let begin = PostgresStatement(
        "playback_begin",
        """
        WITH forgotten AS (
            DELETE FROM playback_session WHERE ticket_id = $1 AND id IN (
                SELECT id FROM playback_session WHERE ticket_id = $1 AND ended_at IS NOT NULL
                ORDER BY id & 4294967295 DESC OFFSET $10))
        SELECT session, told, replaced
        FROM playback_begin(
            $1, $2, $3, $4, 'epoch'::timestamptz + $5::bigint * interval '1 millisecond', $6, $7, $8, $9)
        """)

    /// schedule, member, his session, random bits, end, how many previews he may have, device.
    static let beginPreview = PostgresStatement(
        "playback_begin_preview",
        """
        SELECT session, told, 0::bigint FROM playback_begin_preview(
            $1, $2, $3, $4, 'epoch'::timestamptz + $5::bigint * interval '1 millisecond', $6, $7)
        """)

    static let end = PostgresStatement("playback_end", "SELECT playback_end($1, $2)")

    /// ticket, member, how many at most: newest first.
    static let list = PostgresStatement(
        "playback_list",
        """
        SELECT id, device, began_at, expires_at, ended_at, ended_for, first_watched_at, last_watched_at
        FROM playback_session WHERE ticket_id = $1 AND member_id = $2
        ORDER BY id & 4294967295 DESC LIMIT $3
        """, effect: .reads)

    /// Where a reading of everything begins: the transactions whose changes it sees.
    static let mark = PostgresStatement(
        "playback_mark", "SELECT pg_current_snapshot()::text", effect: .reads, purpose: .background)

    /// how many at most: holders changed by transactions that are none yet. They are of another cluster, whose dump was
    /// read into this one, and would be news for ever.
    static let rebase = PostgresStatement(
        "playback_rebase",
        """
        UPDATE playback_holder SET changed_in = pg_current_xact_id() WHERE ticket_id IN (
            SELECT ticket_id FROM playback_holder WHERE changed_in >= pg_snapshot_xmax(pg_current_snapshot())
            LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED)
        """, purpose: .background)

    /// Holders above one, how many, and for how many seconds after its end each counts: all whose tokens may be valid.
    static let page = PostgresStatement(
        "playback_page",
        """
        SELECT h.ticket_id, playback_text(h) FROM playback_holder h
        WHERE h.ticket_id > $1 AND h.expires_at > now() - $3::bigint * interval '1 second'
        ORDER BY h.ticket_id LIMIT $2
        """, effect: .reads, purpose: .background)

    /// mark, change and holder to go on behind, how many, and for how many seconds after its end a holder counts: what
    /// of those whose tokens may be valid was changed by transactions that the mark does not see, however long one of
    /// them goes on that has changed nothing. Next mark, change, holder, text: one row at least, without them when
    /// nothing has changed. The end is no condition that an index helps with: nearly all are still to come.
    static let changed = PostgresStatement(
        "playback_changed",
        """
        SELECT here.mark, h.changed_in::text, h.ticket_id, CASE WHEN h.ticket_id IS NOT NULL THEN playback_text(h) END
        FROM (SELECT pg_current_snapshot()::text AS mark) AS here
            LEFT JOIN playback_holder h ON h.changed_in >= pg_snapshot_xmin($1::text::pg_snapshot)
                AND (h.changed_in, h.ticket_id) > ($2::text::xid8, $3)
                AND NOT pg_visible_in_snapshot(h.changed_in, $1::text::pg_snapshot)
                AND h.expires_at + $5::bigint * interval '1 second' > now()
        ORDER BY h.changed_in, h.ticket_id LIMIT $4
        """, effect: .reads, purpose: .background)

    /// One holder, as gates have to know it.
    static let one = PostgresStatement(
        "playback_one", "SELECT playback_text(h) FROM playback_holder h WHERE h.ticket_id = $1", effect: .reads)

    /// holders, sessions, and when each was seen to watch first and last. Which of them were not written down, counted
    /// from 1, because somebody changes them at the moment: who waited for him with others locked, whom he waits for in
    /// his turn, would cost one of both his transaction, and that might be a refund.
    static let watched = PostgresStatement(
        "playback_watched",
        """
        WITH seen AS MATERIALIZED (
            SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::timestamptz[], $4::timestamptz[]) WITH ORDINALITY
                AS seen (holder, id, first_at, last_at, place)),
        free AS MATERIALIZED (
            SELECT s.ticket_id, s.id FROM seen JOIN playback_session s ON s.ticket_id = seen.holder AND s.id = seen.id
            ORDER BY s.ticket_id, s.id FOR NO KEY UPDATE OF s SKIP LOCKED),
        written AS (
            UPDATE playback_session AS s SET first_watched_at = least(s.first_watched_at, seen.first_at),
                last_watched_at = greatest(s.last_watched_at, seen.last_at)
            FROM seen JOIN free ON free.ticket_id = seen.holder AND free.id = seen.id
            WHERE s.ticket_id = free.ticket_id AND s.id = free.id)
        SELECT seen.place FROM seen JOIN playback_session s ON s.ticket_id = seen.holder AND s.id = seen.id
        WHERE NOT EXISTS (SELECT FROM free WHERE free.ticket_id = s.ticket_id AND free.id = s.id)
        """, purpose: .background)

    /// days, how many at most.
    static let sweepSessions = PostgresStatement(
        "playback_sweep_sessions",
        """
        DELETE FROM playback_session WHERE (ticket_id, id) IN (
            SELECT ticket_id, id FROM playback_session WHERE expires_at < now() - $1::bigint * interval '1 day'
            LIMIT $2)
        """, purpose: .background)

    static let sweepHolders = PostgresStatement(
        "playback_sweep_holders",
        """
        DELETE FROM playback_holder WHERE ticket_id IN (
            SELECT ticket_id FROM playback_holder WHERE expires_at < now() - $1::bigint * interval '1 day' LIMIT $2)
        """, purpose: .background)

    /// What could tell a person apart goes with the account.
    static let forgetDevices = PostgresStatement(
        "playback_forget_devices", "UPDATE playback_session SET device = '' WHERE member_id = $1 AND device <> ''")
}
