internal import Auth
internal import HTTPServer
internal import Postgres
internal import Primitives
internal import Ticketing

/// What tickets open, as whoever lets people watch asks for it.
struct TicketPlaybackRights: PlaybackRights {
    let database: PostgresDatabase
    let access: CatalogueAccess

    /// How long a show that runs late, or has no replay, can be watched after it was to end.
    private static let lateSeconds: Int64 = 12 * 3600

    /// ticket, member, seconds. Whoever refunds the ticket waits for the transaction that has asked, or is seen by it.
    private static let right = PostgresStatement(
        "playback_right",
        """
        SELECT t.schedule_id, t.status = 'REVOKED' OR s.status = 'CANCELED',
            greatest(s.replay_until, s.ends_at + $3::bigint * interval '1 second')
        FROM ticket t JOIN schedule s ON s.id = t.schedule_id
        WHERE t.id = $1 AND t.member_id = $2 FOR SHARE OF t
        """)
    private static let owner = PostgresStatement(
        "playback_owner", "SELECT FROM ticket WHERE id = $1 AND member_id = $2", effect: .reads)

    func right(of ticket: Int64, member: Int64, in transaction: PostgresTransaction) async throws -> PlaybackRight? {
        let rows = try await transaction.run(Self.right, ticket, member, Self.lateSeconds)
        guard let row = rows.first else { return nil }
        return PlaybackRight(
            schedule: try row.get(0), isRevoked: try row.get(1),
            closesAt: try row.get(2, as: PostgresTimestamp.self).wallClock, sessionCountMax: 1)
    }

    func owns(ticket: Int64, member: Int64) async throws -> Bool {
        try await self.database.run(Self.owner, ticket, member).count == 1
    }

    func mayPreview(schedule: Int64, _ caller: HTTPCaller) async throws -> Bool {
        try await self.access.may([.admin, .streamer], schedule: schedule, member: caller.memberID, role: caller.role)
    }
}

/// Where tickets and what is watched with them meet in the database: whatever makes void what was given out for a
/// ticket, a refund, a transfer or a charge-back, ends its sessions in the same transaction.
enum PlaybackJoin {
    static let migrations: [PostgresMigration] = [
        PostgresMigration(
            number: 300, name: "tickets end sessions",
            sql: """
                CREATE FUNCTION playback_follow_ticket() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    PERFORM playback_revoke(NEW.id);
                    RETURN NULL;
                END $$;
                CREATE TRIGGER playback_follow_ticket AFTER UPDATE OF epoch, status ON ticket
                    FOR EACH ROW WHEN (NEW.epoch > OLD.epoch OR NEW.status <> OLD.status)
                    EXECUTE FUNCTION playback_follow_ticket();
                """)
    ]
}
