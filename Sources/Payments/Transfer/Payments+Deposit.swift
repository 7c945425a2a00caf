internal import Commerce
internal import HTTPServer
package import Postgres
internal import Primitives

/// How long a transfer is waited for. Seats are kept from everybody else for it.
extension Payments {
    /// The hours that a transfer for a reservation is waited for: not beyond its sale.
    func depositHours(_ reservation: Int64, of member: Int64, _ method: GatewayOrder.Method) async throws -> Int {
        guard method == .virtualAccount else { return GatewayOrder.depositHoursMax }
        guard let order = try await self.orders.order(reservation, of: member) else { throw HTTPProblem.notFound }
        guard let end = order.sellsUntil else { return GatewayOrder.depositHoursMax }
        let rest = end.unixMilliseconds &- WallClock.now.unixMilliseconds &- self.limits.depositBeginTime.milliseconds
        let hours = rest / 3_600_000
        guard hours >= 1 else { throw PaymentProblems.declined(Self.late) }
        return Int(min(hours, Int64(GatewayOrder.depositHoursMax)))
    }

    /// Why an account number that was made is not waited for, or no longer; nil when it is. What is waited for is
    /// judged once, but that nobody is to pay for what was called off: he would have to be asked where the money goes
    /// back to.
    ///
    /// Where a browser runs the company's own script, it may have chosen another way to pay than it began with, and any
    /// time.
    func refusal(of snapshot: GatewaySnapshot, for id: Int64) async throws -> GatewayDecline? {
        guard let payment = try await self.payment(id, of: nil), payment.state.status == .waiting else { return nil }
        let order = try await self.orders.order(payment.reservationID, of: payment.memberID)
        if order?.isCalledOff == true { return PaymentProblems.ended("called-off") }
        guard payment.state.phase != .awaitingDeposit else { return nil }
        let wasAsked: Bool = try await self.database.run(TransferStatements.isThere, id).single()
        guard wasAsked else { return GatewayDecline(code: "deposit-not-asked-for", message: GatewayWording.method) }
        let waitTime = TimeAmount.seconds(Int64(GatewayOrder.depositHoursMax) * 3600)
        let longest =
            WallClock.now.unixMilliseconds &+ waitTime.milliseconds &+ self.limits.depositMarginTime.milliseconds
        let latest = min(longest, order?.sellsUntil?.unixMilliseconds ?? .max)
        guard let due = snapshot.deposit?.dueAt, due.unixMilliseconds <= latest else { return Self.late }
        return nil
    }

    private static let late = GatewayDecline(code: "deposit-too-late", message: GatewayWording.method)

    /// Something of a concert was called off: the reconciler looks at once at what transfers are awaited for.
    package func lookAtTransfers(of concert: Int64, in transaction: PostgresTransaction) async throws {
        _ = try await transaction.run(TransferStatements.lookAtAwaited, concert)
    }
}
