internal import Commerce
package import HTTPClient
package import HTTPServer
internal import Observability
package import Primitives

/// Stripe, with intents that are captured by hand: the buyer authorises in the browser, the seats are frozen, and only
/// then the money is taken, as with Toss.
package struct StripeGateway: PaymentGateway {
    package let name: String
    package var methods: [GatewayOrder.Method] { [.card] }
    package var tellsKeyAtCheckout: Bool { true }
    /// Without its script only the simulator's page can be paid on.
    package var pagePolicy: HTTPPagePolicy? { self.settings.pageBase == nil ? StripeSettings.pagePolicy : nil }
    private let settings: StripeSettings
    private let connection: GatewayConnection
    /// A hundred each; a payment with more is a person's.
    private static let refundPageCountMax = 10

    /// Nil when the settings' base is no URL. The client is this gateway's own.
    package init?(_ settings: StripeSettings, client: HTTPClient, name: String = "stripe") {
        guard
            let connection = GatewayConnection(
                settings.base, client: client, limits: settings.limits, addresses: settings.addresses)
        else { return nil }
        self.name = name
        self.settings = settings
        self.connection = connection
    }

    package func checkout(for order: GatewayOrder) async -> GatewayCheckoutOutcome {
        guard StripeRequest.isPayable(order.total) else {
            return .refused(GatewayDecline(code: "amount_not_payable", message: GatewayWording.amount))
        }
        guard self.methods.contains(order.method) else {
            return .refused(GatewayDecline(code: "method_not_supported", message: GatewayWording.method))
        }
        let reply = await self.post(
            "/v1/payment_intents", StripeRequest.create(order), order.idempotencyKey, isMoney: false)
        switch reply {
        case .none(let doubt): return .unknown(doubt)
        case .answer(let answer):
            return StripeAnswer.checkout(
                answer, of: order, publishableKey: self.settings.publishableKey, pageBase: self.settings.pageBase)
        }
    }

    package func confirm(_ attempt: GatewayAttempt) async -> GatewayOutcome {
        guard !attempt.payment.isImpossible else { return .declined(.noSuchPayment) }
        let reply = await self.post(
            StripeRequest.intentPath(attempt.providerKey, "/capture"), StripeRequest.capture(attempt),
            attempt.idempotencyKey)
        switch reply {
        case .none(let doubt): return .unknown(doubt)
        case .answer(let answer): return StripeAnswer.confirmation(answer, of: attempt)
        }
    }

    package func fetch(_ payment: GatewayPaymentKey) async -> GatewayReading {
        guard !payment.isImpossible else { return .absent }
        switch await self.connection.get(StripeRequest.path(of: payment), fields: self.fields()) {
        case .none(let doubt): return .unknown(doubt)
        case .answer(let answer):
            let reading = StripeAnswer.reading(answer, of: payment)
            guard case .found(var snapshot) = reading else { return reading }
            if StripeAnswer.hasMoreRefunds(answer) {
                switch await self.refunds(of: snapshot.providerKey) {
                case .success(let cancels): snapshot.cancels = cancels
                case .failure(let failure): return .unknown(failure.doubt)
                }
            }
            return snapshot.isDisputed ? await self.disputes(of: snapshot) : .found(snapshot)
        }
    }

    /// All refunds of an intent.
    private func refunds(of intent: String) async -> Result<[GatewayCancel], StripeAnswer.RefundDoubt> {
        var cancels: [GatewayCancel] = []
        var cursor: String?
        for _ in 0..<Self.refundPageCountMax {
            let path = StripeRequest.refundsPath(intent: intent, after: cursor)
            switch await self.connection.get(path, fields: self.fields()) {
            case .none(let doubt): return .failure(StripeAnswer.RefundDoubt(doubt))
            case .answer(let answer):
                switch StripeAnswer.refundPage(answer) {
                case .failure(let failure): return .failure(failure)
                case .success(let page):
                    cancels += page.cancels
                    guard let next = page.next else { return .success(cancels) }
                    cursor = next
                }
            }
        }
        return .failure(StripeAnswer.RefundDoubt(GatewayDoubt(.statusUnclear, code: "more")))
    }

    /// That a payment is or was disputed does not tell where its money is: the disputes do.
    private func disputes(of snapshot: GatewaySnapshot) async -> GatewayReading {
        let path = StripeRequest.disputesPath(intent: snapshot.providerKey)
        switch await self.connection.get(path, fields: self.fields()) {
        case .none(let doubt): return .unknown(doubt)
        case .answer(let answer): return StripeAnswer.disputed(snapshot, answer)
        }
    }

    /// Stripe says no when the money has been taken, and that is the answer that matters.
    package func abandon(_ payment: GatewayPaymentKey) async -> GatewayAbandonment {
        guard let key = payment.providerKey else { return .expiresByItself }
        // Canceling twice is canceling once: a key would only make an old answer come again.
        let reply = await self.post(
            StripeRequest.intentPath(key, "/cancel"), "cancellation_reason=abandoned", nil, isMoney: false)
        if case .answer(let answer) = reply, answer.status == 200,
            case .found(let snapshot) = StripeAnswer.reading(answer, of: payment), snapshot.status == .failed
        {
            return .gone
        }
        if case .none(let doubt) = reply, doubt.reason == .notSent { return .unknown(doubt) }
        switch await self.fetch(payment) {
        case .absent: return .gone
        case .unknown(let doubt): return .unknown(doubt)
        case .found(let snapshot):
            switch snapshot.status {
            case .failed, .refunded: return .gone
            case .paid, .partlyRefunded: return .paid(snapshot)
            case .open, .authorized, .awaitingDeposit:
                return .unknown(GatewayDoubt(.statusUnclear, code: snapshot.providerStatus))
            }
        }
    }

    package func refund(_ refund: GatewayRefund) async -> GatewayRefundOutcome {
        guard let intent = refund.payment.providerKey else { return .unknown(.notAsked("no-key")) }
        guard StripeRequest.isPayable(refund.amount) else {
            return .refused(GatewayDecline(code: "amount_not_payable", message: GatewayWording.refund))
        }
        let reply = await self.post(
            "/v1/refunds", StripeRequest.refund(refund, intent: intent), refund.idempotencyKey)
        switch reply {
        case .none(let doubt): return .unknown(doubt)
        case .answer(let answer): return StripeAnswer.refund(answer, of: refund)
        }
    }

    package func fetchRefund(_ refund: GatewayRefund) async -> GatewayRefundOutcome {
        if let key = refund.providerRefundKey {
            switch await self.connection.get(StripeRequest.refundPath(key), fields: self.fields()) {
            case .none(let doubt): return .unknown(doubt)
            case .answer(let answer): return StripeAnswer.refund(answer, of: refund)
            }
        }
        guard let intent = refund.payment.providerKey else { return .absent }
        var cursor: String?
        for _ in 0..<Self.refundPageCountMax {
            let path = StripeRequest.refundsPath(intent: intent, after: cursor)
            switch await self.connection.get(path, fields: self.fields()) {
            case .none(let doubt): return .unknown(doubt)
            case .answer(let answer):
                let outcome = StripeAnswer.refundList(answer, of: refund)
                guard case .unknown(let doubt) = outcome, doubt.code == "more",
                    case .success(let page) = StripeAnswer.refundPage(answer), let next = page.next
                else { return outcome }
                cursor = next
            }
        }
        return .unknown(GatewayDoubt(.statusUnclear, code: "more"))
    }

    package func parseWebhook(_ fields: HTTPFields, _ body: [UInt8], at now: WallClock) -> GatewayWebhook {
        StripeWebhook.parse(fields, body, at: now, self.settings)
    }

    package func transactions(
        from: WallClock, to: WallClock, after cursor: String?
    ) async -> GatewayTransactionsOutcome {
        let reply = await self.connection.get(
            StripeRequest.transactionsPath(from: from, to: to, after: cursor), fields: self.fields(),
            byteCountMax: self.settings.limits.listByteCountMax)
        switch reply {
        case .none(let doubt): return .unknown(doubt)
        case .answer(let answer): return StripeAnswer.transactions(answer)
        }
    }

    // MARK: Helpers

    private func post(
        _ path: String, _ form: String, _ idempotencyKey: String?, isMoney: Bool = true
    ) async -> GatewayConnection.Reply {
        await self.connection.post(
            path, fields: self.fields(isForm: true, idempotencyKey), body: Array(form.utf8), isRepeatable: true,
            isMoney: isMoney)
    }

    private func fields(isForm: Bool = false, _ idempotencyKey: String? = nil) -> [HTTPClientField] {
        var fields = [
            HTTPClientField("authorization", "Bearer " + self.settings.secretKey.reveal()),
            HTTPClientField("stripe-version", StripeSettings.version),
            HTTPClientField("accept", "application/json"),
        ]
        if isForm { fields.append(HTTPClientField("content-type", "application/x-www-form-urlencoded")) }
        if let idempotencyKey { fields.append(HTTPClientField("idempotency-key", idempotencyKey)) }
        return fields
    }
}
