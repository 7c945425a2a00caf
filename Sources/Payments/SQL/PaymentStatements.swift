internal import Postgres
internal import Primitives

/// What is asked of the table of payments. Every change names the state that it changes.
enum PaymentStatements {
    static let get = PostgresStatement(
        "payment_get", "SELECT * FROM payment_row WHERE id = $1", effect: .reads)

    static let lock = PostgresStatement(
        "payment_lock", "SELECT * FROM payment_row WHERE id = $1 FOR NO KEY UPDATE")

    /// The one payment of a reservation that waits.
    static let lockWaiting = PostgresStatement(
        "payment_lock_waiting",
        "SELECT * FROM payment_row WHERE reservation_id = $1 AND status = 'WAITING' FOR NO KEY UPDATE")

    /// Whether another payment of the reservation, if it is another one, has its money and its seats.
    static let hasCapture = PostgresStatement(
        "payment_has_capture",
        """
        SELECT EXISTS (SELECT FROM payment
            WHERE reservation_id = $1 AND id <> $2 AND NOT orphan
                AND status IN ('COMPLETED', 'PART_CANCELED', 'CANCELED'))
        """)

    static let find = PostgresStatement(
        "payment_find",
        """
        SELECT * FROM payment_row
        WHERE gateway = $1 AND (order_id = $2::text OR ($2::text IS NULL AND provider_key = $3::text))
        """, effect: .reads)

    /// The payment of a refund that the company names by its own key of it.
    static let findByRefund = PostgresStatement(
        "payment_find_by_refund",
        """
        SELECT * FROM payment_row WHERE gateway = $1 AND id = (SELECT payment_id FROM refund AS r
            WHERE provider_key = $2 AND EXISTS (SELECT FROM payment WHERE id = r.payment_id AND gateway = $1)
            ORDER BY id DESC LIMIT 1)
        """, effect: .reads)

    /// Order id, reservation, member, seller, concert, company, name, amount, currency, seconds to the first look.
    static let insert = PostgresStatement(
        "payment_insert",
        """
        INSERT INTO payment (order_id, reservation_id, member_id, seller_id, concert_id, gateway, order_name, amount,
            currency, next_look_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, now() + $10::bigint * interval '1 second')
        RETURNING id
        """)

    /// Payments. Those of them that are in flight, and nothing is odd about; what another has locked is left to it.
    /// Money that came meanwhile for another payment of the reservation is what an index stands against.
    static let lockPlain = PostgresStatement(
        "payment_lock_plain",
        """
        SELECT p.* FROM payment_row AS p
        WHERE p.id = ANY ($1) AND p.phase = 'IN_FLIGHT' AND NOT p.is_disputed AND p.promotion_id IS NULL
            AND NOT EXISTS (SELECT FROM payment AS other
                WHERE other.reservation_id = p.reservation_id AND other.id <> p.id AND NOT other.orphan
                    AND other.status IN ('COMPLETED', 'PART_CANCELED', 'CANCELED'))
        ORDER BY p.id FOR NO KEY UPDATE OF p SKIP LOCKED
        """)

    /// Of many payments: phase, order id, reservation, member, seller, concert, company, name, amount, currency,
    /// seconds to the first look. Explained with migration 340, the next one with 250.
    static let begin = PostgresStatement(
        "payment_begin", "SELECT * FROM begin_payments($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)")

    /// Payments that are locked and in flight: the company's key, method, card, receipt and tickets of each. Payment
    /// and time of each that is completed.
    static let complete = PostgresStatement(
        "payment_complete", "SELECT payment_id, at FROM complete_payments($1, $2, $3, $4, $5, $6)")

    /// The key that the company has given it before anybody paid.
    static let setKey = PostgresStatement(
        "payment_set_key",
        """
        UPDATE payment SET provider_key = $2
        WHERE id = $1 AND phase = 'CREATED' AND (provider_key IS NULL OR provider_key = $2)
        """)

    /// The company will be asked for the money: its key, and the seconds to the first look.
    static let claim = PostgresStatement(
        "payment_claim",
        """
        UPDATE payment SET phase = 'IN_FLIGHT', provider_key = coalesce($2, provider_key), claimed_at = now(),
            attempts = 0, next_look_at = now() + $3::bigint * interval '1 second'
        WHERE id = $1 AND phase = 'CREATED'
        """)

    /// The company has taken money: status, whether it is an orphan, amount, currency, its key, method, card, receipt,
    /// why it is refused if it is, and tickets for what is no orphan.
    static let capture = PostgresStatement(
        "payment_capture",
        """
        UPDATE payment SET status = $2, phase = 'SETTLED', orphan = $3, captured = $4, captured_currency = $5,
            captured_at = now(), provider_key = coalesce($6, provider_key), method = coalesce($7, method),
            masked_card = coalesce($8, masked_card), receipt_url = coalesce($9, receipt_url), failure_code = $10,
            claimed_at = coalesce(claimed_at, now()), next_look_at = NULL, ticket_ids = $11
        WHERE id = $1 AND captured_at IS NULL
        """)

