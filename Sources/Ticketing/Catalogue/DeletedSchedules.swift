package import Postgres
package import Primitives

/// Throws the seats of performances away that were taken away a day ago, and that nobody ever had a seat of: whoever
/// makes and deletes them again and again fills nothing up. Any number of processes may do so at the same time.
package struct DeletedSchedules: Sendable {
    /// How often to look.
    package static let interval = TimeAmount.seconds(600)
    /// Seats that one statement throws away.
    private static let seatCountMax: Int64 = 5000

    private let database: PostgresDatabase

    package init(database: PostgresDatabase) { self.database = database }

    /// Some of one of them. Whether there may be more.
    package func work() async throws -> Bool {
        try await !self.database.run(ScheduleStatements.sweepSeats, Self.seatCountMax).isEmpty
    }
}
