/// Somebody's number in the queue of a concert.
package struct QueueTicket: Equatable, Hashable, Sendable {
    package let concert: Int64
    package let member: Int64
    package let number: Int64

    package init(concert: Int64, member: Int64, number: Int64) {
        self.concert = concert
        self.member = member
        self.number = number
    }
}

/// Leave to buy, for the time of one turn.
package struct QueuePass: Equatable, Sendable {
    package let ticket: QueueTicket
    /// In microseconds of the database's clock.
    package let until: Int64

    package init(ticket: QueueTicket, until: Int64) {
        self.ticket = ticket
        self.until = until
    }
}
