internal import Postgres

/// What is asked of the table of payments by transfer.
enum TransferStatements {
    static let isThere = PostgresStatement(
        "transfer_is_there", "SELECT EXISTS (SELECT FROM payment_transfer WHERE payment_id = $1)", effect: .reads)

    static let begin = PostgresStatement(
        "transfer_begin", "INSERT INTO payment_transfer (payment_id) VALUES ($1) ON CONFLICT DO NOTHING")

    static let keepSecret = PostgresStatement(
        "transfer_keep_secret",
        """
        INSERT INTO payment_transfer (payment_id, secret_sealed) VALUES ($1, $2)
        ON CONFLICT (payment_id) DO UPDATE SET secret_sealed = excluded.secret_sealed
        """)

    static let keepAccount = PostgresStatement(
        "transfer_keep_account",
        """
        INSERT INTO payment_transfer (payment_id, account_sealed) VALUES ($1, $2)
        ON CONFLICT (payment_id) DO UPDATE SET account_sealed = excluded.account_sealed
        """)

    static let forgetAccount = PostgresStatement(
        "transfer_forget_account", "UPDATE payment_transfer SET account_sealed = NULL WHERE payment_id = $1")

    /// Secret and account, sealed.
    static let get = PostgresStatement(
        "transfer_get", "SELECT secret_sealed, account_sealed FROM payment_transfer WHERE payment_id = $1",
        effect: .reads)

    /// concert. By the index of what is looked at, which is what is under way.
    static let lookAtAwaited = PostgresStatement(
        "transfer_look_at_awaited",
        """
        UPDATE payment SET next_look_at = now()
        WHERE concert_id = $1 AND phase = 'AWAITING_DEPOSIT' AND next_look_at > now()
        """, purpose: .background)

    static let due = PostgresStatement(
        "transfer_due",
        "UPDATE refund SET next_try_at = now(), awaits_account = false WHERE id = $1 AND next_try_at IS NOT NULL")

    /// Refund and payment, which is locked: is not tried until somebody has said where to.
    static let awaitAccount = PostgresStatement(
        "transfer_await_account",
        """
        UPDATE refund SET awaits_account = true, next_try_at = 'infinity'
        WHERE id = $1 AND next_try_at IS NOT NULL
            AND NOT EXISTS (SELECT FROM payment_transfer WHERE payment_id = $2 AND account_sealed IS NOT NULL)
        """, purpose: .background)

    static let askAnew = PostgresStatement(
        "transfer_ask_anew",
        """
        UPDATE refund SET status = 'REQUESTED', failure_code = NULL, next_try_at = now(), idempotency_key = $2,
            awaits_account = false
        WHERE id = $1 AND status = 'FAILED'
        """)
}
