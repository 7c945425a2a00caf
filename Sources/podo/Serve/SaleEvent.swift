internal import Commerce
internal import HTTPServer

/// What of an event's payload is about a sale.
struct SaleEvent {
    private let members: [JSONName: JSONValue]

    init(_ event: OutboxEvent) throws {
        guard case .object(let members) = try JSONParser.parse(Array(event.payload.utf8)) else {
            self.members = [:]
            return
        }
        self.members = members
    }

    var concert: Int64? { self.number("concertId") }
    var schedule: Int64? { self.number("scheduleId") }
    var ticket: Int64? { self.number("ticketId") }

    var purchase: (concert: Int64, member: Int64, reservation: Int64)? {
        guard let concert = self.concert, let member = self.number("memberId"),
            let reservation = self.number("reservationId")
        else { return nil }
        return (concert, member, reservation)
    }

    private func number(_ name: JSONName) -> Int64? {
        if case .integer(let value)? = self.members[name] { value } else { nil }
    }
}
