internal import Postgres

/// What is asked of shows and of how far they are. Columns of a show, as `LiveShow` reads them: schedule, concert,
/// seller, start, end, doors, end of the replay, time zone, status and version of the schedule, whether all may see it,
/// then state, when it became live, when its publisher was heard last, since when it is interrupted, when it ended, and
/// its version; null before it has begun. Last comes the time.
enum LiveStatements {
    /// schedules.
    static let shows = PostgresStatement(
        "live_shows",
        """
        SELECT s.id, s.concert_id, c.seller_id, s.starts_at, s.ends_at, doors_open_at(s), s.replay_until, s.timezone,
            s.status, s.version, c.status <> 'DRAFT', l.state, l.live_at, l.heard_at, l.interrupted_at, l.ended_at,
            l.version, clock_timestamp()
        FROM schedule s JOIN concert c ON c.id = s.concert_id LEFT JOIN live_show l ON l.schedule_id = s.id
        WHERE s.id = ANY ($1::bigint[]) AND s.deleted_at IS NULL AND c.deleted_at IS NULL
        """, effect: .reads)

    /// Nobody else changes the schedule, or how far its show is, until this transaction ends. By itself, because the
    /// rows that a statement reads beside the one that it waits for are those of before the wait.
    static let lock = PostgresStatement(
        "live_lock", "SELECT FROM schedule WHERE id = $1 FOR NO KEY UPDATE")

    /// Shows that go on, and those that are over, the latest of these first: how many at most, and for how many days
    /// one that is over and has no recording is told from one that has not begun.
    static let recent = PostgresStatement(
        "live_recent",
        """
        SELECT l.schedule_id FROM live_show l JOIN schedule s ON s.id = l.schedule_id
        WHERE l.state = 'LIVE' OR s.replay_until > now() OR l.ended_at > now() - $2::bigint * interval '1 day'
        ORDER BY l.ended_at DESC NULLS FIRST LIMIT $1
        """, effect: .reads, purpose: .background)

    /// schedule, state, then the four times. Everything is as the value says.
    static let put = PostgresStatement(
        "live_put",
        """
        INSERT INTO live_show (schedule_id, state, live_at, heard_at, interrupted_at, ended_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (schedule_id) DO UPDATE SET state = excluded.state, live_at = excluded.live_at,
            heard_at = excluded.heard_at, interrupted_at = excluded.interrupted_at, ended_at = excluded.ended_at,
            version = live_show.version + 1
        RETURNING version
        """)

    /// schedules that this process has a publisher of. Returns those that go on without a break: of the others
    /// something is to be decided.
    static let hear = PostgresStatement(
        "live_hear",
        """
        UPDATE live_show SET heard_at = now()
        WHERE schedule_id = ANY ($1::bigint[]) AND state = 'LIVE' AND interrupted_at IS NULL
        RETURNING schedule_id
        """, purpose: .background)

    /// Shows of which something may have to be decided: seconds of silence after which the process of a publisher is
    /// gone, and seconds that a publisher may be away after the end, or null for all time. How many at most.
    static let due = PostgresStatement(
        "live_due",
        """
        SELECT l.schedule_id FROM live_show l JOIN schedule s ON s.id = l.schedule_id
        WHERE l.state = 'LIVE' AND (s.status = 'CANCELED'
            OR (l.interrupted_at IS NULL AND l.heard_at <= now() - $1::bigint * interval '1 second')
            OR (l.interrupted_at <= now() - $2::bigint * interval '1 second' AND s.ends_at <= now()))
        ORDER BY l.schedule_id LIMIT $3
        """, effect: .reads, purpose: .background)

    static let tell = PostgresStatement("live_tell", "SELECT pg_notify('live_news', $1::bigint::text)")

    // MARK: Windows

    static let hasTickets = PostgresStatement(
        "live_has_tickets",
        "SELECT EXISTS (SELECT FROM ticket WHERE schedule_id = $1 AND status = 'ISSUED')", effect: .reads)

    /// schedule, minutes or null for as it is, whether the replay is new, its end or null, start and end or null for as
    /// they are. Another start is noted: who has bought before bought something else.
    static let changeWindows = PostgresStatement(
        "live_change_windows",
        """
        UPDATE schedule SET doors_minutes = coalesce($2::bigint, doors_minutes),
            replay_until = CASE WHEN $3 THEN $4::timestamptz ELSE replay_until END,
            moved_at = CASE WHEN $5::timestamptz <> starts_at THEN clock_timestamp() ELSE moved_at END,
            starts_at = coalesce($5::timestamptz, starts_at), ends_at = coalesce($6::timestamptz, ends_at),
            version = version + 1
        WHERE id = $1
        """)
}
