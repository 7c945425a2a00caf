package import Primitives

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
    /// How often a request is put into a statement when something else is decided of the same member at that moment,
    /// and the waits between: the first, and the longest. They double. Then the member is told to come again.
    package var lockAttemptCountMax = 10
    /// The same where others stand before a seat at that moment: one who commits is done after the first wait.
    package var seatAttemptCountMax = 4
    package var lockWaitTime = TimeAmount.milliseconds(5)
    package var lockWaitTimeMax = TimeAmount.milliseconds(200)
    /// How often a statement is run when others stand in its way.
    package var conflictAttemptCountMax = 3
    /// How often other neighbouring seats are looked for when the first were taken meanwhile.
    package var bestAttemptCountMax = 4
    /// How often seats are chosen when others are promised the same at that moment.
    package var choiceAttemptCountMax = 8
    /// What a client is told to wait when too many do.
    package var retryAfterSeconds = 1

    /// How much longer than a hold lasts seats are kept at most, for payments that failed.
    package var extensionTimeMax = TimeAmount.seconds(180)
    /// How long a member may have kept seats of a schedule without having paid in the end, and within which time: both
    /// in times that a hold lasts. Then he gets none for a while.
    package var unpaidHoldsMax = 3
    package var unpaidHoldsWindow = 12
    /// What he is told to wait while nobody knows how long it will be.
    package var unpaidWaitTime = TimeAmount.seconds(60)

    /// Lapsed reservations that one sweep ends.
    package var sweepCountMax = 500
    /// Unpaid reservations of a cancelled concert that one transaction ends.
    package var cancelCountMax = 500

    package init() {}
}
