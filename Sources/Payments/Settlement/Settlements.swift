internal import Commerce
internal import HTTPServer
internal import Postgres
internal import Primitives

/// What sellers are paid, by business days. Every movement of money is settled once, so a day can be run as often as
/// one likes: what is there stays, what is missing is added, and what is approved is not touched.
package final class Settlements: Sendable {
    /// Sellers that are asked for at a time; each is settled in a transaction of its own.
    private static let pageCount = 200
    static let itemPageCount = 1000
    /// Lines of one answer: the rest is another part.
    static let itemCountMax = 200_000

    private let payments: Payments
    private var database: PostgresDatabase { self.payments.database }
    private var options: PaymentOptions { self.payments.options }

    package init(payments: Payments) { self.payments = payments }

    /// What came of settling a day.
    package struct Run: Sendable {
        package var day: String
        /// Sellers that had something to settle.
        package var sellerCount = 0
        /// Those of them that could not be settled: the day is not done.
        package var failureCount = 0
    }

    /// Settles a day that is over; nil for yesterday. A seller that cannot be settled is counted, and stands in nobody
    /// else's way. A day without such that was begun before is done, whoever asked for it.
    package func run(_ day: String?) async throws -> Run {
        let zone = self.options.timeZone
        let date: String
        if let day {
            guard Self.isDate(day) else { throw Self.notADay }
            date = day
        } else {
            date = try await self.database.run(SettlementStatements.yesterday, zone).single()
        }
        let isOver: Bool = try await self.database.run(SettlementStatements.isOver, date, zone).single()
        guard isOver else {
            throw HTTPProblem(.conflict, code: "invalid-state", detail: "That day is not over yet.")
        }
        var run = Run(day: date)
        var (seller, currency): (Int64, String) = (0, "")
        while true {
            let page = try await self.database.run(
                SettlementStatements.sellers, date, zone, Self.pageCount, seller, currency)
            for row in page {
                (seller, currency) = (try row.get(0), try row.get(1))
                run.sellerCount += 1
                do {
                    try await self.settle(seller, currency, date)
                } catch {
                    run.failureCount += 1
                    self.payments.metrics.workFailed("settle", error)
                }
            }
            if page.count < Self.pageCount { break }
        }
        if run.failureCount == 0 {
            _ = try await self.database.run(DailyBooks.finish, DailyBooks.settling, date, 0)
        }
        return run
    }

    private static let notADay = HTTPProblem(
        .badRequest, code: "invalid-request", detail: "A date is written 2026-12-31.")

    /// `2026-12-31`, and a day that there is: the thirtieth of February looks like one.
    static func isDate(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            let year = DecimalText.parse(bytes[..<4]), let month = DecimalText.parse(bytes[5..<7]),
            let day = DecimalText.parse(bytes[8...]), year > 0, (1...12).contains(month)
        else { return false }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (1...lengths[month - 1]).contains(day)
    }

    private func settle(_ seller: Int64, _ currency: String, _ date: String) async throws {
        let options = PostgresTransactionOptions(purpose: .background)
        try await self.database.transaction("settlement_run", actor: "settlement", options: options) { transaction in
            _ = try await transaction.run(SettlementStatements.open, seller, date, currency)
            let rows = try await transaction.run(SettlementStatements.lockOpen, seller, date, currency)
            // Approved already: what came later is of a later day.
            guard let row = rows.first else { return }
            let id: Int64 = try row.get(0)
            _ = try await transaction.run(
                SettlementStatements.addItems, id, seller, currency, date, self.options.timeZone)
            for carried in try await transaction.run(SettlementStatements.carryIn, id, seller, currency, date) {
                try await Ledger.post(try Self.fees(carried), in: transaction)
            }
            let sums = try await transaction.run(SettlementStatements.sums, id)
            guard let sum = sums.first else { throw PostgresError(.decoding) }
            let (gross, refunds, gatewayFee, carriedIn): (Int64, Int64, Int64, Int64) = (
                try sum.get(0), try sum.get(1), try sum.get(2), try sum.get(3)
            )
            let ours = self.options.platformFee.amounts(of: gross - refunds)
            _ = try await transaction.run(
                SettlementStatements.calculate, id, gross, refunds, gatewayFee, ours.fee, ours.tax, carriedIn,
                max(self.options.payoutMin, 1))
        }
    }

    // MARK: Paying out

    /// A person has looked at it and seen what it comes to: from here on it does not change, and its fees are in the
    /// books. One that has changed since is looked at again.
    package func approve(_ id: Int64, net: Int64, by manager: Int64) async throws -> SettlementRow {
        try await self.change(id, by: manager) { transaction in
            let rows = try await transaction.run(SettlementStatements.approve, id, net)
            guard let row = rows.first else { throw PaymentProblems.invalidState }
            try await Ledger.post(try Self.fees(row), in: transaction)
        }
    }

    /// The bank is asked, or asked again.
    package func requestPayout(_ id: Int64, by manager: Int64) async throws -> SettlementRow {
        try await self.change(id, by: manager) { transaction in
            for from in [SettlementStatus.approved, .failed] {
                let rows = try await transaction.run(
                    SettlementStatements.move, id, from.rawValue, SettlementStatus.payoutRequested.rawValue)
                if !rows.isEmpty { return }
            }
            throw PaymentProblems.invalidState
        }
    }

    /// What the bank has said.
    package func endPayout(_ id: Int64, isPaid: Bool, by manager: Int64) async throws -> SettlementRow {
        try await self.change(id, by: manager) { transaction in
            let to = isPaid ? SettlementStatus.paid : .failed
            let rows = try await transaction.run(
                SettlementStatements.move, id, SettlementStatus.payoutRequested.rawValue, to.rawValue)
            guard let row = rows.first else { throw PaymentProblems.invalidState }
            guard isPaid else { return }
            let (seller, net): (Int64, Int64) = (try row.get(1), try row.get(5))
            let currency = try Self.currency(row)
            try await Ledger.post(
                LedgerJournal(
                    .payout, of: "settlement", id, Money(net, currency), from: .bank, to: .sellerPayable(seller)),
                in: transaction)
            let payload = PaymentNews.json { writer in
                writer.member("settlementId", id)
                writer.member("sellerId", seller)
                writer.member("net", Money(net, currency))
            }
            try await Outbox.add(.settlementPaid, of: "settlement:\(id)", payload: payload, in: transaction)
        }
    }

    private func change(
        _ id: Int64, by manager: Int64, _ body: (PostgresTransaction) async throws -> Void
    ) async throws -> SettlementRow {
        try await self.database.transaction("settlement_change", actor: "member:\(manager)") { transaction in
            guard !(try await transaction.run(SettlementStatements.get, id)).isEmpty else { throw HTTPProblem.notFound }
            try await body(transaction)
            guard let row = try await transaction.run(SettlementStatements.get, id).first else {
                throw HTTPProblem.notFound
            }
            return try SettlementRow(row)
        }
    }

    /// What the seller pays of what he is owed: number, seller, the company's fee, ours, tax, net, currency.
    private static func fees(_ row: PostgresRow) throws -> LedgerJournal? {
        let (id, seller): (Int64, Int64) = (try row.get(0), try row.get(1))
        let (gateway, ours, tax): (Int64, Int64, Int64) = (try row.get(2), try row.get(3), try row.get(4))
        return LedgerJournal(
            .settlementFees, of: "settlement", id, try Self.currency(row),
            [
                LedgerJournal.Line(account: .sellerPayable(seller), amount: gateway + ours + tax),
                LedgerJournal.Line(account: .gatewayReceivable, amount: -gateway),
                LedgerJournal.Line(account: .platformRevenue, amount: -ours),
                LedgerJournal.Line(account: .vatPayable, amount: -tax),
            ])
    }

    private static func currency(_ row: PostgresRow) throws -> Currency {
        guard let currency = Currency(rawValue: try row.get(6)) else { throw PostgresError(.decoding) }
        return currency
    }

    // MARK: Looking

    package func settlement(_ id: Int64) async throws -> SettlementRow? {
        try await self.database.run(SettlementStatements.get, id).first.map(SettlementRow.init)
    }

    package func list(
        day: String?, seller: Int64?, status: SettlementStatus?, before: Int64, countMax: Int
    ) async throws -> [SettlementRow] {
        if let day, !Self.isDate(day) { throw Self.notADay }
        let rows =
            if let seller {
                try await self.database.run(
                    PaymentListStatements.settlementsOfSeller, seller, day, status?.rawValue, before, countMax)
            } else if let day {
                try await self.database.run(
                    PaymentListStatements.settlementsOfDay, day, status?.rawValue, before, countMax)
            } else if let status {
                try await self.database.run(
                    PaymentListStatements.settlementsInStatus, status.rawValue, before, countMax)
            } else {
                try await self.database.run(PaymentListStatements.settlements, before, countMax)
            }
        return try rows.map(SettlementRow.init)
    }

    /// A part of a settlement's movements, and where the next one begins.
    package struct CSVPart: Sendable {
        package var bytes: [UInt8]
        package var next: String?
    }

    /// Every movement of a settlement as lines of CSV (RFC 4180), with a heading and the sums below the last.
    ///
    /// - Parameter after: The `next` of the part before.
    package func csv(
        _ settlement: SettlementRow, after: String? = nil, countMax: Int = Settlements.itemCountMax
    ) async throws -> CSVPart {
        var csv = SettlementCSV(settlement)
        var (kind, last): (String, Int64) = ("", 0)
        if let after {
            let words = after.split(separator: "-", maxSplits: 1)
            guard words.count == 2, let id = Int64(words[1]) else { throw Self.noLine }
            (kind, last) = (String(words[0]), id)
        }
        var count = 0
        while true {
            guard count < countMax else { return CSVPart(bytes: csv.bytes, next: "\(kind)-\(last)") }
            let page = try await self.database.run(
                SettlementStatements.items, settlement.id, kind, last, Self.itemPageCount)
            for row in page {
                (kind, last) = (try row.get(0), try row.get(1))
                csv.add(
                    kind: kind, id: last, orderID: try row.get(3), amount: try row.get(2),
                    at: try row.get(4, as: PostgresTimestamp.self).wallClock)
            }
            count += page.count
            if page.count < Self.itemPageCount { return CSVPart(bytes: csv.finished()) }
        }
    }

    private static let noLine = HTTPProblem(
        .badRequest, code: "invalid-request", detail: "after is where a Link of the part before leads")
}