    static let refuse = PostgresStatement(
        "payment_refuse",
        """
        UPDATE payment SET status = 'FAILED', phase = 'SETTLED', failure_code = $2, next_look_at = NULL
        WHERE id = $1 AND status = 'WAITING'
        """)

    static let doubt = PostgresStatement(
        "payment_doubt",
        """
        UPDATE payment SET phase = 'UNKNOWN', next_look_at = now() + $2::bigint * interval '1 second'
        WHERE id = $1 AND phase = 'IN_FLIGHT'
        """)

    /// Key, method, where to transfer to, seconds to the next look.
    static let awaitDeposit = PostgresStatement(
        "payment_await_deposit",
        """
        UPDATE payment SET phase = 'AWAITING_DEPOSIT', provider_key = coalesce($2, provider_key),
            method = coalesce($3, method), deposit = $4::text::jsonb, claimed_at = coalesce(claimed_at, now()),
            attempts = 0, next_look_at = now() + $5::bigint * interval '1 second'
        WHERE id = $1 AND phase IN ('CREATED', 'IN_FLIGHT', 'UNKNOWN')
        """)

    static let dispute = PostgresStatement(
        "payment_dispute", "UPDATE payment SET is_disputed = $2 WHERE id = $1 AND is_disputed <> $2")

    /// The company's key turned out to be that of another order.
    static let forgetKey = PostgresStatement(
        "payment_forget_key",
        "UPDATE payment SET provider_key = NULL WHERE id = $1 AND provider_key = $2 AND captured_at IS NULL",
        purpose: .background)

    /// The company is asked again for the money.
    static let countConfirm = PostgresStatement(
        "payment_count_confirm",
        "UPDATE payment SET confirms = confirms + 1 WHERE id = $1 AND phase IN ('IN_FLIGHT', 'UNKNOWN')",
        purpose: .background)

    /// Unless it is what was noted of this kind before.
    static let note = PostgresStatement(
        "payment_note",
        """
        INSERT INTO payment_event (payment_id, kind, detail) SELECT $1, $2, $3::text::jsonb
        WHERE $3::text::jsonb IS DISTINCT FROM (SELECT detail FROM payment_event
            WHERE payment_id = $1 AND kind = $2 ORDER BY id DESC LIMIT 1)
        """)

    // MARK: Looking

    /// Takes some that are due, and keeps others from taking them for so many seconds: how many, seconds, companies,
    /// and whether it is theirs that are wanted or those of all others.
    static let takeDue = PostgresStatement(
        "payment_take_due",
        """
        UPDATE payment SET next_look_at = now() + $2::bigint * interval '1 second', attempts = attempts + 1
        WHERE id IN (SELECT id FROM payment WHERE next_look_at <= now() AND (gateway = ANY ($3)) = $4
            ORDER BY next_look_at LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED)
        RETURNING id
        """, purpose: .background)

    /// Seconds, and the phase that it was judged by.
    static let lookLaterInPhase = PostgresStatement(
        "payment_look_later",
        """
        UPDATE payment SET next_look_at = now() + $2::bigint * interval '1 second'
        WHERE id = $1 AND phase = $3 AND next_look_at IS NOT NULL
        """, purpose: .background)

    /// Something is not as we believed: whatever state it is in, it is read again.
    static let lookSoon = PostgresStatement(
        "payment_look_soon", "UPDATE payment SET next_look_at = now() WHERE id = $1", purpose: .background)

    /// The same, in so many seconds.
    static let lookIn = PostgresStatement(
        "payment_look_in",
        "UPDATE payment SET next_look_at = now() + $2::bigint * interval '1 second' WHERE id = $1",
        purpose: .background)

    /// What is settled needs no further look, unless a refund of it is under way: then in so many seconds.
    static let settledIsRead = PostgresStatement(
        "payment_looked",
        """
        UPDATE payment SET next_look_at = CASE WHEN EXISTS (SELECT FROM refund
            WHERE payment_id = $1 AND status IN ('REQUESTED', 'PROCESSING', 'UNKNOWN') AND NOT awaits_account)
            THEN now() + $2::bigint * interval '1 second' END
        WHERE id = $1 AND phase = 'SETTLED' AND next_look_at IS NOT NULL
        """, purpose: .background)

    /// What is open at companies that are not among these, and how much of it.
    static let ofGoneCompanies = PostgresStatement(
        "payment_of_gone_companies",
        """
        SELECT gateway, count(*) FROM payment
        WHERE (phase <> 'SETTLED' OR refund_pending > 0) AND NOT gateway = ANY ($1) GROUP BY gateway ORDER BY gateway
        """, effect: .reads, purpose: .background, timeout: .seconds(60))

