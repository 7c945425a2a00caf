import HTTPServer
import Observability
import Primitives
import Synchronization

@testable import Payments

/// The simulated company without a network: the very requests that are made for Toss go to its doors by a call, and
/// its answers are read as Toss's are. Its clock is the world's, and everything that goes wrong is drawn from the seed.
final class SaleCompany: PaymentGateway {
    let name = "toss"
    private let company: SimulatorCompany
    private let clock: SharedTime
    /// What happens between what is done there and the answer that says so.
    let beforeAnswer = Mutex<(@Sendable () async -> Void)?>(nil)
    private static let key = "test_sk_sale"
    private static let authorization = "Basic " + GatewayText.base64(SaleCompany.key + ":")
    private static let transmissionID = HTTPFieldName("tosspayments-webhook-transmission-id")

    /// Any moment: what a company writes as times decides nothing.
    fileprivate static let epoch: Int64 = 1_800_000_000_000

    init(seed: UInt64, chaos: SimulatorChaos, isPatient: Bool) {
        let time = SharedTime()
        self.clock = time
        var parts = SimulatorCompany.Parts(
            tossSecretKey: Secret(Self.key), stripeSecretKey: Secret("sk_test_sale"),
            stripeWebhookSecret: Secret("whsec_sale"), client: nil, pause: { _ in })
        parts.clock = { time.now }
        var settings = SimulatorBank.Settings()
        if isPatient {
            settings.checkoutTime = .seconds(86_400)
            settings.authenticationTime = .seconds(86_400)
        }
        self.company = SimulatorCompany(SimulatorBank(settings: settings, chaos: chaos, seed: seed), parts)
    }

    private final class SharedTime: Sendable {
        private let milliseconds = Mutex<Int64>(SaleCompany.epoch)

        var now: WallClock { WallClock(unixMilliseconds: self.milliseconds.withLock { $0 }) }

        func pass(_ time: TimeAmount) { self.milliseconds.withLock { $0 += time.milliseconds } }
    }

    func pass(_ time: TimeAmount) {
        self.clock.pass(time)
        self.company.withBank { bank, now in bank.advance(to: now) }
    }

    /// From here on nothing goes wrong any more.
    func calm() { self.company.withBank { bank, _ in bank.chaos = SimulatorChaos() } }

    // MARK: What buyers do there

    /// Whether he may; his card is good, or is not.
    func authenticate(_ key: String, isGood: Bool) -> Bool {
        self.company.withBank { bank, now in
            do throws(SimulatorFault) {
                if isGood {
                    _ = try bank.authenticate(key, at: now)
                } else {
                    try bank.decline(key, code: "REJECT_CARD_PAYMENT", at: now)
                }
                return true
            } catch { return false }
        }
    }

    /// The buyer transfers the money, if that is still waited for.
    func deposit(_ key: String) {
        self.company.withBank { bank, now in
            // Too late, or never begun: that is the buyer's.
            try? bank.deposit(key, at: now)
        }
    }

    /// Somebody gives back all that is left, in the company's own pages.
    func refundByHand(_ key: String) {
        self.company.withBank { bank, now in bank.refundExternally(key, at: now) }
    }

    /// Every order that money moved for: what was taken, and what went back.
    var books: [String: SimulatorBook] { self.company.withBank { bank, _ in bank.books } }

    /// The next webhook that is due, as it would come in.
    func nextPost() -> (fields: HTTPFields, body: [UInt8])? {
        guard let post = self.company.withBank({ bank, now in bank.nextPost(at: now) }) else { return nil }
        var fields = HTTPFields()
        // A letter of the company's own making.
        do { try fields.append(Self.transmissionID, checking: post.id) } catch { preconditionFailure("\(error)") }
        return (fields, post.body)
    }

    var now: WallClock { self.clock.now }

    // MARK: As a gateway

    func checkout(for order: GatewayOrder) async -> GatewayCheckoutOutcome {
        let request = Self.request("/v1/payments", order.idempotencyKey, TossRequest.checkout(order))
        switch Self.answer(await self.company.tossCreate(request)) {
        case .none: return .unknown(GatewayDoubt(.connectionLost))
        case .some(let answer): return TossAnswer.checkout(answer, of: order)
        }
    }

