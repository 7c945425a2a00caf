/// Every bound on what reservations can make Podo hold, wait for or try again.
package struct ReservationLimits: Sendable {
    /// Whether requests of one loop share statements; otherwise each has a transaction of its own.
    package var isBatching = true
    /// Requests of one loop that wait for their statement. Who comes when so many wait is refused with 503.
    package var holdsWaitingMax = 4096
    /// Of these, requests of one member, so that nobody can take the places of all others.
    package var holdsWaitingOfMemberMax = 16
    /// Requests, and their seats, in one statement: its time is that of the last in it.
    package var batchRequestCountMax = 64
    package var batchSeatCountMax = 256
    /// Statements of one loop at the same time.
    package var batchFlightCountMax = 1
    /// How often a request is put into a statement when others are in its way only for the moment.
    package var busyAttemptCountMax = 4
    /// How often a statement is run when others stand in its way.
    package var conflictAttemptCountMax = 3
    /// How often other neighbouring seats are looked for when the first were taken meanwhile.
    package var bestAttemptCountMax = 4
    /// What a client is told to wait when too many do.
    package var retryAfterSeconds = 1

    /// Lapsed reservations that one sweep ends.
    package var sweepCountMax = 500
    /// Unpaid reservations of a cancelled concert that one transaction ends.
    package var cancelCountMax = 500
    /// Reservations or tickets on one page of a member's list.
    package var pageCountMax = 100

    package init() {}
}
