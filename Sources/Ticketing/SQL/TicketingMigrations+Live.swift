internal import Postgres

/// When shows can be seen, and how far they are.
extension TicketingMigrations {
    /// `doors_open_at(schedule)` is from when on ticket holders can see the stream; before it, whoever publishes
    /// rehearses.
    ///
    /// `play_height_max` and `play_replay` are what a grade opens: pictures up to this height, null for all, and the
    /// recording.
    ///
    /// `live_show` has a row for each show that has begun. `heard_at` is when a process last had its publisher, so that
    /// whoever looks finds the shows whose process is gone; `interrupted_at` since when nobody publishes it.
    static let live = PostgresMigration(
        number: 140, name: "live shows",
        sql: """
            ALTER TABLE schedule
                ADD COLUMN doors_minutes smallint NOT NULL DEFAULT 30 CHECK (doors_minutes BETWEEN 0 AND 1440),
                ADD COLUMN version integer NOT NULL DEFAULT 1;
            ALTER TABLE grade
                ADD COLUMN play_height_max smallint CHECK (play_height_max BETWEEN 144 AND 4320),
                ADD COLUMN play_replay boolean NOT NULL DEFAULT true;

            CREATE FUNCTION doors_open_at(show schedule) RETURNS timestamptz LANGUAGE sql STABLE AS $$
                SELECT show.starts_at - show.doors_minutes * interval '1 minute'
            $$;

            CREATE TABLE live_show (
                schedule_id bigint PRIMARY KEY REFERENCES schedule,
                state text NOT NULL CHECK (state IN ('LIVE', 'ENDED')),
                live_at timestamptz NOT NULL,
                heard_at timestamptz NOT NULL,
                interrupted_at timestamptz,
                ended_at timestamptz,
                version integer NOT NULL DEFAULT 1,
                CHECK ((state = 'ENDED') = (ended_at IS NOT NULL)),
                CHECK (state = 'LIVE' OR interrupted_at IS NULL))
                WITH (fillfactor = 50);
            SELECT add_audit_columns('live_show');
            CREATE INDEX live_show_live ON live_show (schedule_id) WHERE state = 'LIVE';
            CREATE INDEX live_show_ended ON live_show (ended_at) WHERE state = 'ENDED';
            """)

    /// `moved_at` is when a performance was last given another start.
    static let movedShows = PostgresMigration(
        number: 330, name: "shows that are moved", sql: "ALTER TABLE schedule ADD COLUMN moved_at timestamptz;")

    /// `play_devices`: so many may watch with one ticket of the grade at the same time.
    static let devices = PostgresMigration(
        number: 313, name: "devices of tickets",
        sql: """
            ALTER TABLE grade
                ADD COLUMN play_devices smallint NOT NULL DEFAULT 1 CHECK (play_devices BETWEEN 1 AND 4)
            """)
}
