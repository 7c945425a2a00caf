internal import Postgres

/// How concerts are looked at.
enum CatalogueReadStatements {
    /// words, category, from, to, below which number, how many. Each may be null but for the last two.
    static let search = PostgresStatement(
        "catalogue_search",
        """
        SELECT concert.id, concert.name, concert.performers, concert.category, concert.status, concert.sale_opens_at,
            concert.sale_closes_at, concert.currency, concert.runtime_minutes, concert.age_rating,
            stage.id, stage.name, stage.location, times.first, times.last, times.count, prices.least,
            encode(poster.digest, 'hex'), concert.seller_id, times.next, times.zone, times.live
        FROM concert_find($1, $2, $3::timestamptz, $4::timestamptz, $5, $6) AS found
        JOIN concert ON concert.id = found.concert_id
        LEFT JOIN stage ON stage.id = concert.stage_id
        LEFT JOIN concert_poster AS poster ON poster.concert_id = concert.id
        CROSS JOIN LATERAL (SELECT min(starts_at) AS first, max(starts_at) AS last, count(*) AS count,
                min(starts_at) FILTER (WHERE ends_at > now()) AS next, min(timezone) AS zone,
                coalesce(bool_or(live.state = 'LIVE'), false) AS live
            FROM schedule LEFT JOIN live_show AS live ON live.schedule_id = schedule.id
            WHERE schedule.concert_id = concert.id AND schedule.deleted_at IS NULL
                AND schedule.status <> 'CANCELED') AS times
        CROSS JOIN LATERAL (SELECT min(price) AS least FROM grade WHERE grade.concert_id = concert.id) AS prices
        ORDER BY concert.id DESC
        """, effect: .reads)

    /// The same of the sellers for whom a member works, and of every status: member, below which number, how many.
    static let own = PostgresStatement(
        "catalogue_own",
        """
        SELECT concert.id, concert.name, concert.performers, concert.category, concert.status, concert.sale_opens_at,
            concert.sale_closes_at, concert.currency, concert.runtime_minutes, concert.age_rating,
            stage.id, stage.name, stage.location, times.first, times.last, times.count, prices.least,
            encode(poster.digest, 'hex'), concert.seller_id, times.next, times.zone, times.live
        FROM concert
        LEFT JOIN stage ON stage.id = concert.stage_id
        LEFT JOIN concert_poster AS poster ON poster.concert_id = concert.id
        CROSS JOIN LATERAL (SELECT min(starts_at) AS first, max(starts_at) AS last, count(*) AS count,
                min(starts_at) FILTER (WHERE ends_at > now()) AS next, min(timezone) AS zone,
                coalesce(bool_or(live.state = 'LIVE'), false) AS live
            FROM schedule LEFT JOIN live_show AS live ON live.schedule_id = schedule.id
            WHERE schedule.concert_id = concert.id AND schedule.deleted_at IS NULL
                AND schedule.status <> 'CANCELED') AS times
        CROSS JOIN LATERAL (SELECT min(price) AS least FROM grade WHERE grade.concert_id = concert.id) AS prices
        WHERE concert.deleted_at IS NULL AND concert.id < $2
            AND concert.seller_id IN (SELECT $1::bigint UNION ALL SELECT team.seller_id FROM seller_team AS team
                WHERE team.member_id = $1)
        ORDER BY concert.id DESC LIMIT $3
        """, effect: .reads)

    /// The same of everybody: status or null, seller or null, below which number, how many.
    static let all = PostgresStatement(
        "catalogue_all",
        """
        SELECT concert.id, concert.name, concert.performers, concert.category, concert.status, concert.sale_opens_at,
            concert.sale_closes_at, concert.currency, concert.runtime_minutes, concert.age_rating,
            stage.id, stage.name, stage.location, times.first, times.last, times.count, prices.least,
            encode(poster.digest, 'hex'), concert.seller_id, times.next, times.zone, times.live
        FROM concert
        LEFT JOIN stage ON stage.id = concert.stage_id
        LEFT JOIN concert_poster AS poster ON poster.concert_id = concert.id
        CROSS JOIN LATERAL (SELECT min(starts_at) AS first, max(starts_at) AS last, count(*) AS count,
                min(starts_at) FILTER (WHERE ends_at > now()) AS next, min(timezone) AS zone,
                coalesce(bool_or(live.state = 'LIVE'), false) AS live
            FROM schedule LEFT JOIN live_show AS live ON live.schedule_id = schedule.id
            WHERE schedule.concert_id = concert.id AND schedule.deleted_at IS NULL
                AND schedule.status <> 'CANCELED') AS times
        CROSS JOIN LATERAL (SELECT min(price) AS least FROM grade WHERE grade.concert_id = concert.id) AS prices
        WHERE concert.deleted_at IS NULL AND concert.id < $3 AND ($1::text IS NULL OR concert.status = $1)
            AND ($2::bigint IS NULL OR concert.seller_id = $2)
        ORDER BY concert.id DESC LIMIT $4
        """, effect: .reads)

