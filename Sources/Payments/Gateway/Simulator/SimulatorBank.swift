package import Commerce
package import Primitives

/// The simulated company itself: payments, their states, its books. A value that does nothing by itself: time comes in
/// with every call, chance from the seed, and what it wants to tell lies in `posts`.
package struct SimulatorBank: Sendable {
    package struct Settings: Sendable {
        /// From the checkout on, until the buyer has authenticated (Toss).
        package var checkoutTime = TimeAmount.seconds(30 * 60)
        /// From there on, until it is confirmed.
        package var authenticationTime = TimeAmount.seconds(10 * 60)
        /// Until it is captured (Stripe).
        package var authorizationTime = TimeAmount.seconds(7 * 86_400)
        package var depositTime = TimeAmount.seconds(3 * 86_400)
        /// Keys of Toss, and of Stripe.
        package var tossKeyTime = TimeAmount.seconds(15 * 86_400)
        package var stripeKeyTime = TimeAmount.seconds(86_400)
        package var feeBasisPoints: Int64 = 250
        package var cardAmountMin: Int64 = 100
        package var paymentCountMax = 250_000
        /// Of one payment.
        package var cancelCountMax = 100
        /// Where its pages are; a payment's key follows.
        package var pageBase = ""
        /// Whoever comes to the page has paid already and is sent back at once: for programs that are buyers.
        package var approvesAtOnce = false
        /// Of webhooks that wait; further ones are lost, as they may be.
        package var postCountMax = 100_000

        package init() {}
    }

    package internal(set) var settings: Settings
    package var chaos: SimulatorChaos
    package internal(set) var payments: [String: SimulatorPayment] = [:]
    package internal(set) var movements: [SimulatorMovement] = []
    var keyOfOrder: [String: String] = [:]
    var idempotency = SimulatorIdempotency()
    /// In the order of their times.
    var happenings: [SimulatorHappening] = []
    var posts: [SimulatorPost] = []
    private var random: FastRandom

    package init(settings: Settings = Settings(), chaos: SimulatorChaos = SimulatorChaos(), seed: UInt64) {
        self.settings = settings
        self.chaos = chaos
        self.random = FastRandom(seed: seed)
    }

    package func payment(ofOrder orderID: String) -> SimulatorPayment? {
        self.keyOfOrder[orderID].flatMap { self.payments[$0] }
    }

    // MARK: Chance

    /// A number is drawn for a knob that is in use only, so that turning one does not change what the others do.
    mutating func draw(_ knob: KeyPath<SimulatorChaos, Double>) -> Bool {
        let chance = self.chaos[keyPath: knob]
        return chance > 0 && Double.random(in: 0..<1, using: &self.random) < chance
    }

    mutating func drawTime(_ range: ClosedRange<Int64>) -> Int64 { Int64.random(in: range, using: &self.random) }

    mutating func makeKey(_ prefix: String, count: Int = 24) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
        var bytes = Array(prefix.utf8)
        for _ in 0..<count { bytes.append(letters[Int.random(in: letters.indices, using: &self.random)]) }
        return String(decoding: bytes, as: UTF8.self)
    }

    mutating func fate(isWrite: Bool) -> SimulatorFate {
        var fate = SimulatorFate()
        let (low, high) = (self.chaos.latencyMin.milliseconds, self.chaos.latencyMax.milliseconds)
        if high > 0 { fate.latency = .milliseconds(self.drawTime(min(low, high)...high)) }
        fate.failsBefore = self.draw(\.failBeforeCommit)
        guard isWrite else { return fate }
        fate.failsAfter = self.draw(\.failAfterCommit)
        fate.timesOut = self.draw(\.commitThenTimeout)
        fate.resets = self.draw(\.answerThenReset)
        fate.webhookIsFirst = self.draw(\.webhookFirst)
        fate.silence = self.chaos.silence
        return fate
    }

    /// What the company's clock says when ours says `now`.
    mutating func stamp(_ now: WallClock) -> WallClock {
        guard self.draw(\.clockSkewed) else { return now }
        let most = max(self.chaos.clockSkewMax.milliseconds, 0)
        return WallClock(unixMilliseconds: now.unixMilliseconds &+ self.drawTime(-most...most))
    }

    // MARK: Paying

    /// Begins a payment; the same order again is the same payment as long as nothing has come of it.
    package mutating func create(_ request: SimulatorCreation, at now: WallClock) throws(SimulatorFault)
        -> SimulatorPayment
    {
        self.advance(to: now)
        guard request.isValid else { throw .toss("INVALID_REQUEST") }
        guard request.total.amount >= self.settings.cardAmountMin else { throw .toss("BELOW_MINIMUM_AMOUNT") }
        if let known = self.payment(ofOrder: request.orderID) {
            guard known.state == .ready, known.total == request.total, known.company == request.company else {
                throw .toss("DUPLICATED_ORDER_ID")
            }
            return known
        }
        guard self.payments.count < self.settings.paymentCountMax else {
            throw SimulatorFault(status: 429, code: "TOO_MANY_REQUESTS")
        }
        let isStripe = request.company == .stripe
        let key = request.key ?? self.makeKey(isStripe ? "pi_" : "tgen_")
        let payment = SimulatorPayment(
            key: key, company: request.company, orderID: request.orderID, orderName: request.orderName,
            isVirtualAccount: request.isVirtualAccount, total: request.total, successURL: request.successURL,
            failURL: request.failURL, secret: self.makeKey(isStripe ? key + "_secret_" : "ps_", count: 20),
            requestedAt: now, metadata: request.metadata, depositTime: request.depositTime,
            isPartialCancelable: !self.draw(\.partialCancelForbidden), lastTransactionKey: self.makeKey(""))
        self.payments[key] = payment
        self.keyOfOrder[request.orderID] = key
        // Stripe's intents have all the time there is.
        if !isStripe { self.schedule(.checkoutEnds, key, after: self.settings.checkoutTime, now) }
        return payment
    }

    /// The buyer's part is done: it can be confirmed.
    package mutating func authenticate(_ key: String, at now: WallClock) throws(SimulatorFault) -> SimulatorPayment {
        self.advance(to: now)
        guard var payment = self.payments[key], payment.state == .ready || payment.state == .inProgress else {
            throw .toss("NOT_FOUND_PAYMENT_SESSION")
        }
        guard payment.state == .ready else { return payment }
        payment.state = .inProgress
        payment.authenticatedAt = now
        payment.failureCode = nil
        self.payments[key] = payment
        let isStripe = payment.company == .stripe
        self.schedule(
            .authenticationEnds, key,
            after: isStripe ? self.settings.authorizationTime : self.settings.authenticationTime, now)
        if isStripe { self.tell(.authorized, of: payment, at: now) }
        return payment
    }

    /// The buyer's bank has said no, or the buyer.
    package mutating func decline(_ key: String, code: String, at now: WallClock) throws(SimulatorFault) {
        self.advance(to: now)
        guard var payment = self.payments[key], payment.state == .ready else {
            throw .toss("NOT_FOUND_PAYMENT_SESSION")
        }
        payment.failureCode = code
        // An intent of Stripe's may be paid with another card.
        if payment.company == .toss { payment.state = .aborted }
        self.payments[key] = payment
        self.tell(.aborted, of: payment, at: now)
    }

    /// Takes the money, or makes the account number that it is to be transferred to.
    package mutating func confirm(
        _ key: String, orderID: String, total: Money, at now: WallClock
    ) throws(SimulatorFault) -> SimulatorPayment {
        self.advance(to: now)
        guard var payment = self.payments[key], payment.orderID == orderID else { throw .toss("NOT_FOUND_PAYMENT") }
        switch payment.state {
        case .inProgress: break
        case .ready, .expired, .aborted: throw .toss("NOT_FOUND_PAYMENT_SESSION")
        case .waitingForDeposit, .done, .partlyCanceled, .canceled: throw .toss("ALREADY_PROCESSED_PAYMENT")
        }
        guard payment.total == total else { throw .toss("INVALID_REQUEST") }
        if let code = SimulatorMagic.code(of: payment) {
            if case .declined = TossCodes.confirming(code) {
                // An intent of Stripe's may be paid with another card.
                payment.state = payment.company == .stripe ? .ready : .aborted
                payment.authenticatedAt = nil
                payment.failureCode = code
                self.payments[key] = payment
                self.tell(.aborted, of: payment, at: now)
            }
            throw .toss(code)
        }
        if payment.isVirtualAccount {
            payment.state = .waitingForDeposit
            payment.accountNumber = "X" + self.makeKey("", count: 12)
            let time = payment.depositTime ?? self.settings.depositTime
            payment.dueAt = WallClock(unixMilliseconds: now.unixMilliseconds &+ time.milliseconds)
            self.payments[key] = payment
            self.schedule(.depositIsDue, key, after: time, now)
            return payment
        }
        self.capture(&payment, at: now)
        return payment
    }

    /// The money is here.
    mutating func capture(_ payment: inout SimulatorPayment, at now: WallClock) {
        payment.state = .done
        payment.approvedAt = self.stamp(now)
        payment.lastTransactionKey = self.move(.capture, payment.total.amount, of: payment, at: now)
        self.payments[payment.key] = payment
        self.tell(.captured, of: payment, at: now)
        if self.draw(\.abortedAfterDone) { self.tell(.abortedFalsely, of: payment, at: now) }
        if payment.isVirtualAccount, self.draw(\.depositError) {
            self.schedule(.depositFails, payment.key, after: .seconds(self.drawTime(1...30)), now)
        }
        if self.draw(\.externalRefund) {
            self.schedule(.externalRefund, payment.key, after: .seconds(self.drawTime(1...30)), now)
        }
        if self.draw(\.dispute) {
            self.schedule(.dispute, payment.key, after: .seconds(self.drawTime(1...30)), now)
        }
    }
}

/// What a merchant asks for.
package struct SimulatorCreation: Sendable {
    package var company: SimulatorPayment.Company
    package var orderID: String
    package var orderName: String
    package var isVirtualAccount: Bool
    package var total: Money
    package var successURL: String
    package var failURL: String
    package var metadata: [String: String] = [:]
    /// Of one that was known before; nil for a new one.
    package var key: String?
    /// How long the account number of a transfer is good for; nil for as long as the company likes.
    package var depositTime: TimeAmount?

    package init(
        company: SimulatorPayment.Company, orderID: String, orderName: String, isVirtualAccount: Bool = false,
        total: Money, successURL: String = "", failURL: String = ""
    ) {
        self.company = company
        self.orderID = orderID
        self.orderName = orderName
        self.isVirtualAccount = isVirtualAccount
        self.total = total
        self.successURL = successURL
        self.failURL = failURL
    }

    /// 6 to 64 letters, digits, `-` and `_`, and an amount that anything can cost.
    var isValid: Bool {
        let isOrder =
            (6...64).contains(self.orderID.utf8.count)
            && self.orderID.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
        return isOrder && (1...Money.amountMax).contains(self.total.amount)
    }
}
