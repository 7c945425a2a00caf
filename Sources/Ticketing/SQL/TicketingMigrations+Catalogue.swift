internal import Postgres

/// What is for sale.
extension TicketingMigrations {
    /// `search_grams` cuts a text into its letters and pairs of letters: with an index of them, two syllables from the
    /// middle of a Korean word are found as fast as a whole word. `search_needles` are those that a text must hold in
    /// which the words are found. A change of them needs new names, because generated columns and an index were made
    /// with them. (`OFFSET 0` keeps the planner from computing the plain text anew for each letter of it.)
    ///
    /// A place in `stage.blocked` is one number, `row * 10000 + column`, both from 1. A grade keeps the places that it
    /// was made for, so that a stage can be drawn anew for what comes later.
    ///
    /// A stage can show one thing at a time: `schedule_alone` makes a second impossible.
    static let catalogue = PostgresMigration(
        number: 110, name: "catalogue",
        sql: """
            CREATE EXTENSION IF NOT EXISTS btree_gist;
            CREATE EXTENSION IF NOT EXISTS pg_trgm;

            CREATE FUNCTION search_text(words text) RETURNS text
                LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
                SELECT regexp_replace(lower(normalize(words, NFKC)), '[^[:alnum:]]+', '', 'g')
            $$;
            CREATE FUNCTION search_grams(words text) RETURNS text[]
                LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
                SELECT coalesce(array_agg(DISTINCT piece), '{}')
                FROM (SELECT search_text(words) AS whole OFFSET 0) AS t,
                    generate_series(1, length(whole)) AS at,
                    unnest(ARRAY[substr(whole, at, 1), substr(whole, at, 2)]) AS piece
            $$;

            CREATE FUNCTION search_needles(words text) RETURNS text[]
                LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
                SELECT CASE WHEN length(whole) < 2 THEN ARRAY[whole] ELSE ARRAY(
                    SELECT DISTINCT substr(whole, at, 2) FROM generate_series(1, length(whole) - 1) AS at) END
                FROM (SELECT search_text(words) AS whole OFFSET 0) AS t
            $$;

            CREATE TABLE seller_team (
                seller_id bigint NOT NULL REFERENCES member,
                member_id bigint NOT NULL REFERENCES member,
                role text NOT NULL CHECK (role IN ('ADMIN', 'FINANCE', 'STREAMER')),
                added_at timestamptz NOT NULL DEFAULT now(),
                PRIMARY KEY (seller_id, member_id),
                CHECK (seller_id <> member_id));
            CREATE INDEX seller_team_member ON seller_team (member_id);

            CREATE TABLE stage (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                seller_id bigint NOT NULL REFERENCES member,
                name text NOT NULL,
                location text NOT NULL,
                timezone text NOT NULL DEFAULT 'Asia/Seoul',
                row_count integer NOT NULL CHECK (row_count BETWEEN 1 AND 1000),
                column_count integer NOT NULL CHECK (column_count BETWEEN 1 AND 1000),
                sections jsonb NOT NULL DEFAULT '[]',
                aisles integer[] NOT NULL DEFAULT '{}',
                blocked integer[] NOT NULL DEFAULT '{}',
                version integer NOT NULL DEFAULT 1);
            SELECT add_audit_columns('stage');
            CREATE INDEX stage_seller ON stage (seller_id, id) WHERE deleted_at IS NULL;

            CREATE TABLE concert (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                seller_id bigint NOT NULL REFERENCES member,
                stage_id bigint REFERENCES stage,
                name text NOT NULL,
                performers text NOT NULL DEFAULT '',
                description text NOT NULL DEFAULT '',
                category text NOT NULL DEFAULT 'CONCERT'
                    CHECK (category IN ('CONCERT', 'MUSICAL', 'SPORT', 'EXHIBITION', 'OTHER')),
                fields jsonb NOT NULL DEFAULT '[]',
                runtime_minutes integer NOT NULL CHECK (runtime_minutes BETWEEN 1 AND 10080),
                age_rating smallint NOT NULL DEFAULT 0 CHECK (age_rating BETWEEN 0 AND 21),
                currency text NOT NULL DEFAULT 'KRW' CHECK (currency ~ '^[A-Z]{3}$'),
                sale_opens_at timestamptz NOT NULL,
                sale_closes_at timestamptz NOT NULL,
                purchase_limit smallint NOT NULL DEFAULT 4 CHECK (purchase_limit BETWEEN 1 AND 100),
                hold_seconds integer NOT NULL DEFAULT 300 CHECK (hold_seconds BETWEEN 30 AND 3600),
                queue_enabled boolean NOT NULL DEFAULT false,
                queue_admit_per_second integer NOT NULL DEFAULT 200 CHECK (queue_admit_per_second BETWEEN 1 AND 100000),
                queue_active_max integer NOT NULL DEFAULT 2000 CHECK (queue_active_max BETWEEN 1 AND 1000000),
                refund_rules jsonb,
                status text NOT NULL DEFAULT 'DRAFT' CHECK (status IN ('DRAFT', 'PUBLISHED', 'CLOSED', 'CANCELED')),
                version integer NOT NULL DEFAULT 1,
                plain text GENERATED ALWAYS AS (search_text(name || ' ' || performers)) STORED,
                grams text[] GENERATED ALWAYS AS (search_grams(name || ' ' || performers)) STORED,
                CONSTRAINT concert_sale_window CHECK (sale_closes_at > sale_opens_at));
            SELECT add_audit_columns('concert');
            CREATE INDEX concert_grams ON concert USING gin (grams) WITH (fastupdate = off)
                WHERE deleted_at IS NULL AND status = 'PUBLISHED';
            CREATE INDEX concert_newest ON concert (id) WHERE deleted_at IS NULL AND status = 'PUBLISHED';
            CREATE INDEX concert_seller ON concert (seller_id, id) WHERE deleted_at IS NULL;

            CREATE TABLE concert_poster (
                concert_id bigint PRIMARY KEY REFERENCES concert,
                jpeg bytea NOT NULL,
                width integer NOT NULL,
                height integer NOT NULL,
                digest bytea NOT NULL,
                updated_at timestamptz NOT NULL DEFAULT now());

            CREATE TABLE grade (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                concert_id bigint NOT NULL REFERENCES concert,
                name text NOT NULL,
                price bigint NOT NULL CHECK (price BETWEEN 0 AND 1000000000000),
                kind text NOT NULL DEFAULT 'SEATED' CHECK (kind IN ('SEATED', 'GENERAL', 'ONLINE')),
                first_row integer,
                last_row integer,
                first_column integer,
                last_column integer,
                section text,
                capacity integer CHECK (capacity BETWEEN 1 AND 1048575),
                position smallint NOT NULL DEFAULT 0,
                UNIQUE (concert_id, name),
                CHECK ((kind = 'SEATED') = (capacity IS NULL)),
                CHECK (kind = 'SEATED' OR num_nulls(first_row, last_row, first_column, last_column) = 4));

            CREATE TABLE schedule (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                concert_id bigint NOT NULL REFERENCES concert,
                stage_id bigint REFERENCES stage,
                starts_at timestamptz NOT NULL,
                ends_at timestamptz NOT NULL,
                timezone text NOT NULL DEFAULT 'Asia/Seoul',
                replay_until timestamptz,
                status text NOT NULL DEFAULT 'SCHEDULED' CHECK (status IN ('SCHEDULED', 'CLOSED', 'ENDED', 'CANCELED')),
                seat_count integer NOT NULL DEFAULT 0 CHECK (seat_count BETWEEN 0 AND 1048576),
                CHECK (ends_at > starts_at));
            SELECT add_audit_columns('schedule');
            ALTER TABLE schedule ADD CONSTRAINT schedule_alone
                EXCLUDE USING gist (stage_id WITH =, tstzrange(starts_at, ends_at) WITH &&)
                WHERE (stage_id IS NOT NULL AND status <> 'CANCELED' AND deleted_at IS NULL);
            CREATE INDEX schedule_concert ON schedule (concert_id, starts_at) WHERE deleted_at IS NULL;
            CREATE INDEX schedule_starts ON schedule (starts_at) WHERE deleted_at IS NULL AND status <> 'CANCELED';
            CREATE INDEX schedule_stage ON schedule (stage_id, ends_at) WHERE deleted_at IS NULL;
            """)
}
