internal import Postgres

/// What is asked of those who wait. Members of one queue are locked in the order of their numbers.
///
/// `OFFSET 0` keeps each member's row looked up by its key: a planner whose statistics are of before the sale goes
/// through everybody who may buy instead, once for each member that is asked for.
enum QueueMemberStatements {
    /// Numbers for members of one queue, in the order given: concert, members, the last number that there can be. Who
    /// has one that is not over is left out, and who may not wait in this queue (`barred`). Who has left before places
    /// were drawn has the number again that he had: nobody takes part twice, or makes numbers that nobody has. The
    /// queue is locked until the numbers are committed, so that two processes give them one after the other and none is
    /// ever given twice or lost.
    static let join = PostgresStatement(
        "queue_join",
        """
        WITH asked AS (
            SELECT t.member_id, t.at FROM unnest($2::bigint[]) WITH ORDINALITY AS t(member_id, at)),
        wanted AS (
            SELECT a.member_id, a.at, m.place, m.ended_at IS NOT NULL AND m.place IS NULL AS is_back
            FROM asked a JOIN concert c ON c.id = $1
                LEFT JOIN queue_member m ON m.concert_id = $1 AND m.member_id = a.member_id
            WHERE (m.member_id IS NULL OR m.ended_at IS NOT NULL OR m.pass_until <= now())
                AND (NOT (c.queue_verified_only OR c.queue_older_only) OR EXISTS (
                    SELECT FROM member WHERE member.id = a.member_id
                        AND (member.email_verified_at IS NOT NULL OR NOT c.queue_verified_only)
                        AND (member.created_at < c.sale_opens_at OR NOT c.queue_older_only)))),
        room AS MATERIALIZED (
            SELECT concert_id FROM queue_room
            WHERE concert_id = $1 AND EXISTS (SELECT FROM wanted) FOR UPDATE),
        back AS (
            UPDATE queue_member m SET ended_at = NULL FROM room, wanted
            WHERE wanted.is_back AND m.concert_id = room.concert_id AND m.member_id = wanted.member_id
                AND m.ended_at IS NOT NULL AND m.place IS NULL
            RETURNING m.member_id, m.number),
        new AS (
            SELECT member_id, place, row_number() OVER (ORDER BY at) AS number FROM wanted WHERE NOT is_back),
        counted AS (
            UPDATE queue_room r SET last_number = r.last_number + (SELECT count(*) FROM new) FROM room
            WHERE r.concert_id = room.concert_id AND EXISTS (SELECT FROM new)
                AND r.last_number + (SELECT count(*) FROM new) <= $3
            RETURNING r.last_number - (SELECT count(*) FROM new) AS start),
        gone AS (
            INSERT INTO queue_left (concert_id, place)
            SELECT $1, new.place FROM new CROSS JOIN counted WHERE new.place IS NOT NULL
            ON CONFLICT DO NOTHING),
        joined AS (
            INSERT INTO queue_member (concert_id, member_id, number)
            SELECT $1, new.member_id, counted.start + new.number FROM new CROSS JOIN counted
            ON CONFLICT (concert_id, member_id) DO UPDATE
                SET number = excluded.number, joined_at = now(), place = NULL, pass_until = NULL, ended_at = NULL
                WHERE queue_member.ended_at IS NOT NULL OR queue_member.pass_until <= now()
            RETURNING member_id, number)
        SELECT member_id, number FROM joined UNION ALL SELECT member_id, number FROM back
        """)

    /// concert, members: those who may not wait in its queue, and whether that is for their address.
    static let barred = PostgresStatement(
        "queue_barred",
        """
        SELECT member.id, c.queue_verified_only AND member.email_verified_at IS NULL
        FROM concert c JOIN member ON member.id = ANY($2::bigint[])
        WHERE c.id = $1 AND (c.queue_verified_only AND member.email_verified_at IS NULL
            OR c.queue_older_only AND member.created_at >= c.sale_opens_at)
        """, effect: .reads)

    /// concert, members: their numbers, and whether and until when they may buy. Who has left is not among them.
    static let find = PostgresStatement(
        "queue_find",
        """
        SELECT member_id, number, pass_until, coalesce(pass_until > now(), false)
        FROM queue_member WHERE concert_id = $1 AND member_id = ANY($2::bigint[]) AND ended_at IS NULL
        """, effect: .reads)

    /// Takes turns: concert, members, their numbers and places, for how many microseconds a turn is taken, and for how
    /// many it can be. A row for each that was taken now or before and has not ended.
    static let claim = PostgresStatement(
        "queue_claim",
        """
        WITH asked AS (
            SELECT * FROM unnest($2::bigint[], $3::bigint[], $4::bigint[]) AS t(member_id, number, place)),
        held AS (
            SELECT m.member_id, m.number, a.place
            FROM queue_member m JOIN asked a ON a.member_id = m.member_id AND a.number = m.number
            WHERE m.concert_id = $1 AND m.ended_at IS NULL AND m.pass_until IS NULL
            ORDER BY m.number FOR UPDATE OF m),
        taken AS (
            UPDATE queue_member m SET place = held.place, pass_until = now() + $5::bigint * interval '1 microsecond'
            FROM held
            WHERE m.concert_id = $1 AND m.member_id = held.member_id AND m.number = held.number
                AND m.ended_at IS NULL AND m.pass_until IS NULL
                AND now() < $6::bigint * interval '1 microsecond'
                    + (SELECT s.at FROM queue_step s
                        WHERE s.concert_id = $1 AND s.upto > held.place ORDER BY s.upto LIMIT 1)
            RETURNING m.member_id, m.number, m.pass_until)
        SELECT member_id, number, pass_until FROM taken
        UNION ALL
        SELECT a.member_id, a.number, m.pass_until
        FROM asked a CROSS JOIN LATERAL (SELECT number, pass_until, ended_at FROM queue_member
            WHERE concert_id = $1 AND member_id = a.member_id OFFSET 0) AS m
        WHERE m.number = a.number AND m.ended_at IS NULL AND m.pass_until > now()
        """)

    /// concert, members, numbers: those of them who may buy now.
    static let check = PostgresStatement(
        "queue_check",
        """
        SELECT t.member_id, t.number
        FROM unnest($2::bigint[], $3::bigint[]) AS t(member_id, number)
        CROSS JOIN LATERAL (SELECT number, pass_until, ended_at FROM queue_member
            WHERE concert_id = $1 AND member_id = t.member_id OFFSET 0) AS m
        WHERE m.number = t.number AND m.ended_at IS NULL AND m.pass_until > now()
        """, effect: .reads)

    /// Gives a place back: concert, member, number, and the place, where it is known.
    static let leave = PostgresStatement(
        "queue_leave",
        """
        UPDATE queue_member SET ended_at = now(), place = coalesce(place, $4)
        WHERE concert_id = $1 AND member_id = $2 AND number = $3 AND ended_at IS NULL
        """)

    /// Gives a turn back that was taken, and in which this was reserved, not a later one: concert, member, reservation,
    /// for how many microseconds a turn is taken.
    static let finish = PostgresStatement(
        "queue_finish",
        """
        UPDATE queue_member SET ended_at = now()
        WHERE concert_id = $1 AND member_id = $2 AND ended_at IS NULL
            AND pass_until - $4::bigint * interval '1 microsecond' <= (
                SELECT created_at FROM reservation WHERE id = $3 AND reservation.member_id = $2)
        """)
}
