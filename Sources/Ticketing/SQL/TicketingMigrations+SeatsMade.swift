internal import Postgres

/// Seats that nobody will ever have.
extension TicketingMigrations {
    /// `schedule_made` tells how many seats somebody has made lately, also of what he has taken away again, and
    /// `schedule_deleted` which seats are still there of performances that were taken away.
    ///
    /// A line of a reservation is no foreign key to its seat any more, as a seat is none to its reservation: whoever
    /// makes one holds the seat's lock, and deleting a seat would read all lines that there ever were to find none.
    /// `TicketingInvariants` look after it.
    static let seatsMade = PostgresMigration(
        number: 177, name: "seats made",
        sql: """
            CREATE INDEX schedule_made ON schedule (created_at);
            CREATE INDEX schedule_deleted ON schedule (deleted_at) WHERE deleted_at IS NOT NULL AND seat_count > 0;
            ALTER TABLE reservation_seat DROP CONSTRAINT reservation_seat_schedule_id_seat_no_fkey;
            """)
}
