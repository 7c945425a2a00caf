package import HTTPClient
internal import HTTPServer
package import Observability
package import Primitives
internal import Synchronization

/// The simulated company with its doors: what it answers over HTTP, and the webhooks that it sends.
package final class SimulatorCompany: Sendable {
    package struct Parts: Sendable {
        package var tossSecretKey: Secret<String>
        package var stripeSecretKey: Secret<String>
        package var stripeWebhookSecret: Secret<String>
        /// Sends webhooks; without one none leave.
        package var client: HTTPClient?
        package var webhookURLs: [SimulatorPayment.Company: String] = [:]
        package var clock: @Sendable () -> WallClock = { .now }
        /// Waits without holding up a loop.
        package var pause: @Sendable (TimeAmount) async -> Void

        package init(
            tossSecretKey: Secret<String>, stripeSecretKey: Secret<String>, stripeWebhookSecret: Secret<String>,
            client: HTTPClient?, pause: @escaping @Sendable (TimeAmount) async -> Void
        ) {
            self.tossSecretKey = tossSecretKey
            self.stripeSecretKey = stripeSecretKey
            self.stripeWebhookSecret = stripeWebhookSecret
            self.client = client
            self.pause = pause
        }
    }

    let parts: Parts
    private let bank: Mutex<SimulatorBank>

    package init(_ bank: SimulatorBank, _ parts: Parts) {
        self.bank = Mutex(bank)
        self.parts = parts
    }

    /// The bank at this moment, for whoever has it in hand: tests, and a person at a demonstration.
    package func withBank<Value: Sendable, Failure: Error>(
        _ body: (inout SimulatorBank, WallClock) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let now = self.parts.clock()
        return try self.bank.withLock { bank throws(Failure) in try body(&bank, now) }
    }

    // MARK: One request

    /// Everything around what a request does: whose it is, whether it was made before, and what goes wrong.
    func answer(
        _ request: HTTPRequest, as company: SimulatorPayment.Company,
        _ execute: @Sendable (inout SimulatorBank, WallClock) -> SimulatorAnswer
    ) async -> HTTPResponse {
        if let refusal = self.refusal(of: request, company) { return Self.response(refusal) }
        let isWrite = request.method == .post
        let fate = self.withBank { bank, _ in bank.fate(isWrite: isWrite) }
        var scope: String?
        if isWrite, let key = request.fields[Self.idempotencyKey] {
            switch self.begin(request, company, key) {
            case .success(let begun): scope = begun
            case .failure(let early): return Self.response(early.answer, isReplay: early.isReplay)
            }
        }
        if fate.latency.nanoseconds > 0 { await self.parts.pause(fate.latency) }
        guard !fate.failsBefore else {
            if let scope { self.withBank { bank, _ in bank.idempotency.abandon(scope) } }
            return Self.response(Self.failure(company))
        }
        let answer = self.withBank { bank, now in
            let answer = execute(&bank, now)
            if let scope { bank.idempotency.finish(scope, answer) }
            return answer
        }
        if fate.webhookIsFirst { await self.deliver() }
        if fate.failsAfter { return Self.response(Self.failure(company)) }
        if fate.timesOut {
            await self.parts.pause(fate.silence)
            return Self.cut
        }
        return fate.resets ? Self.cut : Self.response(answer)
    }

    /// Nil for a query that is none.
    static func query(_ request: HTTPRequest) -> HTTPQuery? {
        // What is wrong with it is told by the code that misses something in it.
        try? request.decodeQuery()
    }

    // MARK: Whose it is

    static let idempotencyKey = HTTPFieldName("idempotency-key")
    static let testCode = HTTPFieldName("tosspayments-test-code")
    private static let replayed = HTTPFieldName("idempotent-replayed")

    private func refusal(of request: HTTPRequest, _ company: SimulatorPayment.Company) -> SimulatorAnswer? {
        let given = request.fields[.authorization] ?? ""
        switch company {
        case .toss:
            guard given.hasPrefix("Basic ") else { return Self.tossError(.toss("INCORRECT_BASIC_AUTH_FORMAT")) }
            let key = self.parts.tossSecretKey.reveal()
            let isOurs = Secret("Basic " + GatewayText.base64(key + ":")).matches(given)
            guard isOurs else { return Self.tossError(.toss("UNAUTHORIZED_KEY")) }
            guard let code = GatewayText.code(request.fields[Self.testCode]), key.hasPrefix("test_") else { return nil }
            return Self.tossError(.toss(code))
        case .stripe:
            let isOurs = Secret("Bearer " + self.parts.stripeSecretKey.reveal()).matches(given)
            if isOurs { return nil }
            return SimulatorAnswer(status: 401, body: SimulatorStripeText.errorBody("invalid_request_error", nil))
        }
    }

    // MARK: Whether it was made before

    private struct Early: Error {
        let answer: SimulatorAnswer
        var isReplay = false
    }

    private func begin(
        _ request: HTTPRequest, _ company: SimulatorPayment.Company, _ key: String
    ) -> Result<String, Early> {
        let isStripe = company == .stripe
        let lengthMax = isStripe ? StripeRequest.idempotencyKeyLengthMax : TossRequest.idempotencyKeyLengthMax
        func refuse(_ toss: String, _ stripe: (status: Int, type: String, code: String?)) -> Result<String, Early> {
            guard isStripe else { return .failure(Early(answer: Self.tossError(.toss(toss)))) }
            let body = SimulatorStripeText.errorBody(stripe.type, stripe.code)
            return .failure(Early(answer: SimulatorAnswer(status: stripe.status, body: body)))
        }
        guard (1...lengthMax).contains(key.utf8.count) else {
            return refuse("INVALID_IDEMPOTENCY_KEY", (400, "invalid_request_error", nil))
        }
        let path = String(decoding: request.path, as: UTF8.self)
        let scope = "\(company.rawValue) \(request.method.name) \(path) \(key)"
        let begun = self.withBank { bank, now in
            let time = isStripe ? bank.settings.stripeKeyTime : bank.settings.tossKeyTime
            return bank.idempotency.begin(
                scope, body: request.body, keptFor: time, comparesBody: isStripe, at: now)
        }
        switch begun {
        case .proceed: return .success(scope)
        case .replay(let answer): return .failure(Early(answer: answer, isReplay: true))
        case .running:
            return refuse(TossCodes.running, (409, "idempotency_error", "idempotency_key_in_use"))
        case .otherRequest: return refuse("INVALID_IDEMPOTENCY_KEY", (400, "idempotency_error", nil))
        case .full: return refuse("FAILED_INTERNAL_SYSTEM_PROCESSING", (429, "invalid_request_error", "rate_limit"))
        }
    }

    // MARK: Answers

    static func tossError(_ fault: SimulatorFault) -> SimulatorAnswer {
        SimulatorAnswer(
            status: fault.status, body: SimulatorTossText.bytes { SimulatorTossText.error(fault.code, to: &$0) })
    }

    private static func failure(_ company: SimulatorPayment.Company) -> SimulatorAnswer {
        switch company {
        case .toss: self.tossError(.toss("FAILED_INTERNAL_SYSTEM_PROCESSING"))
        case .stripe: SimulatorAnswer(status: 500, body: SimulatorStripeText.errorBody("api_error", nil))
        }
    }

    private static func response(_ answer: SimulatorAnswer, isReplay: Bool = false) -> HTTPResponse {
        var response = HTTPResponse(self.status(answer.status), body: .bytes(answer.body))
        response.fields.append(.contentType, "application/json")
        if isReplay { response.fields.append(self.replayed, "true") }
        return response
    }

    /// Says that it went well, and ends before it has said what.
    private static var cut: HTTPResponse {
        var response = HTTPResponse(
            .ok,
            body: .stream { writer in
                _ = writer.write([UInt8(ascii: "{")])
                writer.abort()
            })
        response.fields.append(.contentType, "application/json")
        return response
    }

    private static func status(_ code: Int) -> HTTPStatus {
        switch code {
        case 200: .ok
        case 401: .unauthorized
        case 402: .paymentRequired
        case 403: .forbidden
        case 404: .notFound
        case 409: .conflict
        case 429: .tooManyRequests
        case 500...: .internalServerError
        default: .badRequest
        }
    }
}
