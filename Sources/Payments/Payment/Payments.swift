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

    /// Of everybody.
    package func list(
        status: PaymentStatus?, reservation: Int64?, before: Int64, countMax: Int
    ) async throws -> [PaymentRow] {
        try await self.database.run(PaymentStatements.list, status?.rawValue, reservation, before, countMax)
            .map(PaymentRow.init)
    }

    func gateway(of payment: PaymentRow) throws -> any PaymentGateway {
        guard let gateway = self.gateways[payment.gateway] else { throw UnknownGateway() }
        return gateway
    }

    func lock(_ id: Int64, in transaction: PostgresTransaction) async throws -> PaymentRow {
        guard let row = try await transaction.run(PaymentStatements.lock, id).first else { throw HTTPProblem.notFound }
        return try PaymentRow(row)
    }

    func reread(_ id: Int64, in transaction: PostgresTransaction) async throws -> PaymentRow {
        guard let row = try await transaction.run(PaymentStatements.get, id).first else { throw HTTPProblem.notFound }
        return try PaymentRow(row)
    }

    /// Does something with each row that a worker took. One that fails is counted and left for another round, so that
    /// it holds up no other; when all fail, the last error is thrown.
    func each(
        _ rows: PostgresRows, of work: StaticString, _ body: (PostgresRow) async throws -> Void
    ) async throws {
        var doneCount = 0
        var last: (any Error)?
        for row in rows {
            do {
                try await body(row)
                doneCount += 1
            } catch {
                last = error
                self.metrics.workFailed(work, error)
            }
        }
        if doneCount == 0, let last { throw last }
    }

    /// A number that nobody can guess: whoever names it has it from us or from the company.
    static func newOrderID() -> String {
        let id = PostgresUUID.random()
        return "podo-" + id.description
    }
}

/// A row names a company that is not configured any more.
struct UnknownGateway: Error {}

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
