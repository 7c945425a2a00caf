package import Commerce
internal import Crypto
internal import HTTPServer
internal import Observability
package import Postgres
internal import Primitives

/// From a reservation to money.
///
/// No call to a company is ever made within a transaction. What is about to be asked is written down first, then it is
/// asked, then what came of it is written down: whatever is lost in between, a later look at the company's books
/// (`PaymentReconciler`) ends in the same state. Everybody who learns something (the request that asked, a webhook, the
/// reconciler) reports it by `settle`, where the first counts and the others change nothing.
package final class Payments: Sendable {
    package let database: PostgresDatabase
    let orders: any Orders
    let gateways: [String: any PaymentGateway]
    let options: PaymentOptions
    let limits: PaymentLimits
    let vault: PaymentVault
    let metrics: PaymentMetrics
    /// Rings after commits of which others should hear at once, and not when they look anyway.
    package let news = Bell()
    /// Payments that are begun, and such as are paid, gather here to share a commit.
    let openings: Batcher<PaymentBatches.Opening, PaymentRow?>
    let endings: Batcher<PaymentBatches.Ending, PaymentBatches.Change?>

    package init(
        database: PostgresDatabase, orders: any Orders, gateways: [any PaymentGateway], options: PaymentOptions,
        limits: PaymentLimits = PaymentLimits(), vault: PaymentVault, metrics: PaymentMetrics
    ) {
        self.database = database
        self.orders = orders
        self.gateways = Dictionary(gateways.map { ($0.name, $0) }) { first, _ in first }
        self.options = options
        self.limits = limits
        self.vault = vault
        self.metrics = metrics
        let batches = PaymentBatches(database: database, orders: orders, gateway: options.gateway, limits: limits)
        let (countMax, gatheringCountMax) = (limits.togetherCountMax, limits.gatheringCountMax)
        self.openings = Batcher(countMax: countMax, gatheringCountMax: gatheringCountMax) { await batches.begin($0) }
        self.endings = Batcher(countMax: countMax, gatheringCountMax: gatheringCountMax) { await batches.settle($0) }
        precondition(self.gateways[options.gateway] != nil, "the company that is used is one of those there are")
    }

    /// Nil when there is none, or it is another member's.
    package func payment(_ id: Int64, of member: Int64?) async throws -> PaymentRow? {
        guard let row = try await self.database.run(PaymentStatements.get, id).first else { return nil }
        let payment = try PaymentRow(row)
        return member == nil || payment.memberID == member ? payment : nil
    }

    /// Latest first, those with a smaller number than `before`.
    package func list(of member: Int64, before: Int64, countMax: Int) async throws -> [PaymentRow] {
        try await self.database.run(PaymentStatements.ofMember, member, before, countMax).map(PaymentRow.init)
    }

    /// What a seller was paid for.
    package func sales(of seller: Int64, before: Int64, countMax: Int) async throws -> [PaymentRow] {
        try await self.database.run(PaymentListStatements.ofSeller, seller, before, countMax).map(PaymentRow.init)
    }

    /// Of everybody.
    package func list(
        status: PaymentStatus?, reservation: Int64?, before: Int64, countMax: Int
    ) async throws -> [PaymentRow] {
        let rows =
            if let reservation {
                try await self.database.run(
                    PaymentListStatements.ofReservation, reservation, status?.rawValue, before, countMax)
            } else {
                try await self.database.run(PaymentListStatements.all(status), before, countMax)
            }
        return try rows.map(PaymentRow.init)
    }

    /// How a new payment can be made.
    package var methods: [GatewayOrder.Method] { self.gateways[self.options.gateway]?.methods ?? [] }

    func gateway(of payment: PaymentRow) throws(HTTPProblem) -> any PaymentGateway {
        guard let gateway = self.gateways[payment.gateway] else { throw PaymentProblems.companyGone }
        return gateway
    }

    // MARK: Work

    /// Whose rows a round of a worker is about. Each company has rounds of its own, so that a silent one holds up no
    /// other.
    package enum Companies: Hashable, Sendable {
        case one(String)
        /// Those that are not configured any more.
        case gone
    }

    package var companies: [Companies] { self.gateways.keys.sorted().map { .one($0) } + [.gone] }

    func selection(_ companies: Companies) -> (names: [String], areThese: Bool) {
        switch companies {
        case .one(let name): ([name], true)
        case .gone: (Array(self.gateways.keys) + [Self.freeGateway], false)
        }
    }

    /// One round for each company. True when there may be more.
    func everyCompany(_ round: (Companies) async throws -> Bool) async throws -> Bool {
        var hasMore = false
        for companies in self.companies where try await round(companies) { hasMore = true }
        return hasMore
    }

    /// Tells an operator what is open at companies that are not configured any more.
    package func tellOfGoneCompanies() async throws {
        for row in try await self.database.run(PaymentStatements.ofGoneCompanies, self.selection(.gone).names) {
            self.metrics.log.warning(
                "payments of a company that is not configured",
                [
                    "gateway": .text(Self.shortened(try row.get(0))),
                    "count": .number(Int(try row.get(1, as: Int64.self))),
                ])
        }
    }

    /// Tells an operator when the zone of business days is none that the database knows: no day could be closed.
    package func tellOfUnknownTimeZone() async throws {
        let zone = self.options.timeZone
        let isKnown: Bool = try await self.database.run(PaymentStatements.isTimeZone, zone).single()
        if !isKnown { self.metrics.log.error("business-time-zone is unknown", ["zone": .text(zone)]) }
    }

    func lock(_ id: Int64, in transaction: PostgresTransaction) async throws -> PaymentRow {
        guard let row = try await transaction.run(PaymentStatements.lock, id).first else { throw HTTPProblem.notFound }
        return try PaymentRow(row)
    }

    func reread(_ id: Int64, in transaction: PostgresTransaction) async throws -> PaymentRow {
        guard let row = try await transaction.run(PaymentStatements.get, id).first else { throw HTTPProblem.notFound }
        return try PaymentRow(row)
    }

    /// Does something with each row that a worker took, all at once. One that fails is counted and left for another
    /// round, so that it holds up no other; when all fail, the last error is thrown.
    func each<Item: Sendable>(
        _ items: [Item], of work: StaticString, _ body: @escaping @Sendable (Item) async throws -> Void
    ) async throws {
        let failures = await withTaskGroup(of: (any Error)?.self) { group in
            for item in items {
                group.addTask {
                    do {
                        try await body(item)
                        return nil
                    } catch { return error }
                }
            }
            var failures: [any Error] = []
            for await case let failure? in group { failures.append(failure) }
            return failures
        }
        for failure in failures { self.metrics.workFailed(work, failure) }
        if failures.count == items.count, let last = failures.last { throw last }
    }

    /// A number that nobody can guess: whoever names it has it from us or from the company.
    static func newOrderID() -> String {
        let id = PostgresUUID.random()
        return "podo-" + id.description
    }
}

/// What the operator has chosen.
package struct PaymentOptions: Sendable {
    /// The company that new payments go to.
    package var gateway: String
    /// Where companies send browsers back to.
    package var publicURL: String
    package var platformFee: PlatformFee
    /// IANA name: business days end at midnight there.
    package var timeZone: String
    /// Less than this is not paid out, but carried on.
    package var payoutMin: Int64

    package init(
        gateway: String, publicURL: String, platformFee: PlatformFee = PlatformFee(), timeZone: String = "Asia/Seoul",
        payoutMin: Int64 = 1
    ) {
        self.gateway = gateway
        self.publicURL = publicURL.hasSuffix("/") ? String(publicURL.dropLast()) : publicURL
        self.platformFee = platformFee
        self.timeZone = timeZone
        self.payoutMin = payoutMin
    }
}
