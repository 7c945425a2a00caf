internal import Postgres

/// What is asked of the tables of refunds. The payment's row is locked before that of a refund, always.
enum RefundStatements {
    static let get = PostgresStatement("refund_get", "SELECT * FROM refund_row WHERE id = $1", effect: .reads)

    static let lock = PostgresStatement(
        "refund_lock", "SELECT * FROM refund_row WHERE id = $1 FOR NO KEY UPDATE")

    static let ofPayment = PostgresStatement(
        "refund_of_payment", "SELECT * FROM refund_row WHERE payment_id = $1 ORDER BY id", effect: .reads)

    static let lockOfPayment = PostgresStatement(
        "refund_lock_of_payment", "SELECT * FROM refund_row WHERE payment_id = $1 ORDER BY id FOR NO KEY UPDATE")

    /// Payment, amount, fee, currency, cause, reason, key of its own. Due at once.
    static let insert = PostgresStatement(
        "refund_insert",
        """
        INSERT INTO refund (payment_id, amount, fee, currency, cause, reason, idempotency_key, next_try_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, now()) RETURNING id
        """)

    /// Who asks, and by which key.
    static let askedBy = PostgresStatement("refund_asked_by", "UPDATE refund SET asked_by = $2 WHERE id = $1")

    static let findAskedBy = PostgresStatement(
        "refund_find_asked_by",
        "SELECT * FROM refund_row WHERE id = (SELECT id FROM refund WHERE asked_by = $1)", effect: .reads)

    /// One that happened without us: payment, amount, currency, cause, reason, key of ours, the company's key, what it
    /// took beyond what there was.
    static let insertDone = PostgresStatement(
        "refund_insert_done",
        """
        INSERT INTO refund (payment_id, amount, currency, cause, reason, idempotency_key, provider_key, status,
            completed_at, excess)
        VALUES ($1, $2, $3, $4, $5, $6, $7, 'SUCCEEDED', now(), $8) RETURNING id
        """)

    static let addLines = PostgresStatement(
        "refund_add_lines",
        """
        INSERT INTO refund_line (reservation_id, seat_id, refund_id, paid)
        SELECT $1, seat, $2, paid FROM unnest($3::bigint[], $4::bigint[]) AS line (seat, paid)
        """)

    /// What was paid for the seats of a refund, and of that in whose place it is.
    static let linesPaid = PostgresStatement(
        "refund_lines_paid",
        """
        SELECT coalesce(sum(line.paid), 0)::bigint
        FROM refund JOIN refund_line AS line ON line.refund_id IN (refund.id, refund.replaces) WHERE refund.id = $1
        """)

    /// The refund that has given back the last of these seats, if all of them were given back; of all, without any.
    static let covering = PostgresStatement(
        "refund_covering",
        """
        SELECT coalesce((SELECT max(id) FROM refund WHERE replaces = max(refund_id)), max(refund_id)) FROM refund_line
        WHERE reservation_id = $1 AND ($2::bigint[] IS NULL OR seat_id = ANY ($2))
        HAVING $2::bigint[] IS NULL OR count(*) = cardinality($2)
        """)

    /// Promised: what goes back, and what is kept of it.
    static let hold = PostgresStatement(
        "payment_hold_refund", "UPDATE payment SET refund_pending = refund_pending + $2 WHERE id = $1")

    /// Status, paid back, kept, and how much of it was promised before.
    static let repaid = PostgresStatement(
        "payment_repaid",
        """
        UPDATE payment SET status = $2, refunded = refunded + $3, kept = kept + $4,
            refund_pending = refund_pending - $5
        WHERE id = $1 AND captured_at IS NOT NULL
        """)

    static let succeed = PostgresStatement(
        "refund_succeed",
        """
        UPDATE refund SET status = 'SUCCEEDED', provider_key = coalesce($2, provider_key), failure_code = NULL,
            next_try_at = NULL, completed_at = now()
        WHERE id = $1 AND status NOT IN ('SUCCEEDED', 'REVERSED', 'SUPERSEDED')
        """)

    /// Why, and whether another account would help.
    static let fail = PostgresStatement(
        "refund_fail",
        """
        UPDATE refund SET status = 'FAILED', failure_code = $2, next_try_at = NULL, awaits_account = $3
        WHERE id = $1 AND status IN ('PROCESSING', 'UNKNOWN')
        """)

    /// Still to be done: status, the company's key, seconds to the next try.
    static let later = PostgresStatement(
        "refund_later",
        """
        UPDATE refund SET status = $2, provider_key = coalesce($3, provider_key),
            next_try_at = now() + $4::bigint * interval '1 second'
        WHERE id = $1 AND status IN ('PROCESSING', 'UNKNOWN')
        """)

    /// The company's key turned out to be that of another refund.
    static let forgetKey = PostgresStatement(
        "refund_forget_key", "UPDATE refund SET provider_key = NULL WHERE id = $1")

    static let reverse = PostgresStatement(
        "refund_reverse",
        "UPDATE refund SET status = 'REVERSED', reversed_at = now() WHERE id = $1 AND status = 'SUCCEEDED'")

    /// The promise of a refund that was done and then was not: that one, and a key of its own. A person tries it.
    static let replace = PostgresStatement(
        "refund_replace",
        """
        INSERT INTO refund (payment_id, amount, fee, currency, cause, reason, idempotency_key, status, failure_code,
            replaces)
        SELECT payment_id, amount, fee, currency, cause, reason, $2, 'FAILED', 'reversed', coalesce(replaces, id)
        FROM refund WHERE id = $1
        RETURNING id
        """)

