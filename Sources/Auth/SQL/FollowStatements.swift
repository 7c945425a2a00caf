internal import Postgres

/// What is asked of the table of who follows whom.
enum FollowStatements {
    /// member, seller, how many one may follow. No row when the seller is none, or when there are too many.
    static let add = PostgresStatement(
        "follow_add",
        """
        INSERT INTO follow (member_id, seller_id)
        SELECT $1, id FROM member
        WHERE id = $2 AND role = 'SELLER' AND status = 'ACTIVE' AND deleted_at IS NULL
            AND (SELECT count(*) FROM follow WHERE member_id = $1) < $3
        ON CONFLICT DO NOTHING
        """)

    /// Whether the seller is one, and is followed, and how many are.
    static let state = PostgresStatement(
        "follow_state",
        """
        SELECT EXISTS (SELECT FROM member
                WHERE id = $2 AND role = 'SELLER' AND status = 'ACTIVE' AND deleted_at IS NULL),
            EXISTS (SELECT FROM follow WHERE member_id = $1 AND seller_id = $2)
        """, effect: .reads)

    static let remove = PostgresStatement(
        "follow_remove", "DELETE FROM follow WHERE member_id = $1 AND seller_id = $2")

    /// Latest first, after a row: member, time and seller of that row, how many.
    static let list = PostgresStatement(
        "follow_list",
        """
        SELECT m.id, m.data_key, m.name_sealed, (extract(epoch FROM f.followed_at) * 1000000)::bigint
        FROM follow f JOIN member m ON m.id = f.seller_id
        WHERE f.member_id = $1 AND m.deleted_at IS NULL
            AND (f.followed_at, f.seller_id)
                < ('epoch'::timestamptz + $2::bigint * interval '1 microsecond', $3::bigint)
        ORDER BY f.followed_at DESC, f.seller_id DESC LIMIT $4
        """, effect: .reads)

    /// An organizer as everybody may see him, and whether a member follows him: seller, member or null.
    static let organizer = PostgresStatement(
        "follow_organizer",
        """
        SELECT m.data_key, m.name_sealed,
            EXISTS (SELECT FROM follow WHERE member_id = $2::bigint AND seller_id = m.id)
        FROM member m WHERE m.id = $1 AND m.role = 'SELLER' AND m.status = 'ACTIVE' AND m.deleted_at IS NULL
        """, effect: .reads)

    static let deleteAll = PostgresStatement(
        "follow_delete_all", "DELETE FROM follow WHERE member_id = $1 OR seller_id = $1")
}
