internal import Commerce
internal import Postgres
internal import Primitives

/// What was sold of a concert, as of a moment.
struct SalesReport: Sendable {
    /// Of some seats.
    struct Counts: Equatable, Sendable {
        var made: Int64 = 0
        var sold: Int64 = 0
        var held: Int64 = 0
        var available: Int64 = 0
        var blocked: Int64 = 0
        /// What was paid for those that are sold,
        var revenue: Int64 = 0
        /// and what codes took off it.
        var discounts: Int64 = 0
        /// Seats that were given back, once for each time,
        var refundedCount: Int64 = 0
        /// and what had been paid for them, with what was kept of it.
        var refunds: Int64 = 0

        static func + (left: Counts, right: Counts) -> Counts {
            Counts(
                made: left.made + right.made, sold: left.sold + right.sold, held: left.held + right.held,
                available: left.available + right.available, blocked: left.blocked + right.blocked,
                revenue: left.revenue + right.revenue, discounts: left.discounts + right.discounts,
                refundedCount: left.refundedCount + right.refundedCount, refunds: left.refunds + right.refunds)
        }
    }

    struct Grade: Sendable {
        let id: Int64
        let name: String
        let counts: Counts
    }

    struct Schedule: Sendable {
        let id: Int64
        let startsAt: WallClock
        let status: String
        var grades: [Grade]

        var counts: Counts { self.grades.reduce(Counts()) { $0 + $1.counts } }
    }

    struct Day: Sendable {
        /// `2026-12-24`, where the show is.
        let date: String
        let sold: Int64
        let revenue: Int64
        let refundedCount: Int64
        let refunds: Int64
    }

    let concert: Int64
    let currency: Currency
    let at: WallClock
    var schedules: [Schedule]
    /// The latest `SalesReports.dayCountMax`, in order.
    let days: [Day]
    let money: SaleMoneySums

    var counts: Counts { self.schedules.reduce(Counts()) { $0 + $1.counts } }
}

extension SalesReport {
    /// Rows of `SalesStatements.byGrade` and `byDay`.
    init(
        concert: Int64, currency: Currency, at time: WallClock, grades: PostgresRows, days: PostgresRows,
        money: SaleMoneySums
    ) throws(PostgresError) {
        var schedules: [Schedule] = []
        for row in grades {
            let id: Int64 = try row.get(0)
            if schedules.last?.id != id {
                let startsAt = try row.get(1, as: PostgresTimestamp.self).wallClock
                schedules.append(Schedule(id: id, startsAt: startsAt, status: try row.get(2), grades: []))
            }
            let grade = Grade(id: try row.get(3), name: try row.get(4), counts: try Counts(row, from: 5))
            schedules[schedules.count - 1].grades.append(grade)
        }
        var found: [Day] = []
        for row in days {
            found.append(
                Day(
                    date: try row.get(0), sold: try row.get(1), revenue: try row.get(2), refundedCount: try row.get(3),
                    refunds: try row.get(4)))
        }
        self.init(
            concert: concert, currency: currency, at: time, schedules: schedules, days: found.reversed(), money: money)
    }
}

extension SalesReport.Counts {
    init(_ row: PostgresRow, from first: Int) throws(PostgresError) {
        self.init(
            made: try row.get(first), sold: try row.get(first + 1), held: try row.get(first + 2),
            available: try row.get(first + 3), blocked: try row.get(first + 4), revenue: try row.get(first + 5),
            discounts: try row.get(first + 6), refundedCount: try row.get(first + 7), refunds: try row.get(first + 8))
    }
}