    /// A concert, a deleted one too.
    static let concert = PostgresStatement(
        "catalogue_concert",
        """
        SELECT concert.id, concert.name, concert.performers, concert.category, concert.status, concert.sale_opens_at,
            concert.sale_closes_at, concert.currency, concert.runtime_minutes, concert.age_rating,
            stage.id, stage.name, stage.location, encode(poster.digest, 'hex'), concert.seller_id, concert.description,
            concert.fields, concert.purchase_limit, concert.hold_seconds, concert.queue_enabled,
            concert.queue_admit_per_second, concert.queue_active_max, concert.refund_rules, concert.version,
            concert.deleted_at IS NOT NULL, now()
        FROM concert
        LEFT JOIN stage ON stage.id = concert.stage_id
        LEFT JOIN concert_poster AS poster ON poster.concert_id = concert.id
        WHERE concert.id = $1
        """, effect: .reads)

    static let grades = PostgresStatement(
        "catalogue_grades",
        """
        SELECT id, name, price, kind, first_row, last_row, section, capacity, play_height_max, play_replay,
            play_devices,
            ARRAY(SELECT more.section FROM grade_area AS more WHERE more.grade_id = grade.id ORDER BY more.position)
        FROM grade
        WHERE concert_id = $1 ORDER BY position, id
        """, effect: .reads)

    static let schedules = PostgresStatement(
        "catalogue_schedules",
        """
        SELECT schedule.id, schedule.starts_at, schedule.ends_at, schedule.timezone, schedule.replay_until,
            schedule.status, doors_open_at(schedule), schedule.version,
            live.state, live.live_at, live.interrupted_at, live.ended_at
        FROM schedule LEFT JOIN live_show AS live ON live.schedule_id = schedule.id
        WHERE schedule.concert_id = $1 AND schedule.deleted_at IS NULL ORDER BY schedule.starts_at, schedule.id
        """, effect: .reads)

    /// The schedules of a concert, and how many seats of each grade nobody has: all of them are read for it. A hold
    /// whose time is over is nobody's.
    static let remaining = PostgresStatement(
        "catalogue_remaining",
        """
        SELECT schedule.id, free.grade_ids, free.counts
        FROM schedule CROSS JOIN LATERAL (
            SELECT coalesce(array_agg(grade_id), '{}') AS grade_ids, coalesce(array_agg(count), '{}') AS counts
            FROM (SELECT grade_id, count(*) AS count FROM seat
                WHERE seat.schedule_id = schedule.id AND (state = 0 OR (state = 1 AND held_until <= now()))
                GROUP BY grade_id) AS counted) AS free
        WHERE schedule.concert_id = $1 AND schedule.deleted_at IS NULL
        """, effect: .reads, purpose: .bulk)

    /// Seats that a schedule of a concert has.
    static let seatCount = PostgresStatement(
        "catalogue_seat_count",
        """
        SELECT coalesce(sum(CASE kind WHEN 'SEATED'
            THEN (last_row - first_row + 1) * (last_column - first_column + 1) + (
                SELECT coalesce(sum(
                    (more.last_row - more.first_row + 1) * (more.last_column - more.first_column + 1)), 0)
                FROM grade_area AS more WHERE more.grade_id = grade.id)
            ELSE capacity END), 0)::bigint
        FROM grade WHERE concert_id = $1
        """, effect: .reads)

    // MARK: Posters

    /// Seller, the member's role in his team, whether all may see it, digest.
    static let posterDigest = PostgresStatement(
        "catalogue_poster_digest",
        """
        SELECT encode(poster.digest, 'hex'), concert.status <> 'DRAFT' AND concert.deleted_at IS NULL
        FROM concert JOIN concert_poster AS poster ON poster.concert_id = concert.id WHERE concert.id = $1
        """, effect: .reads)

    static let poster = PostgresStatement(
        "catalogue_poster",
        "SELECT jpeg, encode(digest, 'hex') FROM concert_poster WHERE concert_id = $1", effect: .reads)

    static let putPoster = PostgresStatement(
        "catalogue_put_poster",
        """
        INSERT INTO concert_poster (concert_id, jpeg, width, height, digest) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (concert_id) DO UPDATE SET jpeg = excluded.jpeg, width = excluded.width,
            height = excluded.height, digest = excluded.digest, updated_at = now()
        """)
}
