internal import Commerce
internal import Primitives

/// A report as a table for spreadsheets (RFC 4180): a line for each grade of each schedule, then one for each day.
enum SalesCSV {
    private static let heading = """
        line,schedule_id,starts_at,grade,date,seats,sold,held,available,blocked,revenue,discounts,refunded_seats,\
        refunds,currency
        """

    static func bytes(of report: SalesReport) -> [UInt8] {
        // The mark tells spreadsheets that it is UTF-8.
        var text = "\u{FEFF}" + Self.heading + "\r\n"
        let currency = report.currency.rawValue
        for schedule in report.schedules {
            for grade in schedule.grades {
                let counts = grade.counts
                let numbers = [
                    counts.made, counts.sold, counts.held, counts.available, counts.blocked, counts.revenue,
                    counts.discounts, counts.refundedCount, counts.refunds,
                ].map { "\($0)" }
                let head = ["GRADE", "\(schedule.id)", schedule.startsAt.rfc3339, CSVField.quoted(grade.name), ""]
                text += (head + numbers + [currency]).joined(separator: ",") + "\r\n"
            }
        }
        for day in report.days {
            text += "DAY,,,,\(day.date),,\(day.sold),,,,\(day.revenue),,\(day.refundedCount),\(day.refunds),"
            text += currency + "\r\n"
        }
        return Array(text.utf8)
    }
}
