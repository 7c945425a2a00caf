internal import HTTPClient
internal import Observability
internal import Primitives

/// The company's post.
extension SimulatorCompany {
    /// Companies wait about so long for a webhook's answer.
    private static let answerTime = TimeAmount.seconds(10)
    private static let restTime = TimeAmount.milliseconds(20)

    /// Sends every webhook that is due, one after another. Returns how many.
    @discardableResult package func deliver() async -> Int {
        var count = 0
        while let post = self.withBank({ bank, now in bank.nextPost(at: now) }) {
            count += 1
            if await !self.send(post) { self.withBank { bank, now in _ = bank.retry(post, at: now) } }
        }
        return count
    }

    /// Until its task is cancelled.
    package func run() async {
        while !Task.isCancelled {
            if await self.deliver() == 0 { await self.parts.pause(Self.restTime) }
        }
    }

    /// Whether it was taken: 200, nothing else.
    private func send(_ post: SimulatorPost) async -> Bool {
        // Nobody listens: it is not kept for them.
        guard let client = self.parts.client, let url = self.parts.webhookURLs[post.company].flatMap(HTTPClientURL.init)
        else { return true }
        let request = HTTPClientRequest(
            .post, url, fields: self.fields(of: post), body: post.body, isRepeatable: true, addresses: .any)
        do throws(HTTPClientError) {
            return try await client.send(request, deadline: .now + Self.answerTime).status == 200
        } catch {
            // Whatever it was, it comes again.
            return false
        }
    }

    private func fields(of post: SimulatorPost) -> [HTTPClientField] {
        let time = WallClock(unixMilliseconds: self.parts.clock().unixMilliseconds &+ post.skew)
        var fields = [HTTPClientField("content-type", "application/json")]
        switch post.company {
        case .toss:
            fields.append(HTTPClientField("tosspayments-webhook-transmission-id", post.id))
            fields.append(HTTPClientField("tosspayments-webhook-transmission-time", GatewayTime.korean(time)))
            fields.append(
                HTTPClientField("tosspayments-webhook-transmission-retried-count", "\(post.failureCount)"))
        case .stripe:
            let secret = post.isForged ? Secret("whsec_guessed") : self.parts.stripeWebhookSecret
            let seconds = Array("\(time.unixSeconds)".utf8)
            let signature = StripeWebhook.signature(seconds, post.body, secret)
            fields.append(
                HTTPClientField(
                    "stripe-signature",
                    "t=\(time.unixSeconds),v1=\(String(decoding: signature, as: UTF8.self)),v0=00"))
        }
        return fields
    }
}
