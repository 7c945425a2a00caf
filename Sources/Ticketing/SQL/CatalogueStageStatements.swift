internal import Postgres

/// What is asked of stages and teams.
enum CatalogueStageStatements {
    /// Returns the number.
    static let insert = PostgresStatement(
        "catalogue_insert_stage",
        """
        INSERT INTO stage (seller_id, name, location, timezone, row_count, column_count, sections, aisles, blocked,
            row_aisles)
        VALUES ($1, $2, $3, $4, $5, $6, $7::text::jsonb, $8, $9, $10) RETURNING id
        """)

    static let byID = PostgresStatement(
        "catalogue_stage",
        """
        SELECT id, seller_id, name, location, timezone, row_count, column_count, sections, aisles, blocked, version,
            row_aisles
        FROM stage WHERE id = $1 AND deleted_at IS NULL
        """, effect: .reads)

    /// The same; until this transaction ends nobody changes it, and nobody else gives it something to show: two who did
    /// would each wait for the other to see whether their times overlap.
    static let keep = PostgresStatement(
        "catalogue_keep_stage",
        """
        SELECT id, seller_id, name, location, timezone, row_count, column_count, sections, aisles, blocked, version,
            row_aisles
        FROM stage WHERE id = $1 AND deleted_at IS NULL FOR NO KEY UPDATE
        """)

    /// The same; nobody uses it for something new either.
    static let lock = PostgresStatement(
        "catalogue_lock_stage",
        """
        SELECT id, seller_id, name, location, timezone, row_count, column_count, sections, aisles, blocked, version,
            row_aisles
        FROM stage WHERE id = $1 AND deleted_at IS NULL FOR UPDATE
        """)

    /// Stages of the sellers for whom a member works, newest first: member, below which number, how many.
    static let own = PostgresStatement(
        "catalogue_own_stages",
        """
        SELECT id, seller_id, name, location, timezone, row_count, column_count, sections, aisles, blocked, version,
            row_aisles
        FROM stage
        WHERE deleted_at IS NULL AND id < $2 AND seller_id IN (SELECT $1::bigint UNION ALL
            SELECT team.seller_id FROM seller_team AS team WHERE team.member_id = $1)
        ORDER BY id DESC LIMIT $3
        """, effect: .reads)

    /// Whether concerts were made for it, and whether some of them are still to come.
    static let uses = PostgresStatement(
        "catalogue_stage_uses",
        """
        SELECT
            EXISTS (SELECT FROM concert WHERE stage_id = $1 AND deleted_at IS NULL AND status <> 'CANCELED'),
            EXISTS (SELECT FROM concert WHERE stage_id = $1 AND deleted_at IS NULL
                AND status IN ('DRAFT', 'PUBLISHED') AND sale_closes_at > now())
            OR EXISTS (SELECT FROM schedule WHERE stage_id = $1 AND deleted_at IS NULL AND status <> 'CANCELED'
                AND ends_at > now())
        """, effect: .reads)

    static let change = PostgresStatement(
        "catalogue_change_stage",
        """
        UPDATE stage SET name = $2, location = $3, timezone = $4, row_count = $5, column_count = $6,
            sections = $7::text::jsonb, aisles = $8, blocked = $9, row_aisles = $10,
            version = version + 1
        WHERE id = $1 RETURNING version
        """)

    /// stage: whoever keeps maps of what is to come there reads them anew as a whole (`SeatNews`).
    static let tellOfSeats = PostgresStatement(
        "catalogue_stage_tell_of_seats",
        """
        SELECT pg_notify('seat_news', '- ' || id || ' !') FROM schedule
        WHERE stage_id = $1 AND deleted_at IS NULL AND ends_at > now()
        """)

    static let delete = PostgresStatement("catalogue_delete_stage", "UPDATE stage SET deleted_at = now() WHERE id = $1")

    // MARK: Teams

    static let team = PostgresStatement(
        "catalogue_team",
        "SELECT member_id, role, added_at FROM seller_team WHERE seller_id = $1 ORDER BY added_at, member_id",
        effect: .reads)

    /// The teams that a member is in: their sellers, as what, since when.
    static let teamsOf = PostgresStatement(
        "catalogue_teams_of",
        "SELECT seller_id, role, added_at FROM seller_team WHERE member_id = $1 ORDER BY added_at, seller_id LIMIT 100",
        effect: .reads)

    /// seller, member, role, how many there may be. No row when there is no such member, or no place.
    static let addToTeam = PostgresStatement(
        "catalogue_add_to_team",
        """
        INSERT INTO seller_team (seller_id, member_id, role)
        SELECT $1, id, $3 FROM member WHERE id = $2 AND status = 'ACTIVE' AND deleted_at IS NULL
            AND (SELECT count(*) FROM seller_team WHERE seller_id = $1 AND member_id <> $2) < $4
        ON CONFLICT (seller_id, member_id) DO UPDATE SET role = excluded.role
        """)

    static let isMember = PostgresStatement(
        "catalogue_is_member",
        "SELECT EXISTS (SELECT FROM member WHERE id = $1 AND status = 'ACTIVE' AND deleted_at IS NULL)", effect: .reads)

    static let removeFromTeam = PostgresStatement(
        "catalogue_remove_from_team", "DELETE FROM seller_team WHERE seller_id = $1 AND member_id = $2")
}
