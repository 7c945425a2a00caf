internal import Commerce
package import HTTPClient
package import HTTPServer
internal import Observability
package import Primitives

/// Toss Payments, core interface of 2022-11-16.
package struct TossGateway: PaymentGateway {
    package let name: String
    private let settings: TossSettings
    private let connection: GatewayConnection

    /// Nil when the settings' base is no URL. The client is this gateway's own.
    package init?(_ settings: TossSettings, client: HTTPClient, name: String = "toss") {
        guard
            let connection = GatewayConnection(
                settings.base, client: client, limits: settings.limits, addresses: settings.addresses)
        else { return nil }
        self.name = name
        self.settings = settings
        self.connection = connection
    }

    package var pagePolicy: HTTPPagePolicy? { self.settings.clientKey == nil ? nil : TossSettings.pagePolicy }

    package func checkout(for order: GatewayOrder) async -> GatewayCheckoutOutcome {
        if let clientKey = self.settings.clientKey {
            // By itself the script gives a buyer a week, and nobody keeps seats for that.
            let hours = order.method == .virtualAccount ? order.depositHours : nil
            return .ready(GatewayCheckout(clientKey: clientKey, depositHours: hours))
        }
        let reply = await self.connection.post(
            "/v1/payments", fields: self.fields(order.idempotencyKey), body: TossRequest.checkout(order),
            isRepeatable: true, isMoney: false)
        switch reply {
        case .none(let doubt): return .unknown(doubt)
        case .answer(let answer): return TossAnswer.checkout(answer, of: order)
        }
    }

    package func confirm(_ attempt: GatewayAttempt) async -> GatewayOutcome {
        guard !attempt.payment.isImpossible else { return .declined(.noSuchPayment) }
        let reply = await self.connection.post(
            "/v1/payments/confirm", fields: self.fields(attempt.idempotencyKey), body: TossRequest.confirm(attempt),
            isRepeatable: true)
        switch reply {
        case .none(let doubt): return .unknown(doubt)
        case .answer(let answer): return TossAnswer.confirmation(answer, of: attempt)
        }
    }

    package func fetch(_ payment: GatewayPaymentKey) async -> GatewayReading {
        guard !payment.isImpossible else { return .absent }
        switch await self.connection.get(TossRequest.path(of: payment), fields: self.fields()) {
        case .none(let doubt): return .unknown(doubt)
        case .answer(let answer): return TossAnswer.reading(answer, of: payment)
        }
    }

    /// Toss takes nothing that we do not confirm, and has no call to end what a buyer has begun. An account number that
    /// waits for a deposit it does take back.
    package func abandon(_ payment: GatewayPaymentKey) async -> GatewayAbandonment {
        let reading = await self.fetch(payment)
        guard case .found(let snapshot) = reading, snapshot.status == .awaitingDeposit else {
            return Self.abandonment(reading)
        }
        // Canceling twice is canceling once: a key that is used again would only make an old answer come again.
        let reply = await self.connection.post(
            TossRequest.cancelPath(snapshot.providerKey),
            fields: self.fields("abandon-\(UInt64.random(in: .min ... .max))"), body: TossRequest.cancelDeposit(),
            isRepeatable: true, isMoney: false)
        if case .answer(let answer) = reply, answer.status == 200,
            case .found(let canceled) = TossAnswer.reading(answer, of: payment), canceled.status == .failed
        {
            return .gone
        }
        // The deposit came before, perhaps: the books say so.
        return Self.abandonment(await self.fetch(payment))
    }

    private static func abandonment(_ reading: GatewayReading) -> GatewayAbandonment {
        switch reading {
        case .absent: return .expiresByItself
        case .unknown(let doubt): return .unknown(doubt)
        case .found(let snapshot):
            switch snapshot.status {
            case .failed, .refunded: return .gone
            case .open, .authorized: return .expiresByItself
            case .paid, .partlyRefunded: return .paid(snapshot)
            case .awaitingDeposit: return .unknown(GatewayDoubt(.statusUnclear, code: snapshot.providerStatus))
            }
        }
    }

    package func refund(_ refund: GatewayRefund) async -> GatewayRefundOutcome {
        guard let key = refund.payment.providerKey else { return .unknown(.notAsked("no-key")) }
        let reply = await self.connection.post(
            TossRequest.cancelPath(key), fields: self.fields(refund.idempotencyKey), body: TossRequest.cancel(refund),
            isRepeatable: true)
        switch reply {
        case .none(let doubt): return .unknown(doubt)
        case .answer(let answer): return TossAnswer.refund(answer, of: refund)
        }
    }

    package func fetchRefund(_ refund: GatewayRefund) async -> GatewayRefundOutcome {
        switch await self.connection.get(TossRequest.path(of: refund.payment), fields: self.fields()) {
        case .none(let doubt): return .unknown(doubt)
        case .answer(let answer): return TossAnswer.refundReading(answer, of: refund)
        }
    }

    package func parseWebhook(_ fields: HTTPFields, _ body: [UInt8], at now: WallClock) -> GatewayWebhook {
        TossWebhook.parse(fields, body, byteCountMax: self.settings.limits.documentByteCountMax)
    }

    package func transactions(
        from: WallClock, to: WallClock, after cursor: String?
    ) async -> GatewayTransactionsOutcome {
        let path = TossRequest.transactionsPath(from: from, to: to, after: cursor)
        switch await self.list(path) {
        case .none(let doubt): return .unknown(doubt)
        case .answer(let answer): return TossLists.transactions(answer)
        }
    }

    /// What Toss pays out for what was sold in a time, page by page from 1. Fees are told here only.
    package func settlements(from: WallClock, to: WallClock, page: Int) async -> TossSettlementsOutcome {
        switch await self.list(TossRequest.settlementsPath(from: from, to: to, page: page)) {
        case .none(let doubt): return .unknown(doubt)
        case .answer(let answer): return TossLists.settlements(answer, page: page)
        }
    }

    // MARK: Helpers

    private func list(_ path: String) async -> GatewayConnection.Reply {
        await self.connection.get(path, fields: self.fields(), byteCountMax: self.settings.limits.listByteCountMax)
    }

    private func fields(_ idempotencyKey: String? = nil) -> [HTTPClientField] {
        var fields = [
            HTTPClientField(
                "authorization", "Basic " + GatewayText.base64(self.settings.secretKey.reveal() + ":")),
            HTTPClientField("accept", "application/json"),
        ]
        if let idempotencyKey {
            fields.append(HTTPClientField("content-type", "application/json"))
            fields.append(HTTPClientField("idempotency-key", idempotencyKey))
        }
        if let testCode = self.settings.testCode, self.settings.isTest {
            fields.append(HTTPClientField("tosspayments-test-code", testCode))
        }
        return fields
    }
}
