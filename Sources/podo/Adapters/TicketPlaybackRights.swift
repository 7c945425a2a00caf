internal import Auth
internal import HTTPServer
internal import Postgres
internal import Primitives
internal import Ticketing

/// What tickets open, as whoever lets people watch asks for it.
struct TicketPlaybackRights: PlaybackRights {
    let database: PostgresDatabase
    let access: CatalogueAccess

    private static let owner = PostgresStatement(
        "playback_owner", "SELECT FROM ticket WHERE id = $1 AND member_id = $2", effect: .reads)

    func right(of ticket: Int64, member: Int64, in transaction: PostgresTransaction) async throws -> PlaybackRight? {
        guard let found = try await PlayableTicket.find(ticket, owner: member, in: transaction) else { return nil }
        return PlaybackRight(
            schedule: found.schedule, isRevoked: found.status == "REVOKED" || found.isCanceled,
            closesAt: max(found.terms.closesAt, Self.lateEnd(of: found)), sessionCountMax: found.terms.deviceCount,
            grant: PlaybackGrant(heightMax: found.terms.maxHeight, hasReplay: found.terms.hasReplay))
    }

    /// Whatever was planned, a show that goes on is not over.
    private static func lateEnd(of ticket: PlayableTicket) -> WallClock {
        guard ticket.live.state == .live else { return ticket.terms.opensAt }
        return WallClock(unixMilliseconds: WallClock.now.unixMilliseconds + LiveLimits().overtime.milliseconds)
    }

    func owns(ticket: Int64, member: Int64) async throws -> Bool {
        try await self.database.run(Self.owner, ticket, member).count == 1
    }

    func mayPreview(
        schedule: Int64, _ caller: HTTPCaller, in transaction: PostgresTransaction
    ) async throws -> Bool {
        try await self.access.may(
            [.admin, .streamer], schedule: schedule, member: caller.memberID, role: caller.role, in: transaction)
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
                """),
        // Whoever is taken from a team, or is there for something else, sees no preview of that seller's any more. Who
        // begins one has locked his own row: this waits for him, and finds what he has begun.
        PostgresMigration(
            number: 301, name: "teams end previews",
            sql: """
                CREATE FUNCTION playback_follow_team() RETURNS trigger LANGUAGE plpgsql AS $$
                DECLARE
                    holder bigint;
                BEGIN
                    PERFORM FROM member WHERE id = OLD.member_id FOR NO KEY UPDATE;
                    FOR holder IN
                        SELECT h.ticket_id FROM playback_holder AS h JOIN schedule AS s ON s.id = h.schedule_id
                            JOIN concert AS c ON c.id = s.concert_id
                        WHERE h.member_id = OLD.member_id AND c.seller_id = OLD.seller_id
                            AND h.revoked_through < h.last_number AND h.expires_at > now()
                        ORDER BY h.ticket_id
                    LOOP
                        PERFORM playback_revoke(holder);
                    END LOOP;
                    RETURN NULL;
                END $$;
                CREATE TRIGGER playback_follow_team_gone AFTER DELETE ON seller_team
                    FOR EACH ROW EXECUTE FUNCTION playback_follow_team();
                CREATE TRIGGER playback_follow_team_role AFTER UPDATE OF role ON seller_team
                    FOR EACH ROW WHEN (NEW.role <> OLD.role) EXECUTE FUNCTION playback_follow_team();
                """),
    ]
}
