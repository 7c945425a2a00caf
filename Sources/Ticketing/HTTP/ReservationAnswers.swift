internal import Commerce
internal import HTTPServer
internal import Postgres
internal import Primitives

/// A reservation as its member sees it.
struct ReservationAnswer: JSONEncodable {
    var id: Int64
    var status: String
    var concert: Int64?
    var schedule: Int64
    var seats: [Int32]
    /// What is to be paid, discounts taken off.
    var total: Money
    /// Nil where no time ends it.
    var until: WallClock?
    var createdAt: WallClock?

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("reservationId", self.id)
            writer.member("status", self.status)
            if let concert { writer.member("concertId", concert) }
            writer.member("scheduleId", self.schedule)
            writer.member("seatIds", self.seats.map { self.schedule << 20 | Int64($0) })
            writer.member("total", self.total)
            writer.member("expiresAt", self.until?.rfc3339)
            if let createdAt { writer.member("createdAt", createdAt.rfc3339) }
        }
    }

    init(_ hold: Hold, schedule: Int64) {
        self.id = hold.reservation
        self.status = "PENDING"
        self.schedule = schedule
        self.seats = hold.seats
        self.total = hold.total
        self.until = hold.until
    }

    /// Of `ReservationReadingStatements.one`.
    init(_ row: PostgresRow) throws(PostgresError) {
        self.id = try row.get(0)
        self.status = try row.get(1)
        self.schedule = try row.get(2)
        self.concert = try row.get(3)
        let currency = try row.currency(4)
        let discount = try row.get(6, as: Int64.self)
        self.total = Money(try row.get(5, as: Int64.self) - discount, currency)
        self.until = status == "PENDING" ? try row.get(7, as: PostgresTimestamp?.self)?.wallClock : nil
        self.createdAt = try row.get(8, as: PostgresTimestamp.self).wallClock
        self.seats = try row.get(9, as: [Int32]?.self) ?? []
    }
}
