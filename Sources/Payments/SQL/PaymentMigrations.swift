package import Postgres

/// Tables of this module: numbers 200 to 299, of which all are used, and 340 to 349. What was released once is never
/// changed, a later step changes it.
package enum PaymentMigrations {
    package static let all: [PostgresMigration] = [
        payments, webhooks, webhooksOfKnown, refunds, ledger, settlements, promotions, together, supersededRefunds,
        dayWork, transfers, due, lists, discounts, confirms,
        askedOnce, disputeLosses, longLists, awaitedAccounts, openDisputes, refundSeats, begin,
    ]
}
