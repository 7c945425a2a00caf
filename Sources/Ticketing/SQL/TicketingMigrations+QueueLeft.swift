internal import Postgres

/// Who waits no more.
extension TicketingMigrations {
    /// Places of members who have another now: their row says where they stand since they came back, and nothing of
    /// where they stood. Nobody comes for a turn at these. As many as numbers at most.
    static let queueLeft = PostgresMigration(
        number: 175, name: "queue places left",
        sql: """
            CREATE TABLE queue_left (
                concert_id bigint NOT NULL REFERENCES queue_room,
                place bigint NOT NULL CHECK (place >= 0),
                PRIMARY KEY (concert_id, place));
            """)
}
