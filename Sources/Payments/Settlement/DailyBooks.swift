internal import Commerce
internal import HTTPServer
package import Observability
internal import Postgres
package import Primitives

/// When business days are closed, and how often it is tried.
package struct DailyBooksLimits: Sendable {
    /// After midnight where business days are: companies' lists of the day before are whole by then.
    package var compareTime = TimeAmount.seconds(3 * 3600)
    /// Later, so that what the comparison has found is in the settlement.
    package var settleTime = TimeAmount.seconds(5 * 3600)
    /// Days back that are made up for after nobody was there. What is older is for a person.
    package var dayCountMax = 14
    /// After a company that did not answer to the end, or a failure.
    package var retryTime = TimeAmount.seconds(600)
    /// How often the sellers of a day that cannot be settled are tried again before the next day has them.
    package var settleCountMax = 6
    /// How long a day that a process took is left alone by others: longer than the longest list takes.
    package var leaseTime = TimeAmount.seconds(1800)

    package init() {}
}

/// Closes business days: each company's list is held against our books, then sellers' settlements are made. Once a day
/// each, by whichever process comes first; a day that could not be closed is tried again, and days on which nobody was
/// there are made up for. What is done is a row of `day_work`, so that a process that dies loses nothing of it.
package final class DailyBooks: Sendable {
    /// Between two rounds.
    package static let interval = TimeAmount.seconds(60)

    static let settling = "settle"
    private static let comparing = "compare "

    private let payments: Payments
    private let settlements: Settlements
    private let comparison: BookComparison
    private let companies: [String]
    private let limits: DailyBooksLimits
    private let state: DailyBooksMetrics

    /// `companies` are those whose lists are compared.
    package init(
        payments: Payments, companies: [String], limits: DailyBooksLimits = DailyBooksLimits(),
        registry: MetricsRegistry
    ) {
        self.payments = payments
        self.settlements = Settlements(payments: payments)
        self.comparison = BookComparison(payments: payments)
        self.companies = companies.sorted()
        self.limits = limits
        self.state = DailyBooksMetrics(companies: self.companies, registry: registry)
    }

    /// Closes one day of each that is due. True when there may be more.
    package func work() async throws -> Bool {
        var isMore = false
        for company in self.companies {
            guard let day = try await self.take(Self.comparing + company, after: self.limits.compareTime) else {
                continue
            }
            isMore = true
            try await self.compare(company, day)
        }
        if let day = try await self.take(Self.settling, after: self.limits.settleTime) {
            isMore = true
            let run = try await self.settlements.run(day.date)
            if run.failureCount > 0 {
                if day.attemptCount < self.limits.settleCountMax {
                    try await self.later(Self.settling, day)
                } else {
                    // What is missing of it is the next day's: nobody else's settlement waits for it any longer.
                    try await self.finish(Self.settling, day, differenceCount: run.failureCount)
                }
            }
            self.payments.metrics.log.info(
                "day settled",
                [
                    "day": .text(day.date), "sellers": .number(run.sellerCount), "failed": .number(run.failureCount),
                ])
        }
        try await self.tell()
        return isMore
    }

    private func compare(_ company: String, _ day: Day) async throws {
        let report = try await self.comparison.compare(company, from: day.from, to: day.to, after: day.cursor)
        let unreadableCount = day.unreadableCount + report.unreadableCount
        let count = report.gatewayOnlyCount + report.oursOnlyCount + report.amountCount + unreadableCount
        self.payments.metrics.log.info(
            "books compared",
            [
                "company": .text(company), "day": .text(day.date), "imported": .number(report.importedCount),
                "theirs_only": .number(report.gatewayOnlyCount), "ours_only": .number(report.oursOnlyCount),
                "amount": .number(report.amountCount), "unreadable": .number(unreadableCount),
                "complete": .flag(report.isComplete),
            ])
        guard report.isComplete else {
            // From the beginning, what could not be read is counted anew.
            _ = try await self.payments.database.run(
                Self.goesOn, Self.comparing + company, day.date, report.cursor,
                report.cursor == nil ? 0 : unreadableCount,
                report.isCut ? 0 : PaymentLimits.seconds(self.limits.retryTime))
            return
        }
        try await self.finish(Self.comparing + company, day, differenceCount: count)
    }

    // MARK: Days

    private struct Day {
        let date: String
        let from: WallClock
        let to: WallClock
        let attemptCount: Int
        /// How far a company's list was read before, and what of it could not be.
        let cursor: String?
        let unreadableCount: Int
    }

    /// The earliest day that is due and that nobody has. It is due `time` after its end. What a settlement finds of
    /// earlier days is its own, so those are settled one after another.
    private func take(_ work: String, after time: TimeAmount) async throws -> Day? {
        let rows = try await self.payments.database.run(
            Self.take, work, self.payments.options.timeZone, PaymentLimits.seconds(time), self.limits.dayCountMax,
            PaymentLimits.seconds(self.limits.leaseTime), work == Self.settling)
        guard let row = rows.first else { return nil }
        return Day(
            date: try row.get(0), from: try row.get(1, as: PostgresTimestamp.self).wallClock,
            to: try row.get(2, as: PostgresTimestamp.self).wallClock, attemptCount: try row.get(3),
            cursor: try row.get(4), unreadableCount: try row.get(5))
    }

    private func later(_ work: String, _ day: Day) async throws {
        _ = try await self.payments.database.run(
            Self.later, work, day.date, PaymentLimits.seconds(self.limits.retryTime))
    }

    private func finish(_ work: String, _ day: Day, differenceCount: Int) async throws {
        _ = try await self.payments.database.run(Self.finish, work, day.date, differenceCount)
    }

    /// What was done, whichever process did it.
    private func tell() async throws {
        for row in try await self.payments.database.run(Self.latest) {
            let work: String = try row.get(0)
            let (closed, finished): (Int64, Int64) = (try row.get(1), try row.get(2))
            let name = work.hasPrefix(Self.comparing) ? String(work.dropFirst(Self.comparing.count)) : nil
            self.state.set(name, closedDay: closed, finishedAt: finished, differenceCount: try row.get(3))
        }
    }

    /// Work, zone, seconds after midnight, days back, seconds of the lease, whether days wait for those before them:
    /// for those that are still made up for. Days before the first payment need nothing.
    private static let take = PostgresStatement(
        "day_work_take",
        """
        INSERT INTO day_work AS w (work, business_date, next_try_at)
        SELECT $1, day, now() + $5::bigint * interval '1 second' FROM (
            SELECT generate_series(greatest((now() AT TIME ZONE $2)::date - $4::integer, first.day),
                (now() AT TIME ZONE $2)::date - 1, interval '1 day')::date AS day
            FROM (SELECT (created_at AT TIME ZONE $2)::date AS day FROM payment ORDER BY id LIMIT 1) AS first) AS days
        WHERE (day + 1)::timestamp AT TIME ZONE $2 + $3::bigint * interval '1 second' <= now()
            AND NOT EXISTS (SELECT FROM day_work AS d WHERE d.work = $1 AND d.business_date = day
                AND (d.finished_at IS NOT NULL OR d.next_try_at > now()))
            AND NOT ($6::boolean AND EXISTS (SELECT FROM day_work AS d
                WHERE d.work = $1 AND d.business_date < day AND d.finished_at IS NULL
                    AND d.business_date >= (now() AT TIME ZONE $2)::date - $4::integer))
        ORDER BY day LIMIT 1
        ON CONFLICT (work, business_date) DO UPDATE
            SET next_try_at = excluded.next_try_at, attempts = w.attempts + 1
            WHERE w.finished_at IS NULL AND w.next_try_at <= now()
        RETURNING business_date::text, business_date::timestamp AT TIME ZONE $2,
            (business_date + 1)::timestamp AT TIME ZONE $2, attempts, cursor, unreadable
        """, purpose: .background)

    private static let later = PostgresStatement(
        "day_work_later",
        """
        UPDATE day_work SET next_try_at = now() + $3::bigint * interval '1 second'
        WHERE work = $1 AND business_date = $2::text::date AND finished_at IS NULL
        """, purpose: .background)

    /// Work, day, how far it has come, what of that could not be read, seconds until it goes on.
    private static let goesOn = PostgresStatement(
        "day_work_goes_on",
        """
        UPDATE day_work SET cursor = $3, unreadable = $4, next_try_at = now() + $5::bigint * interval '1 second'
        WHERE work = $1 AND business_date = $2::text::date AND finished_at IS NULL
        """, purpose: .background)

    static let finish = PostgresStatement(
        "day_work_finish",
        """
        UPDATE day_work SET finished_at = now(), differences = $3, cursor = NULL, unreadable = 0
        WHERE work = $1 AND business_date = $2::text::date AND finished_at IS NULL
        """, purpose: .background)

    private static let latest = PostgresStatement(
        "day_work_latest",
        """
        SELECT DISTINCT ON (work) work, extract(epoch FROM business_date)::bigint,
            extract(epoch FROM finished_at)::bigint, differences
        FROM day_work WHERE finished_at IS NOT NULL ORDER BY work, business_date DESC
        """, effect: .reads, purpose: .background)
}
