internal import HTTPServer
internal import Primitives

/// What has happened to a payment, as far as the company tells anybody.
enum SimulatorEvent: Equatable, Sendable {
    case authorized, captured, aborted, expired, voided, depositReversed
    /// Told, and not so.
    case abortedFalsely
    case refunded(String)
    case refundFailed(String)
    /// What of a dispute, in Stripe's words.
    case disputed(String)
}

/// A webhook that waits for its time.
struct SimulatorPost: Sendable {
    /// Of the event: the same when it is sent again.
    let id: String
    let company: SimulatorPayment.Company
    let eventType: String
    let body: [UInt8]
    /// Nobody of the company has sent it: its signature is wrong.
    let isForged: Bool
    /// How far the company's clock is from ours, in milliseconds.
    let skew: Int64
    var due: WallClock
    var failureCount = 0
}

extension SimulatorBank {
    /// Tried again so many minutes later, as Toss does; then given up.
    static let retryMinutes: [Int64] = [1, 4, 16, 64, 256, 1024, 4096]
    /// DONE and ABORTED have been seen so near to each other.
    private static let contradictionMilliseconds: Int64 = 46

    mutating func tell(_ event: SimulatorEvent, of payment: SimulatorPayment, at now: WallClock) {
        switch payment.company {
        case .toss: self.tellToss(event, of: payment, at: now)
        case .stripe: self.tellStripe(event, of: payment, at: now)
        }
    }

    private mutating func tellToss(_ event: SimulatorEvent, of payment: SimulatorPayment, at now: WallClock) {
        let createdAt = self.stamp(now)
        func change(_ status: String? = nil, total: Int64? = nil) -> [UInt8] {
            SimulatorTossText.statusChanged(payment, status: status, total: total, at: createdAt, self.settings)
        }
        switch event {
        case .authorized, .voided, .disputed: break
        case .captured:
            self.post("PAYMENT_STATUS_CHANGED", payment, change(), forged: change("CANCELED", total: 1), at: now)
            guard payment.isVirtualAccount else { return }
            self.post(
                "DEPOSIT_CALLBACK", payment, SimulatorTossText.deposit(payment, secret: payment.secret, at: createdAt),
                forged: SimulatorTossText.deposit(payment, secret: "ps_guessed", at: createdAt), at: now)
        case .aborted, .expired, .refunded:
            self.post("PAYMENT_STATUS_CHANGED", payment, change(), forged: change("DONE"), at: now)
        case .abortedFalsely:
            let later = WallClock(unixMilliseconds: now.unixMilliseconds &+ Self.contradictionMilliseconds)
            self.post("PAYMENT_STATUS_CHANGED", payment, change("ABORTED"), forged: change("ABORTED"), at: later)
        case .refundFailed(let key):
            guard let cancel = payment.cancels.first(where: { $0.key == key }) else { return }
            let body = SimulatorTossText.cancelChanged(cancel, of: payment, at: createdAt)
            self.post("CANCEL_STATUS_CHANGED", payment, body, forged: change("CANCELED"), at: now)
        case .depositReversed:
            self.post(
                "DEPOSIT_CALLBACK", payment, SimulatorTossText.deposit(payment, secret: payment.secret, at: createdAt),
                forged: SimulatorTossText.deposit(payment, secret: "ps_guessed", at: createdAt), at: now)
        }
    }

    private mutating func tellStripe(_ event: SimulatorEvent, of payment: SimulatorPayment, at now: WallClock) {
        let intent = SimulatorStripeText.bytes { SimulatorStripeText.intent(payment, isExpanded: false, to: &$0) }
        func refund(_ key: String) -> [UInt8] {
            guard let cancel = payment.cancels.first(where: { $0.key == key }) else { return intent }
            return SimulatorStripeText.bytes { SimulatorStripeText.refund(cancel, of: payment, to: &$0) }
        }
        let charge = SimulatorStripeText.bytes { SimulatorStripeText.charge(payment, to: &$0) }
        let told: [(type: String, object: [UInt8])]
        switch event {
        case .authorized: told = [("payment_intent.amount_capturable_updated", intent)]
        case .captured: told = [("payment_intent.succeeded", intent)]
        case .aborted, .abortedFalsely: told = [("payment_intent.payment_failed", intent)]
        case .expired, .voided: told = [("payment_intent.canceled", intent)]
        case .refunded(let key): told = [("refund.created", refund(key)), ("charge.refunded", charge)]
        case .refundFailed(let key): told = [("refund.failed", refund(key))]
        case .disputed(let what): told = [("charge.dispute." + what, SimulatorStripeText.dispute(payment))]
        case .depositReversed: told = []
        }
        for (type, object) in told {
            let id = self.makeKey("evt_")
            let body = SimulatorStripeText.event(id: id, type: type, object: object, at: self.stamp(now))
            self.post(type, payment, body, id: id, forged: body, at: now)
        }
    }

    // MARK: The post

    private mutating func post(
        _ type: String, _ payment: SimulatorPayment, _ body: [UInt8], id: String? = nil, forged: [UInt8],
        at now: WallClock
    ) {
        let id = id ?? self.makeKey("wh_")
        if self.draw(\.webhookForged) {
            self.enqueue(type, payment, forged, id: self.makeKey("wh_"), isForged: true, at: now, delay: 0)
        }
        guard !self.draw(\.webhookMissing) else { return }
        let delay = self.draw(\.webhookReordered) ? self.drawTime(200...2000) : 0
        self.enqueue(type, payment, body, id: id, isForged: false, at: now, delay: delay)
        guard self.draw(\.webhookDuplicated) else { return }
        let apart = self.drawTime(0...100)
        self.enqueue(type, payment, body, id: id, isForged: false, at: now, delay: delay + apart)
    }

    private mutating func enqueue(
        _ type: String, _ payment: SimulatorPayment, _ body: [UInt8], id: String, isForged: Bool, at now: WallClock,
        delay: Int64
    ) {
        let skew = self.stamp(now).unixMilliseconds &- now.unixMilliseconds
        self.insert(
            SimulatorPost(
                id: id, company: payment.company, eventType: type, body: body, isForged: isForged, skew: skew,
                due: WallClock(unixMilliseconds: now.unixMilliseconds &+ delay)))
    }

    private mutating func insert(_ post: SimulatorPost) {
        guard self.posts.count < self.settings.postCountMax else { return }
        let index = (self.posts.lastIndex { $0.due <= post.due } ?? -1) + 1
        self.posts.insert(post, at: index)
    }

    /// The next one whose time has come, in order of time.
    mutating func nextPost(at now: WallClock) -> SimulatorPost? {
        self.advance(to: now)
        guard let first = self.posts.first, first.due <= now else { return nil }
        return self.posts.removeFirst()
    }

    /// It was not taken: once more, later and later. False when that was the last time.
    mutating func retry(_ post: SimulatorPost, at now: WallClock) -> Bool {
        // A forger tries once.
        guard !post.isForged, Self.retryMinutes.indices.contains(post.failureCount) else { return false }
        var again = post
        again.failureCount += 1
        again.due = WallClock(
            unixMilliseconds: now.unixMilliseconds &+ Self.retryMinutes[post.failureCount] * 60_000)
        self.insert(again)
        return true
    }

    /// Webhooks that wait, those that will be tried again included.
    package var waitingPostCount: Int { self.posts.count }
}
