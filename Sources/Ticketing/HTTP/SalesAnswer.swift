internal import Commerce
internal import HTTPServer
internal import Primitives

/// What was sold, as those who sell see it.
struct SalesAnswer: JSONEncodable {
    let report: SalesReport

    func encode(to writer: inout JSONWriter) {
        let (report, currency) = (self.report, self.report.currency)
        writer.object { writer in
            writer.member("concertId", report.concert)
            writer.member("at", report.at.rfc3339)
            writer.member("currency", currency.rawValue)
            writer.name("total")
            writer.object { Self.encode(report.counts, currency, &$0) }
            writer.name("money")
            writer.object { writer in
                writer.member("taken", Money(report.money.taken, currency))
                writer.member("returned", Money(report.money.returned, currency))
                writer.member("promised", Money(report.money.promised, currency))
                writer.member("cancelFees", Money(report.money.kept, currency))
            }
            writer.name("schedules")
            writer.array { writer in
                for schedule in report.schedules { Self.encode(schedule, currency, &writer) }
            }
            writer.name("days")
            writer.array { writer in
                for day in report.days {
                    writer.object { writer in
                        writer.member("date", day.date)
                        writer.member("sold", day.sold)
                        writer.member("revenue", Money(day.revenue, currency))
                        writer.member("refundedSeats", day.refundedCount)
                        writer.member("refunds", Money(day.refunds, currency))
                    }
                }
            }
        }
    }

    private static func encode(_ schedule: SalesReport.Schedule, _ currency: Currency, _ writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("scheduleId", schedule.id)
            writer.member("startsAt", schedule.startsAt.rfc3339)
            writer.member("status", schedule.status)
            Self.encode(schedule.counts, currency, &writer)
            writer.name("grades")
            writer.array { writer in
                for grade in schedule.grades {
                    writer.object { writer in
                        writer.member("gradeId", grade.id)
                        writer.member("name", grade.name)
                        Self.encode(grade.counts, currency, &writer)
                    }
                }
            }
        }
    }

    private static func encode(_ counts: SalesReport.Counts, _ currency: Currency, _ writer: inout JSONWriter) {
        writer.member("seats", counts.made)
        writer.member("sold", counts.sold)
        writer.member("held", counts.held)
        writer.member("available", counts.available)
        writer.member("blocked", counts.blocked)
        writer.member("revenue", Money(counts.revenue, currency))
        writer.member("discounts", Money(counts.discounts, currency))
        writer.member("refundedSeats", counts.refundedCount)
        writer.member("refunds", Money(counts.refunds, currency))
    }

    static let example: SalesAnswer = {
        let counts = SalesReport.Counts(
            made: 300, sold: 41, held: 2, available: 257, blocked: 0, revenue: 4_009_000, discounts: 50_000,
            refundedCount: 1, refunds: 99_000)
        let (grade, time) = (
            SalesReport.Grade(id: 70, name: "VIP", counts: counts), WallClock(unixMilliseconds: 1_798_106_400_000)
        )
        return SalesAnswer(
            report: SalesReport(
                concert: 17, currency: .krw, at: WallClock(unixMilliseconds: 1_795_910_400_000),
                schedules: [SalesReport.Schedule(id: 42, startsAt: time, status: "SCHEDULED", grades: [grade])],
                days: [
                    SalesReport.Day(
                        date: "2026-11-28", sold: 42, revenue: 4_108_000, refundedCount: 1, refunds: 99_000)
                ], money: SaleMoneySums(taken: 4_108_000, returned: 89_100, promised: 0, kept: 9900)))
    }()
}
