internal import Commerce
package import HTTPClient
package import HTTPServer
internal import Observability
package import Primitives

/// The simulated company as a gateway: the very adapter that talks to Toss, at the simulator's address, and one verb
/// more that decides at once.
package struct SimulatorGateway: PaymentGateway {
    package static let name = "simulator"

    package let company: SimulatorCompany
    private let toss: TossGateway

    /// `origin` is where `SimulatorRoutes` are served. Nil when it is no URL.
    package init?(
        _ company: SimulatorCompany, origin: String, client: HTTPClient, limits: GatewayLimits = GatewayLimits()
    ) {
        let settings = TossSettings(
            secretKey: company.parts.tossSecretKey, base: origin + SimulatorRoutes.tossPrefix, addresses: .any,
            limits: limits)
        guard let toss = TossGateway(settings, client: client, name: Self.name) else { return nil }
        self.company = company
        self.toss = toss
    }

    package var name: String { self.toss.name }

    /// Pays, or is declined, without a page and without HTTP: in the bank itself. The same order gets the same again.
    package func decide(_ order: GatewayOrder, isSuccess: Bool) -> GatewayOutcome {
        let result: Result<SimulatorAnswer, SimulatorFault> = self.company.withBank { bank, now in
            do throws(SimulatorFault) {
                let payment = try Self.decide(order, isSuccess, in: &bank, at: now)
                let settings = bank.settings
                return .success(
                    SimulatorAnswer(
                        status: 200,
                        body: SimulatorTossText.bytes { SimulatorTossText.payment(payment, settings, to: &$0) }))
            } catch { return .failure(error) }
        }
        switch result {
        case .failure(let fault): return Self.outcome(of: fault)
        case .success(let answer):
            guard let json = GatewayAnswer(status: answer.status, body: answer.body).json,
                let snapshot = TossAnswer.payment(json)
            else { return .unknown(GatewayDoubt(.unreadable)) }
            let attempt = GatewayAttempt(
                orderID: order.orderID, providerKey: snapshot.providerKey, total: order.total,
                idempotencyKey: order.idempotencyKey)
            return TossAnswer.confirmation(
                GatewayAnswer(status: answer.status, body: answer.body), of: attempt)
        }
    }

    private static func decide(
        _ order: GatewayOrder, _ isSuccess: Bool, in bank: inout SimulatorBank, at now: WallClock
    ) throws(SimulatorFault) -> SimulatorPayment {
        let payment: SimulatorPayment
        if let known = bank.payment(ofOrder: order.orderID) {
            switch known.state {
            case .ready, .inProgress: payment = known
            case .aborted, .expired: throw .toss(known.failureCode ?? "NOT_FOUND_PAYMENT_SESSION")
            case .done, .partlyCanceled, .canceled, .waitingForDeposit: return known
            }
        } else {
            payment = try bank.create(
                SimulatorCreation(
                    company: .toss, orderID: order.orderID, orderName: order.name,
                    isVirtualAccount: order.method == .virtualAccount, total: order.total,
                    successURL: order.successURL, failURL: order.failURL), at: now)
        }
        guard isSuccess else {
            try bank.decline(payment.key, code: "REJECT_CARD_PAYMENT", at: now)
            throw .toss("REJECT_CARD_PAYMENT")
        }
        _ = try bank.authenticate(payment.key, at: now)
        return try bank.confirm(payment.key, orderID: order.orderID, total: order.total, at: now)
    }

    private static func outcome(of fault: SimulatorFault) -> GatewayOutcome {
        if case .declined(let wording) = TossCodes.confirming(fault.code), fault.status < 500 {
            return .declined(GatewayDecline(code: fault.code, message: wording))
        }
        return .unknown(GatewayDoubt(fault.status >= 500 ? .companyFailed : .codeUnclear, code: fault.code))
    }

    // MARK: As Toss

    package func checkout(for order: GatewayOrder) async -> GatewayCheckoutOutcome {
        await self.toss.checkout(for: order)
    }

    package func confirm(_ attempt: GatewayAttempt) async -> GatewayOutcome { await self.toss.confirm(attempt) }

    package func fetch(_ payment: GatewayPaymentKey) async -> GatewayReading { await self.toss.fetch(payment) }

    package func abandon(_ payment: GatewayPaymentKey) async -> GatewayAbandonment {
        await self.toss.abandon(payment)
    }

    package func refund(_ refund: GatewayRefund) async -> GatewayRefundOutcome { await self.toss.refund(refund) }

    package func fetchRefund(_ refund: GatewayRefund) async -> GatewayRefundOutcome {
        await self.toss.fetchRefund(refund)
    }

    package func parseWebhook(_ fields: HTTPFields, _ body: [UInt8], at now: WallClock) -> GatewayWebhook {
        self.toss.parseWebhook(fields, body, at: now)
    }

    package func transactions(
        from: WallClock, to: WallClock, after cursor: String?
    ) async -> GatewayTransactionsOutcome {
        await self.toss.transactions(from: from, to: to, after: cursor)
    }
}