    func confirm(_ attempt: GatewayAttempt) async -> GatewayOutcome {
        let request = Self.request("/v1/payments/confirm", attempt.idempotencyKey, TossRequest.confirm(attempt))
        let response = await self.company.tossConfirm(request)
        if let beforeAnswer = self.beforeAnswer.withLock({ $0 }) { await beforeAnswer() }
        switch Self.answer(response) {
        case .none: return .unknown(GatewayDoubt(.connectionLost))
        case .some(let answer): return TossAnswer.confirmation(answer, of: attempt)
        }
    }

    func fetch(_ payment: GatewayPaymentKey) async -> GatewayReading {
        guard let answer = await self.read(payment) else { return .unknown(GatewayDoubt(.connectionLost)) }
        return TossAnswer.reading(answer, of: payment)
    }

    /// As Toss has it: nothing is taken that we do not confirm.
    func abandon(_ payment: GatewayPaymentKey) async -> GatewayAbandonment {
        switch await self.fetch(payment) {
        case .absent: return .expiresByItself
        case .unknown(let doubt): return .unknown(doubt)
        case .found(let snapshot):
            switch snapshot.status {
            case .failed, .refunded: return .gone
            case .open, .authorized: return .expiresByItself
            case .paid, .partlyRefunded, .awaitingDeposit: return .paid(snapshot)
            }
        }
    }

    func refund(_ refund: GatewayRefund) async -> GatewayRefundOutcome {
        guard let key = refund.payment.providerKey else { return .unknown(.notAsked("no-key")) }
        let request = Self.request(
            TossRequest.cancelPath(key), refund.idempotencyKey, TossRequest.cancel(refund))
        switch Self.answer(await self.company.tossCancel(request, key)) {
        case .none: return .unknown(GatewayDoubt(.connectionLost))
        case .some(let answer): return TossAnswer.refund(answer, of: refund)
        }
    }

    func fetchRefund(_ refund: GatewayRefund) async -> GatewayRefundOutcome {
        guard let answer = await self.read(refund.payment) else { return .unknown(GatewayDoubt(.connectionLost)) }
        return TossAnswer.refundReading(answer, of: refund)
    }

    func parseWebhook(_ fields: HTTPFields, _ body: [UInt8], at now: WallClock) -> GatewayWebhook {
        TossWebhook.parse(fields, body, byteCountMax: GatewayLimits().documentByteCountMax)
    }

    func transactions(from: WallClock, to: WallClock, after cursor: String?) async -> GatewayTransactionsOutcome {
        let path = TossRequest.transactionsPath(from: from, to: to, after: cursor)
        guard let answer = Self.answer(await self.company.tossTransactions(Self.request(path, nil, []))) else {
            return .unknown(GatewayDoubt(.connectionLost))
        }
        // A page of a list is larger than other answers.
        let page = GatewayAnswer(
            status: answer.status, body: answer.body, byteCountMax: GatewayLimits().listByteCountMax)
        return TossLists.transactions(page)
    }

    // MARK: Helpers

    private func read(_ payment: GatewayPaymentKey) async -> GatewayAnswer? {
        let request = Self.request(TossRequest.path(of: payment), nil, [])
        let order = payment.providerKey == nil ? payment.orderID : nil
        return Self.answer(await self.company.tossPayment(request, key: payment.providerKey, order: order))
    }

    private static func request(_ path: String, _ key: String?, _ body: [UInt8]) -> HTTPRequest {
        var fields = HTTPFields()
        do {
            try fields.append(.authorization, checking: self.authorization)
            if let key { try fields.append(SimulatorCompany.idempotencyKey, checking: key) }
        } catch { preconditionFailure("\(error)") }
        var request = HTTPRequest(
            method: key == nil ? .get : .post, version: .http1_1, target: Array(path.utf8),
            pathCount: path.utf8.firstIndex(of: UInt8(ascii: "?")).map {
                path.utf8.distance(from: path.startIndex, to: $0)
            }
                ?? path.utf8.count, authority: [], fields: fields)
        request.body = body
        return request
    }

    /// Nil when the connection ended in the middle of it.
    private static func answer(_ response: HTTPResponse) -> GatewayAnswer? {
        guard case .bytes(let body) = response.body else { return nil }
        return GatewayAnswer(status: response.status.code, body: body)
    }
}
