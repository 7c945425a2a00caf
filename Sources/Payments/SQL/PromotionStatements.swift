internal import Postgres

/// What is asked of codes by those who sell.
enum PromotionStatements {
    /// seller, concert, code, kind, basis points, sum, the most that is taken off, currency, start, end, uses, uses of
    /// one member, how many codes a concert may have. No row when it has them.
    static let insert = PostgresStatement(
        "promotion_insert",
        """
        INSERT INTO promotion (seller_id, concert_id, code, kind, basis_points, amount, amount_max, currency,
            starts_at, ends_at, uses_max, uses_member_max)
        SELECT $1, $2, $3, $4, $5::bigint, $6::bigint, $7::bigint, $8, $9::timestamptz, $10::timestamptz, $11::bigint,
            $12::bigint
        WHERE (SELECT count(*) FROM promotion WHERE concert_id = $2 AND deleted_at IS NULL) < $13::bigint
        RETURNING id
        """)

    /// concert, below which number, how many.
    static let list = PostgresStatement(
        "promotion_list", "SELECT * FROM promotion_row WHERE concert_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
        effect: .reads)

    static let get = PostgresStatement("promotion_get", "SELECT * FROM promotion_row WHERE id = $1", effect: .reads)

    static let lock = PostgresStatement("promotion_lock", "SELECT FROM promotion WHERE id = $1 FOR NO KEY UPDATE")

    /// Start, end, uses, uses of one member; null leaves one as it is.
    static let change = PostgresStatement(
        "promotion_change",
        """
        UPDATE promotion SET starts_at = coalesce($2, starts_at), ends_at = coalesce($3, ends_at),
            uses_max = coalesce($4::bigint, uses_max), uses_member_max = coalesce($5::bigint, uses_member_max)
        WHERE id = $1
        """)

    static let end = PostgresStatement(
        "promotion_end", "UPDATE promotion SET deleted_at = now() WHERE id = $1 AND deleted_at IS NULL")
}