    static let isTimeZone = PostgresStatement(
        "payment_is_time_zone", "SELECT EXISTS (SELECT FROM pg_timezone_names WHERE name = $1)", effect: .reads,
        purpose: .background)

    // MARK: Lists

    static let ofMember = PostgresStatement(
        "payment_of_member",
        "SELECT * FROM payment_row WHERE member_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3", effect: .reads)

    // MARK: Webhooks

    /// Company, key of the event, type, order, key of the payment, whether it is signed, body, whether it says that
    /// the payment has its money, seconds until it is followed.
    static let storeWebhook = PostgresStatement(
        "webhook_store",
        """
        INSERT INTO webhook_inbox (gateway, event_key, event_type, order_id, provider_key, is_signed, body, says_paid,
            next_try_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now() + $9::bigint * interval '1 second')
        ON CONFLICT (gateway, event_key) DO NOTHING
        """)

    /// Ends those that are due and say what we know meanwhile.
    static let endKnownWebhooks = PostgresStatement(
        "webhook_end_known",
        """
        UPDATE webhook_inbox AS w SET processed_at = now(), outcome = 'known'
        FROM payment AS p
        WHERE (w.gateway, w.event_key) IN (SELECT gateway, event_key FROM webhook_inbox
                WHERE processed_at IS NULL AND next_try_at <= now() AND says_paid ORDER BY next_try_at LIMIT $1
                FOR UPDATE SKIP LOCKED)
            AND p.order_id = w.order_id AND p.gateway = w.gateway AND p.status = 'COMPLETED'
        """, purpose: .background)

    /// What nobody signed has one row for each payment, which waits again when another comes, and not sooner than so
    /// many seconds after it was followed: company, key, type, order, seconds; whether it says that the payment has its
    /// money, seconds until it is followed. False when it waited already.
    static let storeHint = PostgresStatement(
        "webhook_store_hint",
        """
        WITH before AS (SELECT processed_at FROM webhook_inbox WHERE gateway = $1 AND event_key = $2)
        INSERT INTO webhook_inbox (gateway, event_key, event_type, order_id, is_signed, body, says_paid, next_try_at)
        VALUES ($1, $2, $3, $4, false, '', $6, now() + $7::bigint * interval '1 second')
        ON CONFLICT (gateway, event_key) DO UPDATE SET received_at = clock_timestamp(), processed_at = NULL,
            outcome = NULL, event_type = EXCLUDED.event_type,
            says_paid = EXCLUDED.says_paid AND (webhook_inbox.says_paid OR webhook_inbox.processed_at IS NOT NULL),
            attempts = CASE WHEN webhook_inbox.processed_at IS NULL THEN webhook_inbox.attempts ELSE 0 END,
            next_try_at = greatest(webhook_inbox.next_try_at,
                webhook_inbox.processed_at + $5::bigint * interval '1 second')
        RETURNING NOT EXISTS (SELECT FROM before WHERE processed_at IS NULL)
        """)

    /// How many, seconds, companies, and whether it is theirs that are wanted or those of all others.
    static let takeWebhooks = PostgresStatement(
        "webhook_take",
        """
        UPDATE webhook_inbox SET next_try_at = now() + $2::bigint * interval '1 second', attempts = attempts + 1
        WHERE (gateway, event_key) IN (SELECT gateway, event_key FROM webhook_inbox
            WHERE processed_at IS NULL AND next_try_at <= now() AND (gateway = ANY ($3)) = $4
            ORDER BY next_try_at LIMIT $1 FOR UPDATE SKIP LOCKED)
        RETURNING gateway, event_key, order_id, provider_key, attempts, received_at
        """, purpose: .background)

    /// Company, key, outcome, and the time at which it had come when it was taken: another that came since waits its
    /// turn, seconds from now.
    static let webhookDone = PostgresStatement(
        "webhook_done",
        """
        UPDATE webhook_inbox SET processed_at = CASE WHEN received_at = $4 THEN now() END,
            outcome = CASE WHEN received_at = $4 THEN $3 END,
            next_try_at = now() + $5::bigint * interval '1 second'
        WHERE gateway = $1 AND event_key = $2 AND processed_at IS NULL
        """, purpose: .background)

    static let webhookLater = PostgresStatement(
        "webhook_later",
        """
        UPDATE webhook_inbox SET next_try_at = now() + $3::bigint * interval '1 second'
        WHERE gateway = $1 AND event_key = $2 AND processed_at IS NULL
        """, purpose: .background)

    static let sweepWebhooks = PostgresStatement(
        "webhook_sweep",
        """
        DELETE FROM webhook_inbox WHERE ctid = ANY (ARRAY (SELECT ctid FROM webhook_inbox
            WHERE processed_at IS NOT NULL AND received_at < now() - $1::bigint * interval '1 second' LIMIT $2))
            AND processed_at IS NOT NULL AND received_at < now() - $1::bigint * interval '1 second'
        """, purpose: .background)
}
