internal import Postgres
internal import Primitives

/// What is asked of concerts and of who may change them. Numbers are those of rows; what is null stays as it is.
enum CatalogueStatements {
    static let timeZones = PostgresStatement(
        "catalogue_time_zones", "SELECT name FROM pg_timezone_names", effect: .reads, purpose: .background)

    // MARK: Who may

    /// concert, member: the seller, the member's role in his team, whether all may see it, what it is sold in.
    static let concertOwner = PostgresStatement(
        "catalogue_concert_owner",
        """
        SELECT seller_id, (SELECT role FROM seller_team AS team
            WHERE team.seller_id = concert.seller_id AND team.member_id = $2), status <> 'DRAFT', currency
        FROM concert WHERE id = $1 AND deleted_at IS NULL
        """, effect: .reads)

    /// The same by one of its schedules.
    static let scheduleOwner = PostgresStatement(
        "catalogue_schedule_owner",
        """
        SELECT seller_id, (SELECT role FROM seller_team AS team
            WHERE team.seller_id = concert.seller_id AND team.member_id = $2), concert.status <> 'DRAFT'
        FROM schedule JOIN concert ON concert.id = schedule.concert_id
        WHERE schedule.id = $1 AND schedule.deleted_at IS NULL AND concert.deleted_at IS NULL
        """, effect: .reads)

    static let teamRole = PostgresStatement(
        "catalogue_team_role", "SELECT role FROM seller_team WHERE seller_id = $1 AND member_id = $2", effect: .reads)

    // MARK: Making

    /// Returns the number.
    static let insertConcert = PostgresStatement(
        "catalogue_insert_concert",
        """
        INSERT INTO concert (seller_id, stage_id, name, performers, description, category, fields, runtime_minutes,
            age_rating, currency, sale_opens_at, sale_closes_at, purchase_limit, hold_seconds, queue_enabled,
            queue_admit_per_second, queue_active_max, refund_rules, status)
        VALUES ($1, $2, $3, $4, $5, $6, $7::text::jsonb, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
            $18::text::jsonb, $19)
        RETURNING id
        """)

    /// concert, then of each grade: name, price, kind, first and last row, first and last column, section, capacity.
    /// None is 0, or an empty text. Last the height of pictures, whether the recording is for it,
    /// and on how many devices at the same time.
    static let insertGrades = PostgresStatement(
        "catalogue_insert_grades",
        """
        INSERT INTO grade (concert_id, name, price, kind, first_row, last_row, first_column, last_column, section,
            capacity, position, play_height_max, play_replay, play_devices)
        SELECT $1::bigint, name, price, kind, nullif(first_row, 0), nullif(last_row, 0), nullif(first_column, 0),
            nullif(last_column, 0), nullif(section, ''), nullif(capacity, 0), position - 1, nullif(height_max, 0),
            replay, devices
        FROM unnest($2::text[], $3::bigint[], $4::text[], $5::integer[], $6::integer[], $7::integer[], $8::integer[],
            $9::text[], $10::integer[], $11::integer[], $12::boolean[], $13::smallint[]) WITH ORDINALITY AS given (
            name, price, kind, first_row, last_row, first_column, last_column, section, capacity, height_max, replay,
            devices, position)
        ORDER BY position
        """)

    /// concert, then of each section that a grade has besides its first one: grade and section by their names, first
    /// and last row, first and last column.
    static let insertGradeAreas = PostgresStatement(
        "catalogue_insert_grade_areas",
        """
        INSERT INTO grade_area (grade_id, section, first_row, last_row, first_column, last_column, position)
        SELECT grade.id, given.section, given.first_row, given.last_row, given.first_column, given.last_column,
            given.position
        FROM unnest($2::text[], $3::text[], $4::integer[], $5::integer[], $6::integer[], $7::integer[])
            WITH ORDINALITY AS given (grade, section, first_row, last_row, first_column, last_column, position)
            JOIN grade ON grade.concert_id = $1::bigint AND grade.name = given.grade
        """)

