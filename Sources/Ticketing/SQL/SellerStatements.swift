internal import Postgres

/// How much a seller has. Whoever adds something locks the seller first, so that two at once do not each see the last
/// place.
enum SellerStatements {
    static let lock = PostgresStatement("seller_lock", "SELECT FROM member WHERE id = $1 FOR NO KEY UPDATE")

    /// Stages of a seller, and concerts of his that are not over.
    static let counts = PostgresStatement(
        "seller_counts",
        """
        SELECT (SELECT count(*) FROM stage WHERE seller_id = $1 AND deleted_at IS NULL),
            (SELECT count(*) FROM concert WHERE seller_id = $1 AND deleted_at IS NULL AND status <> 'CANCELED'
                AND sale_closes_at > now())
        """)

    /// Schedules to come of a seller, and all their seats; then the seats that were made within a day for him, also of
    /// what was taken away since.
    static let schedules = PostgresStatement(
        "seller_schedules",
        """
        SELECT count(*), coalesce(sum(schedule.seat_count), 0)::bigint, (
            SELECT coalesce(sum(made.seat_count), 0)::bigint
            FROM schedule AS made JOIN concert AS his ON his.id = made.concert_id
            WHERE made.created_at > now() - interval '1 day' AND his.seller_id = $1)
        FROM concert JOIN schedule ON schedule.concert_id = concert.id
        WHERE concert.seller_id = $1 AND concert.deleted_at IS NULL AND schedule.deleted_at IS NULL
            AND schedule.status <> 'CANCELED' AND schedule.ends_at > now()
        """)

    static let ofConcert = PostgresStatement("seller_of_concert", "SELECT seller_id FROM concert WHERE id = $1")
}
