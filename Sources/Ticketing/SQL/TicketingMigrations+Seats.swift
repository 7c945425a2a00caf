internal import Postgres

/// Who has which seat.
extension TicketingMigrations {
    /// Everything that can be sold once is a row of `seat`, places without a number too: `seat_no` counts from 0 within
    /// its schedule, and programs know a seat by `schedule_id * 1048576 + seat_no` (`SeatID`).
    ///
    /// Two walls stand against selling one twice: a seat has one row, and `reservation_seat_live` has one live claim.
    ///
    /// States of a seat: 0 free, 1 held, 2 being paid, 3 sold, 4 blocked. One that is being paid is never taken away by
    /// time. `version` grows with every change of the row, so that whoever hears of changes in another order than they
    /// happened knows which is the last.
    ///
    /// What points to rows that everybody who buys points to (concert and schedule of a reservation), or that the same
    /// statement has just made (the reservation of a seat), is no foreign key: it took a fifth of the time of a hold,
    /// none of these rows is ever deleted, and `TicketingInvariants` look after it.
    ///
    /// `token` is chosen by whoever asks for the hold: it finds the reservation again when the answer was lost.
    static let seats = PostgresMigration(
        number: 120, name: "seats",
        sql: """
            CREATE TABLE reservation (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                member_id bigint NOT NULL REFERENCES member,
                concert_id bigint NOT NULL,
                schedule_id bigint NOT NULL,
                status text NOT NULL DEFAULT 'PENDING'
                    CHECK (status IN ('PENDING', 'CONFIRMED', 'CANCELLED', 'EXPIRED')),
                currency text NOT NULL,
                total bigint NOT NULL CHECK (total >= 0),
                discount bigint NOT NULL DEFAULT 0 CHECK (discount >= 0),
                promotion_id bigint,
                live_count smallint NOT NULL CHECK (live_count >= 0),
                held_until timestamptz,
                is_paying boolean NOT NULL DEFAULT false,
                token bigint,
                created_at timestamptz NOT NULL DEFAULT now(),
                confirmed_at timestamptz,
                ended_at timestamptz,
                end_reason text,
                CHECK ((status = 'PENDING') = (held_until IS NOT NULL)),
                CHECK (status = 'PENDING' OR NOT is_paying),
                CHECK (status <> 'CONFIRMED' OR (confirmed_at IS NOT NULL AND live_count > 0)),
                CHECK ((status IN ('CANCELLED', 'EXPIRED')) = (ended_at IS NOT NULL)),
                CHECK (status NOT IN ('CANCELLED', 'EXPIRED') OR live_count = 0))
                WITH (fillfactor = 70);
            CREATE INDEX reservation_member ON reservation (member_id, id);
            CREATE INDEX reservation_due ON reservation (held_until) WHERE status = 'PENDING' AND NOT is_paying;
            CREATE INDEX reservation_live ON reservation (schedule_id, member_id)
                WHERE status IN ('PENDING', 'CONFIRMED');

            CREATE TABLE seat (
                schedule_id bigint NOT NULL REFERENCES schedule,
                seat_no integer NOT NULL CHECK (seat_no BETWEEN 0 AND 1048575),
                grade_id bigint NOT NULL REFERENCES grade,
                price bigint NOT NULL CHECK (price >= 0),
                row_no integer,
                column_no integer,
                state smallint NOT NULL DEFAULT 0 CHECK (state BETWEEN 0 AND 4),
                reservation_id bigint,
                held_until timestamptz,
                version integer NOT NULL DEFAULT 0,
                PRIMARY KEY (schedule_id, seat_no),
                CHECK ((state IN (1, 2, 3)) = (reservation_id IS NOT NULL)),
                CHECK ((state = 1) = (held_until IS NOT NULL)))
                WITH (fillfactor = 50);

            CREATE TABLE reservation_seat (
                reservation_id bigint NOT NULL REFERENCES reservation,
                schedule_id bigint NOT NULL,
                seat_no integer NOT NULL,
                grade_id bigint NOT NULL,
                price bigint NOT NULL,
                discount bigint NOT NULL DEFAULT 0 CHECK (discount BETWEEN 0 AND price),
                status text NOT NULL DEFAULT 'HELD' CHECK (status IN ('HELD', 'CONFIRMED', 'CANCELLED', 'EXPIRED')),
                PRIMARY KEY (reservation_id, seat_no),
                FOREIGN KEY (schedule_id, seat_no) REFERENCES seat)
                WITH (fillfactor = 70);
            CREATE UNIQUE INDEX reservation_seat_live ON reservation_seat (schedule_id, seat_no)
                WHERE status IN ('HELD', 'CONFIRMED');

            CREATE TABLE ticket (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                reservation_id bigint NOT NULL,
                schedule_id bigint NOT NULL REFERENCES schedule,
                seat_no integer NOT NULL,
                member_id bigint NOT NULL REFERENCES member,
                status text NOT NULL DEFAULT 'ISSUED' CHECK (status IN ('ISSUED', 'REVOKED')),
                epoch integer NOT NULL DEFAULT 1,
                code text NOT NULL UNIQUE,
                issued_at timestamptz NOT NULL DEFAULT now(),
                revoked_at timestamptz,
                revoke_reason text,
                UNIQUE (reservation_id, seat_no),
                FOREIGN KEY (reservation_id, seat_no) REFERENCES reservation_seat,
                CHECK ((status = 'REVOKED') = (revoked_at IS NOT NULL)));
            CREATE UNIQUE INDEX ticket_live ON ticket (schedule_id, seat_no) WHERE status = 'ISSUED';
            CREATE INDEX ticket_member ON ticket (member_id, id);
            """)
}
