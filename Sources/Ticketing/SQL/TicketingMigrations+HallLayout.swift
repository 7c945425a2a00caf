internal import Postgres

/// What a hall of several sections needs (decision 45).
extension TicketingMigrations {
    /// Aisles behind rows, as `aisles` has those behind columns. A grade that is of several sections has the places of
    /// the first in its own row, and those of the others here: seats are made of all of them.
    ///
    /// `section_at` is the name of the section that a place of a stage is in, null for none. A performance whose seats
    /// were made without those of `grade_area`, as the version before makes them, is refused: nobody would add them.
    static let hallLayout = PostgresMigration(
        number: 179, name: "hall layout",
        sql: """
            ALTER TABLE stage ADD COLUMN row_aisles integer[] NOT NULL DEFAULT '{}';
            CREATE TABLE grade_area (
                grade_id bigint NOT NULL REFERENCES grade,
                section text NOT NULL,
                first_row integer NOT NULL,
                last_row integer NOT NULL,
                first_column integer NOT NULL,
                last_column integer NOT NULL,
                position smallint NOT NULL,
                PRIMARY KEY (grade_id, section));

            CREATE FUNCTION section_at(p_stage bigint, p_row integer, p_column integer) RETURNS text
                LANGUAGE sql STABLE AS $$
                SELECT one->>'name' FROM stage, jsonb_array_elements(stage.sections) AS one
                WHERE stage.id = p_stage AND p_row BETWEEN (one#>>'{rows,0}')::integer AND (one#>>'{rows,1}')::integer
                    AND (NOT one ? 'cols' OR p_column BETWEEN (one#>>'{cols,0}')::integer
                        AND (one#>>'{cols,1}')::integer)
                LIMIT 1
            $$;

            CREATE FUNCTION seats_are_whole() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF EXISTS (
                    SELECT FROM grade JOIN grade_area ON grade_id = grade.id WHERE concert_id = NEW.concert_id
                ) AND NEW.seat_count < (
                    SELECT sum((last_row - first_row + 1) * (last_column - first_column + 1)) FROM (
                        SELECT first_row, last_row, first_column, last_column FROM grade
                        WHERE concert_id = NEW.concert_id AND kind = 'SEATED'
                        UNION ALL SELECT more.first_row, more.last_row, more.first_column, more.last_column
                        FROM grade JOIN grade_area AS more ON more.grade_id = grade.id
                        WHERE grade.concert_id = NEW.concert_id) AS area
                ) THEN
                    RAISE EXCEPTION 'seats of sections are missing in schedule %', NEW.id;
                END IF;
                RETURN NULL;
            END $$;
            CREATE TRIGGER schedule_seats_are_whole AFTER UPDATE OF seat_count ON schedule
                FOR EACH ROW WHEN (NEW.seat_count > 0) EXECUTE FUNCTION seats_are_whole();
            """)
}
