package import Postgres

/// Tables of this module: numbers 110 to 199, 313, and 330 to 339. What was released once is never changed, a later
/// step changes it.
package enum TicketingMigrations {
    package static let all: [PostgresMigration] = [
        catalogue, catalogueSearch, seats, holds, payments, queue, live, boundedHolds, queueRules, categorySearch,
        showEnds,
        sales, scheduleRefunds, devices, movedShows, paymentsByNumber, unpaidTime, refundRules, queueLeft,
        purchaseLimits, seatsMade, transferTime, hallLayout,
    ]
}
