internal import Crypto
internal import HTTPClient
internal import Observability
internal import Primitives

/// Asks one provider: for its description and keys, which are kept, for tokens, and for who somebody is.
final class ProviderConnection: Sendable {
    /// For one question. Signing in asks two or three.
    static let answerTime = TimeAmount.seconds(5)
    private static let documentByteCountMax = 256 * 1024
    private static let answerByteCountMax = 64 * 1024

    let provider: SocialProvider
    private let client: HTTPClient
    private let description: SharedDocument<ProviderEndpoints>
    private let keys: SharedDocument<ProviderKeys>
    private let fetched: @Sendable (_ isGood: Bool) -> Void

    /// `fetched` is told of every document that was asked for.
    init(
        _ provider: SocialProvider, client: HTTPClient, clock: @escaping @Sendable () -> MonotonicTime,
        fetched: @escaping @Sendable (_ isGood: Bool) -> Void
    ) {
        self.provider = provider
        self.client = client
        self.description = SharedDocument(clock: clock)
        self.keys = SharedDocument(clock: clock)
        self.fetched = fetched
    }

    func endpoints() async throws(SocialFault) -> ProviderEndpoints {
        if let fixed = self.provider.fixedEndpoints { return fixed }
        return try await self.description.value { () throws(SocialFault) in
            guard let url = self.provider.discovery else { throw .answerMalformed }
            return try await self.document(url) { bytes throws(SocialFault) in
                try ProviderEndpoints(bytes, of: self.provider)
            }
        }
    }

    /// The key that a token names; nil when the provider has none of that name, also after asking again.
    func key(_ id: String?) async throws(SocialFault) -> RS256PublicKey? {
        guard let url = try await self.endpoints().keys else { return nil }
        for lacksSomething in [false, true] {
            let keys = try await self.keys.value(lacksSomething: lacksSomething) { () throws(SocialFault) in
                try await self.document(url) { bytes throws(SocialFault) in try ProviderKeys(bytes) }
            }
            if let key = keys.key(id) { return key }
        }
        return nil
    }

    /// Trades a code for tokens (RFC 6749 §4.1.3, RFC 7636 §4.5). A code is good for once, so this is never repeated.
    func tokens(
        code: String, verifier: String, state: String, redirect: String
    ) async throws(SocialFault) -> ProviderTokens {
        let endpoints = try await self.endpoints()
        var pairs = [
            (name: "grant_type", value: "authorization_code"), (name: "code", value: code),
            (name: "redirect_uri", value: redirect), (name: "code_verifier", value: verifier),
        ]
        var fields = [
            HTTPClientField("content-type", "application/x-www-form-urlencoded"),
            HTTPClientField("accept", "application/json"),
        ]
        let provider = self.provider
        if provider.shape == .naver { pairs.append((name: "state", value: state)) }
        if let secret = provider.clientSecret?.reveal(), !endpoints.secretIsInBody {
            let text = FormText.escape(provider.clientID) + ":" + FormText.escape(secret)
            fields.append(HTTPClientField("authorization", "Basic " + Self.base64(text)))
        } else {
            pairs.append((name: "client_id", value: provider.clientID))
            if let secret = provider.clientSecret?.reveal() { pairs.append((name: "client_secret", value: secret)) }
        }
        let response = try await self.send(
            HTTPClientRequest(
                .post, endpoints.token, fields: fields, body: Array(FormText.encode(pairs).utf8),
                addresses: provider.addresses(for: endpoints.token), bodyByteCountMax: Self.answerByteCountMax))
        return try ProviderTokens(status: response.status, response.body)
    }

    /// What the provider says of whoever an access token is of.
    func person(_ url: HTTPClientURL, _ token: Secret<String>) async throws(SocialFault) -> ProviderJSON {
        let response = try await self.send(
            HTTPClientRequest(
                .get, url,
                fields: [
                    HTTPClientField("authorization", "Bearer " + token.reveal()),
                    HTTPClientField("accept", "application/json"),
                ], addresses: self.provider.addresses(for: url), bodyByteCountMax: Self.answerByteCountMax))
        guard response.status == 200 else { throw .providerRefused }
        guard let json = ProviderJSON(response.body) else { throw .answerMalformed }
        return json
    }

    // MARK: Helpers

    private func document<Value>(
        _ url: HTTPClientURL, _ read: ([UInt8]) throws(SocialFault) -> Value
    ) async throws(SocialFault) -> (Value, TimeAmount?) {
        do throws(SocialFault) {
            let response = try await self.send(
                HTTPClientRequest(
                    .get, url, fields: [HTTPClientField("accept", "application/json")],
                    addresses: self.provider.addresses(for: url), bodyByteCountMax: Self.documentByteCountMax))
            guard response.status == 200 else { throw .providerRefused }
            let value = try read(response.body)
            self.fetched(true)
            return (value, Self.freshTime(response.first("cache-control") ?? ""))
        } catch {
            self.fetched(false)
            throw error
        }
    }

    private func send(_ request: HTTPClientRequest) async throws(SocialFault) -> HTTPClientResponse {
        let response: HTTPClientResponse
        do throws(HTTPClientError) {
            response = try await self.client.send(request, deadline: .now + Self.answerTime)
        } catch {
            switch error.code {
            case .headTooLarge, .bodyTooLarge, .responseMalformed: throw .answerMalformed
            default: throw .providerUnreachable
            }
        }
        // One that is there and cannot is as good as away.
        guard response.status < 500, response.status != 429 else { throw .providerUnreachable }
        return response
    }

    /// `max-age` of a `cache-control` (RFC 9111 §5.2.2.1).
    static func freshTime(_ control: String) -> TimeAmount? {
        for part in control.utf8.split(separator: UInt8(ascii: ",")) {
            let word = part.drop { $0 == 0x20 || $0 == 0x09 }
            guard word.starts(with: "max-age=".utf8) else { continue }
            let digits = word.dropFirst(8).prefix { $0 != 0x20 && $0 != 0x09 }
            return DecimalText.parse(digits).map { .seconds(Int64(min($0, 1 << 32))) }
        }
        return nil
    }

    private static func base64(_ text: String) -> String {
        let encoded = Base64Text.plain.encode(Array(text.utf8))
        let padding = (4 - encoded.count % 4) % 4
        return String(decoding: encoded, as: UTF8.self) + String(repeating: "=", count: padding)
    }
}