    static let supersede = PostgresStatement(
        "refund_supersede",
        """
        UPDATE refund SET status = 'SUPERSEDED', failure_code = NULL, next_try_at = NULL
        WHERE id = $1 AND status IN ('REQUESTED', 'PROCESSING', 'UNKNOWN', 'FAILED')
        """)

    /// One is told of in the place of another, which has ended without being done.
    static let takePlace = PostgresStatement(
        "refund_take_place",
        "UPDATE refund SET replaces = (SELECT coalesce(replaces, id) FROM refund WHERE id = $2) WHERE id = $1")

    /// Less of the fee is kept.
    static let waive = PostgresStatement("refund_waive", "UPDATE refund SET fee = fee - $2 WHERE id = $1")

    /// The same promise once more, by a key of its own. Due at once.
    static let retry = PostgresStatement(
        "refund_retry",
        """
        INSERT INTO refund (payment_id, amount, fee, currency, cause, reason, idempotency_key, next_try_at, replaces)
        SELECT payment_id, amount, fee, currency, cause, reason, $2, now(), coalesce(replaces, id)
        FROM refund WHERE id = $1
        RETURNING id
        """)

    /// The buyer has the money, and not by the company: what a person says of it. The company's key of a try that
    /// failed is none of it. One that waits for an account was never sent.
    static let settleOutside = PostgresStatement(
        "refund_settle_outside",
        """
        UPDATE refund SET status = 'SUCCEEDED', settled_note = $2, provider_key = NULL, failure_code = NULL,
            completed_at = now(), awaits_account = false, next_try_at = NULL
        WHERE id = $1 AND (status = 'FAILED'
            OR (awaits_account AND provider_key IS NULL AND status IN ('REQUESTED', 'PROCESSING')))
        """)

    /// Takes some that are due, and keeps others from taking them for so many seconds: how many, seconds, companies,
    /// and whether it is theirs that are wanted or those of all others.
    static let takeDue = PostgresStatement(
        "refund_take_due",
        """
        UPDATE refund SET next_try_at = now() + $2::bigint * interval '1 second', attempts = attempts + 1,
            status = CASE status WHEN 'REQUESTED' THEN 'PROCESSING' ELSE status END
        WHERE id IN (SELECT r.id FROM refund AS r JOIN payment AS p ON p.id = r.payment_id
            WHERE r.next_try_at <= now() AND (p.gateway = ANY ($3)) = $4 ORDER BY r.next_try_at LIMIT $1
            FOR NO KEY UPDATE OF r SKIP LOCKED)
        RETURNING id
        """, purpose: .background)

    /// Takes this one, if nobody has it.
    static let take = PostgresStatement(
        "refund_take",
        """
        UPDATE refund SET next_try_at = now() + $2::bigint * interval '1 second', attempts = attempts + 1,
            status = CASE status WHEN 'REQUESTED' THEN 'PROCESSING' ELSE status END
        WHERE id = $1 AND next_try_at <= now()
        """)

    /// What the rules go by: start, when it was bought, zone. Days to the show there, whether it has begun, seconds
    /// since it was bought.
    static let moment = PostgresStatement(
        "refund_moment",
        """
        SELECT ($1::timestamptz AT TIME ZONE $3)::date - (now() AT TIME ZONE $3)::date, now() >= $1,
            greatest(floor(extract(epoch FROM now() - $2::timestamptz)), 0)::bigint
        """)

    // MARK: Concerts that are canceled

    static let beginSweep = PostgresStatement(
        "refund_begin_sweep",
        "INSERT INTO refund_sweep (concert_id, reason) VALUES ($1, $2) ON CONFLICT (concert_id) DO NOTHING")

    static let takeSweep = PostgresStatement(
        "refund_take_sweep",
        """
        UPDATE refund_sweep SET next_try_at = now() + $1::bigint * interval '1 second'
        WHERE concert_id = (SELECT concert_id FROM refund_sweep WHERE finished_at IS NULL AND next_try_at <= now()
            ORDER BY next_try_at LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING concert_id, reason, after_payment_id
        """, purpose: .background)

    static let sweepPage = PostgresStatement(
        "refund_sweep_page",
        """
        SELECT id FROM payment
        WHERE concert_id = $1 AND id > $2 AND status IN ('COMPLETED', 'PART_CANCELED') AND NOT orphan
            AND refunded + kept + refund_pending < greatest(captured, 1)
        ORDER BY id LIMIT $3
        """, purpose: .background)

    /// Concert, the last payment that was looked at, refunds made.
    static let sweepGoesOn = PostgresStatement(
        "refund_sweep_goes_on",
        """
        UPDATE refund_sweep SET after_payment_id = $2, refund_count = refund_count + $3, next_try_at = now()
        WHERE concert_id = $1
        """, purpose: .background)

    /// Once through. It is over when nothing is left, and nobody can be paying any more; otherwise from the start, in
    /// so many seconds.
    static let sweepEnds = PostgresStatement(
        "refund_sweep_ends",
        """
        UPDATE refund_sweep SET after_payment_id = 0, next_try_at = now() + $2::bigint * interval '1 second',
            finished_at = CASE WHEN EXISTS (SELECT FROM payment
                WHERE concert_id = $1 AND NOT orphan AND status IN ('COMPLETED', 'PART_CANCELED')
                    AND refunded + kept + refund_pending < greatest(captured, 1))
                OR EXISTS (SELECT FROM payment
                WHERE concert_id = $1 AND NOT orphan AND status = 'WAITING' AND phase <> 'CREATED')
                THEN NULL ELSE now() END
        WHERE concert_id = $1
        RETURNING finished_at IS NOT NULL
        """, purpose: .background)
}