    /// concert, stage, then of each schedule: start, end, time zone, end of the replay (-infinity is none), minutes
    /// from doors to start. Returns the numbers in the order of the schedules.
    static let insertSchedules = PostgresStatement(
        "catalogue_insert_schedules",
        """
        WITH made AS (
            INSERT INTO schedule (concert_id, stage_id, starts_at, ends_at, timezone, replay_until, doors_minutes)
            SELECT $1::bigint, $2::bigint, starts_at, ends_at, timezone, nullif(replay_until, '-infinity'),
                doors_minutes
            FROM unnest($3::timestamptz[], $4::timestamptz[], $5::text[], $6::timestamptz[], $7::integer[])
                WITH ORDINALITY AS given (starts_at, ends_at, timezone, replay_until, doors_minutes, position)
            ORDER BY position
            RETURNING id)
        SELECT id FROM made ORDER BY id
        """)

    /// concert, schedules of it. Makes their seats: by rows and columns first, then what has no place; numbered from 0.
    static let insertSeats = PostgresStatement(
        "catalogue_insert_seats",
        """
        INSERT INTO seat (schedule_id, seat_no, grade_id, price, row_no, column_no, state)
        SELECT chosen.id, place.seat_no, place.grade_id, place.price, place.row_no, place.column_no, place.state
        FROM unnest($2::bigint[]) AS chosen (id) CROSS JOIN (
            SELECT grade_id, price, row_no, column_no, state,
                row_number() OVER (ORDER BY row_no, column_no, position, nth) - 1 AS seat_no
            FROM (
                SELECT grade.id AS grade_id, grade.price, grade.position, row_no, column_no, 0 AS nth,
                    CASE WHEN blocked.code IS NULL THEN 0 ELSE 4 END AS state
                FROM grade CROSS JOIN LATERAL (
                    SELECT grade.first_row, grade.last_row, grade.first_column, grade.last_column
                    UNION ALL SELECT more.first_row, more.last_row, more.first_column, more.last_column
                    FROM grade_area AS more WHERE more.grade_id = grade.id) AS area
                CROSS JOIN generate_series(area.first_row, area.last_row) AS row_no
                CROSS JOIN generate_series(area.first_column, area.last_column) AS column_no
                LEFT JOIN (SELECT DISTINCT unnest(stage.blocked) AS code
                    FROM stage JOIN concert ON concert.stage_id = stage.id WHERE concert.id = $1) AS blocked
                    ON blocked.code = row_no * 10000 + column_no
                WHERE grade.concert_id = $1 AND grade.kind = 'SEATED'
                UNION ALL
                SELECT grade.id, grade.price, grade.position, NULL, NULL, nth, 0
                FROM grade CROSS JOIN generate_series(1, grade.capacity) AS nth
                WHERE grade.concert_id = $1 AND grade.kind <> 'SEATED'
            ) AS places
        ) AS place
        ORDER BY chosen.id, place.seat_no
        """, timeout: .seconds(60))

    static let countSeats = PostgresStatement(
        "catalogue_count_seats", "UPDATE schedule SET seat_count = $2 WHERE id = ANY ($1::bigint[])")

    // MARK: Changing

    /// concert, its version or null, then what is new. An empty list of refund rules takes them away.
    static let changeConcert = PostgresStatement(
        "catalogue_change_concert",
        """
        UPDATE concert SET name = coalesce($3, name), performers = coalesce($4, performers),
            description = coalesce($5, description), category = coalesce($6, category),
            fields = coalesce($7::text::jsonb, fields), runtime_minutes = coalesce($8::bigint, runtime_minutes),
            age_rating = coalesce($9::bigint, age_rating), sale_opens_at = coalesce($10, sale_opens_at),
            sale_closes_at = coalesce($11, sale_closes_at), purchase_limit = coalesce($12::bigint, purchase_limit),
            purchase_limit_max = greatest(purchase_limit_max,
                CASE WHEN $12::bigint < purchase_limit THEN purchase_limit END),
            hold_seconds = coalesce($13::bigint, hold_seconds), queue_enabled = coalesce($14, queue_enabled),
            queue_admit_per_second = coalesce($15::bigint, queue_admit_per_second),
            queue_active_max = coalesce($16::bigint, queue_active_max),
            refund_rules = nullif(coalesce($17::text::jsonb, refund_rules), '[]'), version = version + 1
        WHERE id = $1 AND ($2::bigint IS NULL OR version = $2) AND status <> 'CANCELED' AND deleted_at IS NULL
        RETURNING version
        """)

