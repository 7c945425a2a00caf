internal import Postgres

/// Who waits.
extension TicketingMigrations {
    /// `queue_room` is the queue of a concert: the last number that was given, how many took part in the draw, and the
    /// pointer, `admitted`: every place below it has had its turn. `paced_at` says up to when the rate is used up, and
    /// `mover` which process moves the pointer.
    ///
    /// `queue_step` has each move of the pointer with its time, which is when the turns of these places began.
    ///
    /// `queue_member` has one row for each member of a queue, so that nobody has two places. `place` is known once the
    /// turn was taken or given back; `pass_until` is when the turn that was taken ends, `ended_at` when it was given
    /// back.
    static let queue = PostgresMigration(
        number: 130, name: "queue",
        sql: """
            CREATE TABLE queue_room (
                concert_id bigint PRIMARY KEY REFERENCES concert,
                seed bytea NOT NULL CHECK (octet_length(seed) = 32),
                last_number bigint NOT NULL DEFAULT 0 CHECK (last_number BETWEEN 0 AND 16777216),
                draw_count bigint,
                admitted bigint NOT NULL DEFAULT 0,
                paced_at timestamptz NOT NULL DEFAULT now(),
                is_paused boolean NOT NULL DEFAULT false,
                opened_at timestamptz,
                sold_out_at timestamptz,
                mover bytea,
                mover_until timestamptz,
                created_at timestamptz NOT NULL DEFAULT now(),
                CHECK (draw_count BETWEEN 0 AND last_number),
                CHECK (admitted BETWEEN 0 AND last_number),
                CHECK ((opened_at IS NULL) = (draw_count IS NULL)),
                CHECK (opened_at IS NOT NULL OR admitted = 0))
                WITH (fillfactor = 50);

            CREATE TABLE queue_step (
                concert_id bigint NOT NULL REFERENCES queue_room,
                upto bigint NOT NULL CHECK (upto > 0),
                at timestamptz NOT NULL DEFAULT now(),
                PRIMARY KEY (concert_id, upto));
            CREATE INDEX queue_step_time ON queue_step (concert_id, at);

            CREATE TABLE queue_member (
                concert_id bigint NOT NULL REFERENCES queue_room,
                member_id bigint NOT NULL REFERENCES member,
                number bigint NOT NULL CHECK (number > 0),
                joined_at timestamptz NOT NULL DEFAULT now(),
                place bigint CHECK (place >= 0),
                pass_until timestamptz,
                ended_at timestamptz,
                PRIMARY KEY (concert_id, member_id),
                UNIQUE (concert_id, number),
                CHECK (pass_until IS NULL OR place IS NOT NULL))
                WITH (fillfactor = 70);
            CREATE INDEX queue_member_place ON queue_member (concert_id, place) WHERE place IS NOT NULL;
            CREATE INDEX queue_member_active ON queue_member (concert_id, pass_until)
                WHERE pass_until IS NOT NULL AND ended_at IS NULL;
            """)
}
