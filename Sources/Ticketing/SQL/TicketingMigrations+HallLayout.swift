internal import Postgres

/// What a hall of several sections needs (decision 45).
extension TicketingMigrations {
    /// Aisles behind rows, as `aisles` has those behind columns. A grade that is of several sections has the places of
    /// the first in its own row, and those of the others here: seats are made of all of them.
    ///
    /// `section_at` is the name of the section that a place of a stage is in, null for none.
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
            """)
}