    /// concert, new status, statuses that it may come from. Returns seller and name.
    static let moveConcert = PostgresStatement(
        "catalogue_move_concert",
        """
        UPDATE concert SET status = $2, version = version + 1
        WHERE id = $1 AND status = ANY ($3::text[]) AND deleted_at IS NULL
        RETURNING seller_id, name
        """)

    /// Nobody else changes the concert until this transaction ends. Columns: status, version, number of its schedules,
    /// stage, how long it takes, the stage's time zone.
    static let lockConcert = PostgresStatement(
        "catalogue_lock_concert",
        """
        SELECT status, version,
            (SELECT count(*) FROM schedule WHERE schedule.concert_id = concert.id AND schedule.deleted_at IS NULL),
            stage_id, runtime_minutes, (SELECT timezone FROM stage WHERE stage.id = concert.stage_id)
        FROM concert WHERE id = $1 AND deleted_at IS NULL FOR NO KEY UPDATE
        """)

    static let hasTakenSeats = PostgresStatement(
        "catalogue_has_taken_seats",
        """
        SELECT EXISTS (SELECT FROM seat JOIN schedule ON schedule.id = seat.schedule_id
            WHERE schedule.concert_id = $1 AND seat.state IN (1, 2, 3))
        """, effect: .reads, timeout: .seconds(60))

    static let schedules = PostgresStatement(
        "catalogue_schedules_of", "SELECT id FROM schedule WHERE concert_id = $1 ORDER BY id", effect: .reads)

    /// concert: whether somebody has paid, or is paying, for one of its performances that is over, or that is on while
    /// others are to come, or were until what was to come was called off; whether one was called off before.
    static let past = PostgresStatement(
        "catalogue_past",
        """
        WITH mine AS (
            SELECT id, starts_at, ends_at, status FROM schedule WHERE concert_id = $1 AND deleted_at IS NULL),
        called_off AS (SELECT EXISTS (SELECT FROM mine WHERE status = 'CANCELED') AS is_so),
        rest AS (
            SELECT EXISTS (SELECT FROM mine WHERE status <> 'CANCELED' AND starts_at > now()) OR (called_off.is_so
                AND EXISTS (SELECT FROM concert WHERE id = $1 AND status = 'CLOSED')) AS is_told_apart FROM called_off)
        SELECT EXISTS (SELECT FROM mine, rest
                WHERE status <> 'CANCELED' AND (ends_at <= now() OR (starts_at <= now() AND rest.is_told_apart))
                    AND EXISTS (SELECT FROM reservation AS r WHERE r.schedule_id = mine.id
                        AND r.status IN ('PENDING', 'CONFIRMED') AND (r.status = 'CONFIRMED' OR r.is_paying))),
            called_off.is_so
        FROM called_off
        """, effect: .reads)

    static let cancelSchedules = PostgresStatement(
        "catalogue_cancel_schedules",
        """
        UPDATE schedule SET status = 'CANCELED'
        WHERE concert_id = $1 AND status <> 'CANCELED' AND deleted_at IS NULL RETURNING id
        """)

    static let deleteSchedules = PostgresStatement(
        "catalogue_delete_schedules",
        "UPDATE schedule SET deleted_at = now() WHERE concert_id = $1 AND deleted_at IS NULL")

    static let deleteConcert = PostgresStatement(
        "catalogue_delete_concert",
        "UPDATE concert SET deleted_at = now(), version = version + 1 WHERE id = $1 AND deleted_at IS NULL")
}
