internal import HTTPClient
internal import Primitives

/// The way to one company: sends one request and tells what came back, or why nothing did.
struct GatewayConnection: Sendable {
    enum Reply: Sendable {
        case answer(GatewayAnswer)
        case none(GatewayDoubt)
    }

    let client: HTTPClient
    /// Scheme, host and what all paths begin with; no slash at the end.
    let base: String
    let limits: GatewayLimits
    let addresses: HTTPClientAddresses

    /// Nil when the base is no URL that requests can go to.
    init?(_ base: String, client: HTTPClient, limits: GatewayLimits, addresses: HTTPClientAddresses) {
        guard HTTPClientURL(base + "/") != nil else { return nil }
        self.client = client
        self.base = base
        self.limits = limits
        self.addresses = addresses
    }

    func get(_ path: String, fields: [HTTPClientField], byteCountMax: Int? = nil) async -> Reply {
        await self.send(
            .get, path, fields, [], isRepeatable: true, time: self.limits.readTime,
            byteCountMax: byteCountMax ?? self.limits.documentByteCountMax)
    }

    /// `isMoney`: takes as long as a bank does.
    func post(
        _ path: String, fields: [HTTPClientField], body: [UInt8], isRepeatable: Bool, isMoney: Bool = true
    ) async -> Reply {
        await self.send(
            .post, path, fields, body, isRepeatable: isRepeatable,
            time: isMoney ? self.limits.writeTime : self.limits.readTime,
            byteCountMax: self.limits.documentByteCountMax)
    }

    private func send(
        _ method: HTTPClientRequest.Method, _ path: String, _ fields: [HTTPClientField], _ body: [UInt8],
        isRepeatable: Bool, time: TimeAmount, byteCountMax: Int
    ) async -> Reply {
        // A key of the company's or a browser's stands in the path: it may be anything, so the URL may be none.
        guard let url = HTTPClientURL(self.base + path) else { return .none(.notAsked("url")) }
        let request = HTTPClientRequest(
            method, url, fields: fields, body: body, isRepeatable: isRepeatable, addresses: self.addresses,
            bodyByteCountMax: byteCountMax)
        do throws(HTTPClientError) {
            let response = try await self.client.send(request, deadline: .now + time)
            return .answer(GatewayAnswer(status: response.status, body: response.body, byteCountMax: byteCountMax))
        } catch {
            return .none(Self.doubt(error))
        }
    }

    static func doubt(_ error: HTTPClientError) -> GatewayDoubt {
        let code = error.code.name.description
        guard error.mayHaveBeenReceived else { return GatewayDoubt(.notSent, code: code) }
        switch error.code {
        case .timedOut: return GatewayDoubt(.timedOut, code: code)
        case .headTooLarge, .bodyTooLarge, .responseMalformed: return GatewayDoubt(.unreadable, code: code)
        default: return GatewayDoubt(.connectionLost, code: code)
        }
    }
}

/// What a company has answered, before anybody has understood it. Pure parsing begins here.
struct GatewayAnswer: Sendable {
    let status: Int
    let body: [UInt8]
    let byteCountMax: Int

    init(status: Int, body: [UInt8], byteCountMax: Int = GatewayLimits().documentByteCountMax) {
        self.status = status
        self.body = body
        self.byteCountMax = byteCountMax
    }

    var json: GatewayJSON? { GatewayJSON(self.body, byteCountMax: self.byteCountMax) }

    /// Why an answer without a code that means something is no answer.
    func doubt(_ code: String? = nil) -> GatewayDoubt {
        switch self.status {
        case 429: GatewayDoubt(.throttled, code: code ?? "429")
        case 500...: GatewayDoubt(.companyFailed, code: code ?? "\(self.status)")
        case 401, 403: GatewayDoubt(.misconfigured, code: code ?? "\(self.status)")
        default:
            code == nil ? GatewayDoubt(.unreadable, code: "\(self.status)") : GatewayDoubt(.codeUnclear, code: code)
        }
    }
}
