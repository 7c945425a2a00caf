/// What can have happened. The name is what other programs know an event by.
package enum OutboxTopic: String, CaseIterable, Sendable {
    case concertCreated = "concert.created"
    case concertPublished = "concert.published"
    case concertCanceled = "concert.canceled"
    case scheduleCreated = "schedule.created"
    /// It begins or ends at another time.
    case scheduleChanged = "schedule.changed"
    case scheduleCanceled = "schedule.canceled"
    /// Its seller keeps seats out of the sale, or gives them back to it.
    case seatsBlocked = "seats.blocked"
    case seatsReleased = "seats.released"
    case reservationConfirmed = "reservation.confirmed"
    case reservationCancelled = "reservation.cancelled"
    case reservationExpired = "reservation.expired"
    case paymentCompleted = "payment.completed"
    case paymentFailed = "payment.failed"
    case paymentOrphaned = "payment.orphaned"
    case refundRequested = "refund.requested"
    case refundCompleted = "refund.completed"
    case refundFailed = "refund.failed"
    case ticketIssued = "ticket.issued"
    case ticketRevoked = "ticket.revoked"
    case ticketTransferred = "ticket.transferred"
    case settlementPaid = "settlement.paid"
}
