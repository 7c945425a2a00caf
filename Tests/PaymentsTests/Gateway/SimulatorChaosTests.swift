import Commerce
import HTTPServer
import Primitives
import Reactor
import Synchronization
import Testing

@testable import Payments

/// Each thing that can go wrong does, alone and always, over real HTTP, and is told for what it is.
@Suite("A company where everything goes wrong", .timeLimit(.minutes(3))) struct SimulatorChaosTests {
    private static func only(_ knob: WritableKeyPath<SimulatorChaos, Double>) -> SimulatorChaos {
        var chaos = SimulatorChaos()
        chaos[keyPath: knob] = 1
        return chaos
    }

    /// From now on: what went before went well.
    private func turn(_ rig: GatewayRig, _ knob: WritableKeyPath<SimulatorChaos, Double>?) {
        rig.company.withBank { bank, _ in bank.chaos = knob.map(Self.only) ?? SimulatorChaos() }
    }

    @Test("every knob is in the list, by its name") func listed() {
        let names = Mirror(reflecting: SimulatorChaos()).children.filter { $0.value is Double }.compactMap(\.label)
        #expect(Set(SimulatorChaos.knobs.map(\.name)) == Set(names))
        for knob in SimulatorChaos.knobs {
            #expect(SimulatorChaos.everything(0.5)[keyPath: knob.path] == 0.5, "\(knob.name)")
        }
    }

    @Test(
        "an answer that is lost is unknown, the same key gets it, and the money moved once",
        arguments: [
            ("commitThenTimeout", "timed-out"), ("answerThenReset", "connection-lost"),
            ("failAfterCommit", "company-failed"),
        ], ["toss", "stripe"])
    func lost(_ knob: (name: String, reason: String), company: String) async throws {
        var limits = GatewayLimits()
        limits.writeTime = .seconds(2)
        let rig = try GatewayRig(limits: limits)
        let gateway: any PaymentGateway = company == "toss" ? rig.toss : rig.stripe
        let path = try #require(SimulatorChaos.knobs.first { $0.name == knob.name }).path
        let attempt = try await rig.authenticated(gateway, GatewayRig.order())
        rig.company.withBank { bank, _ in
            bank.chaos = Self.only(path)
            bank.chaos.silence = .seconds(4)
        }
        #expect(await gateway.confirm(attempt).word == "unknown \(knob.reason)")
        #expect(rig.book(attempt.orderID) == SimulatorBook(captured: 99_000))
        self.turn(rig, nil)
        #expect(await gateway.fetch(attempt.payment).word == "found paid")
        #expect(await gateway.confirm(attempt).word == "approved")
        #expect(rig.book(attempt.orderID) == SimulatorBook(captured: 99_000))
        // A refund is lost the same way, and found by its number.
        let snapshot = try #require(await gateway.fetch(attempt.payment).snapshot)
        let refund = GatewayRig.refund(snapshot, 9000, number: 41)
        rig.company.withBank { bank, _ in
            bank.chaos = Self.only(path)
            bank.chaos.silence = .seconds(4)
        }
        #expect(await gateway.refund(refund).word == "unknown \(knob.reason)")
        self.turn(rig, nil)
        #expect(await gateway.fetchRefund(refund).word == "refunded")
        #expect(await gateway.refund(refund).word == "refunded")
        #expect(rig.book(attempt.orderID) == SimulatorBook(captured: 99_000, refunded: 9000))
    }

    @Test("a failure before is unknown, and the next try is the first") func failBefore() async throws {
        let rig = try GatewayRig()
        let attempt = try await rig.authenticated(rig.toss, GatewayRig.order())
        self.turn(rig, \.failBeforeCommit)
        #expect(await rig.toss.confirm(attempt).word == "unknown company-failed")
        #expect(await rig.toss.fetch(attempt.payment).word == "unknown company-failed")
        #expect(rig.book(attempt.orderID) == nil)
        self.turn(rig, nil)
        #expect(await rig.toss.fetch(attempt.payment).word == "found open")
        #expect(await rig.toss.confirm(attempt).word == "approved")
    }

    @Test("while a request runs, its twin is told so") func running() async throws {
        let rig = try GatewayRig()
        let attempt = try await rig.authenticated(rig.toss, GatewayRig.order())
        let intent = try await rig.authenticated(rig.stripe, GatewayRig.order("podo-000002"))
        rig.company.withBank { bank, _ in
            bank.chaos.latencyMin = .milliseconds(400)
            bank.chaos.latencyMax = .milliseconds(400)
        }
        for (gateway, attempt) in [(rig.toss as any PaymentGateway, attempt), (rig.stripe, intent)] {
            let words = await withTaskGroup(of: String.self) { group in
                for _ in 0..<2 { group.addTask { await gateway.confirm(attempt).word } }
                return await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(words == ["approved", "unknown still-running"])
            #expect(await gateway.confirm(attempt).word == "approved")
            #expect(rig.book(attempt.orderID) == SimulatorBook(captured: 99_000))
        }
    }

    @Test("latency is between its two ends") func latency() async throws {
        let rig = try GatewayRig()
        rig.company.withBank { bank, _ in
            bank.chaos.latencyMin = .milliseconds(50)
            bank.chaos.latencyMax = .milliseconds(60)
            for _ in 0..<100 { #expect((50...60).contains(bank.fate(isWrite: true).latency.milliseconds)) }
        }
        let began = MonotonicTime.now
        _ = await rig.toss.fetch(GatewayPaymentKey(orderID: "podo-000001", providerKey: nil))
        #expect(MonotonicTime.now - began >= .milliseconds(50))
    }

    @Test("a webhook comes once; twice with one number; not at all; or beside a forged one") func webhooks()
        async throws
    {
        for (knob, count) in [(nil, 1), (\.webhookDuplicated, 2), (\.webhookMissing, 0), (\.webhookForged, 2)]
            as [(WritableKeyPath<SimulatorChaos, Double>?, Int)]
        {
            let rig = try GatewayRig()
            self.turn(rig, knob)
            let paid = try await rig.paid(rig.toss, GatewayRig.order())
            rig.forward(.seconds(1))
            let hints = await rig.webhooks().compactMap(\.hint)
            #expect(hints.count == count)
            #expect(hints.allSatisfy { $0.orderID == paid.orderID && !$0.isVerified(by: nil) })
            #expect(Set(hints.map(\.eventKey)).count == (knob == \.webhookDuplicated ? 1 : count))
        }
    }

    @Test("a forged webhook of Stripe's is refused, a forged deposit is not believed") func forged() async throws {
        let rig = try GatewayRig()
        let attempt = try await rig.authenticated(rig.stripe, GatewayRig.order())
        _ = await rig.webhooks()
        self.turn(rig, \.webhookForged)
        #expect(await rig.stripe.confirm(attempt).word == "approved")
        let webhooks = await rig.webhooks()
        #expect(webhooks.compactMap(\.refusal) == [.signatureWrong])
        #expect(webhooks.compactMap(\.hint?.eventType) == ["payment_intent.succeeded"])
        let waiting = try await rig.paid(rig.toss, GatewayRig.order("podo-000002", method: .virtualAccount))
        let secret = try #require(waiting.deposit?.secret)
        try rig.company.withBank { bank, now in try bank.deposit(waiting.providerKey, at: now) }
        let deposits = await rig.webhooks().compactMap(\.hint).filter { $0.subject == .deposit }
        #expect(deposits.map { $0.isVerified(by: secret) } == [false, true])
    }

    @Test("a webhook may come before the answer, and after its followers") func order() async throws {
        let rig = try GatewayRig()
        let attempt = try await rig.authenticated(rig.toss, GatewayRig.order())
        self.turn(rig, \.webhookFirst)
        #expect(await rig.toss.confirm(attempt).word == "approved")
        // Nobody has asked for the post to be delivered: it was there before the answer.
        #expect(rig.received.withLock { $0.count } == 1)
        rig.received.withLock { $0 = [] }
        self.turn(rig, \.webhookReordered)
        let other = try await rig.paid(rig.toss, GatewayRig.order("podo-000002"))
        self.turn(rig, nil)
        _ = await rig.toss.refund(GatewayRig.refund(other, 1000))
        rig.forward(.milliseconds(100))
        await rig.company.deliver()
        rig.forward(.seconds(3))
        await rig.company.deliver()
        let states = rig.received.withLock { $0.map { String(decoding: $0.body, as: UTF8.self) } }.map {
            $0.contains("\"PARTIAL_CANCELED\"") ? "part" : "done"
        }
        #expect(states == ["part", "done"])
    }

    @Test("after DONE may come ABORTED, and reading tells the truth") func contradiction() async throws {
        let rig = try GatewayRig()
        self.turn(rig, \.abortedAfterDone)
        let paid = try await rig.paid(rig.toss, GatewayRig.order())
        #expect(await rig.webhooks().count == 1)
        rig.forward(.milliseconds(46))
        await rig.company.deliver()
        let text = rig.received.withLock { $0.map { String(decoding: $0.body, as: UTF8.self) } }
        #expect(text.count == 1 && text.allSatisfy { $0.contains("\"ABORTED\"") })
        let key = GatewayPaymentKey(orderID: paid.orderID, providerKey: paid.providerKey)
        #expect(await rig.toss.fetch(key).word == "found paid")
    }

    @Test("a refund that is done fails later, and the money is back", arguments: ["toss", "stripe"])
    func refundFails(company: String) async throws {
        let rig = try GatewayRig()
        let gateway: any PaymentGateway = company == "toss" ? rig.toss : rig.stripe
        let paid = try await rig.paid(gateway, GatewayRig.order())
        _ = await rig.webhooks()
        self.turn(rig, \.refundFailsLater)
        let refund = GatewayRig.refund(paid, 99_000, number: 9)
        #expect(await gateway.refund(refund).word == "refunded")
        #expect(rig.book(paid.orderID) == SimulatorBook(captured: 99_000, refunded: 99_000))
        _ = await rig.webhooks()
        rig.forward(.seconds(31))
        let hint = try #require(await rig.webhooks().compactMap(\.hint).first)
        #expect(hint.subject == .refund && hint.refundKey != nil)
        #expect(await gateway.fetchRefund(refund).word.hasPrefix("refused"))
        #expect(rig.book(paid.orderID) == SimulatorBook(captured: 99_000, refunded: 0))
        #expect(await gateway.fetch(refund.payment).word == "found paid")
    }

    @Test("a part cannot be given back where only the whole can") func partForbidden() async throws {
        let rig = try GatewayRig()
        self.turn(rig, \.partialCancelForbidden)
        let paid = try await rig.paid(rig.toss, GatewayRig.order())
        #expect(await rig.toss.refund(GatewayRig.refund(paid, 1)).word == "refused NOT_ALLOWED_PARTIAL_REFUND")
        #expect(await rig.toss.refund(GatewayRig.refund(paid, 99_000, number: 2)).word == "refunded")
        let other = try await rig.paid(rig.stripe, GatewayRig.order("podo-000002"))
        #expect(await rig.stripe.refund(GatewayRig.refund(other, 1)).word == "refused charge_not_refundable")
    }

    @Test("a deposit comes after its time, and one turns out to be none") func deposits() async throws {
        let rig = try GatewayRig()
        self.turn(rig, \.depositAfterDue)
        let late = try await rig.paid(rig.toss, GatewayRig.order("podo-000001", method: .virtualAccount))
        #expect(late.status == .awaitingDeposit)
        rig.forward(.seconds(Int64(GatewayOrder.depositHoursMax) * 3600))
        let key = GatewayPaymentKey(orderID: late.orderID, providerKey: late.providerKey)
        #expect(await rig.toss.fetch(key).word == "found failed")
        rig.forward(.seconds(3601))
        #expect(await rig.toss.fetch(key).word == "found paid")
        #expect(rig.book(late.orderID)?.kept == 99_000)
        self.turn(rig, \.depositError)
        let wrong = try await rig.paid(rig.toss, GatewayRig.order("podo-000002", method: .virtualAccount))
        try rig.company.withBank { bank, now in try bank.deposit(wrong.providerKey, at: now) }
        let wrongKey = GatewayPaymentKey(orderID: wrong.orderID, providerKey: wrong.providerKey)
        #expect(await rig.toss.fetch(wrongKey).word == "found paid")
        rig.forward(.seconds(31))
        #expect(await rig.toss.fetch(wrongKey).word == "found awaitingDeposit")
        #expect(rig.book(wrong.orderID)?.kept == 0)
        let last = try #require(await rig.webhooks().compactMap(\.hint).last)
        #expect(last.subject == .deposit && last.isVerified(by: wrong.deposit?.secret))
    }

    @Test("somebody refunds by hand, and a buyer's bank disputes") func outside() async throws {
        let rig = try GatewayRig()
        self.turn(rig, \.externalRefund)
        let paid = try await rig.paid(rig.toss, GatewayRig.order())
        rig.forward(.seconds(31))
        let key = GatewayPaymentKey(orderID: paid.orderID, providerKey: paid.providerKey)
        // All of it or a part, as chance has it; the rest is given back so that nothing is left.
        let by = try #require(await rig.toss.fetch(key).snapshot)
        #expect(by.cancels.count == 1 && by.balance.amount < by.total.amount)
        rig.company.withBank { bank, now in bank.refundExternally(paid.providerKey, amount: nil, at: now) }
        let after = try #require(await rig.toss.fetch(key).snapshot)
        #expect(after.status == .refunded && after.balance == Money(0))
        // It is not ours, whatever its amount.
        #expect(await rig.toss.fetchRefund(GatewayRig.refund(paid, 99_000)) == .absent)
        #expect(await rig.toss.refund(GatewayRig.refund(paid, 99_000)).word == "unknown code-unclear")
        self.turn(rig, \.dispute)
        let other = try await rig.paid(rig.stripe, GatewayRig.order("podo-000002"))
        rig.forward(.seconds(31))
        #expect(await rig.webhooks().compactMap(\.hint?.subject).contains(.dispute))
        let otherKey = GatewayPaymentKey(orderID: other.orderID, providerKey: other.providerKey)
        #expect(await rig.stripe.fetch(otherKey).snapshot?.cancels.map(\.isChargeback) == [true])
    }

    @Test("a clock that is off by more than five minutes is refused, and the next try is not") func skew() async throws
    {
        let rig = try GatewayRig()
        rig.company.withBank { bank, _ in
            bank.chaos = Self.only(\.clockSkewed)
            for _ in 0..<200 {
                let now = WallClock(unixMilliseconds: 1_750_000_000_000)
                let distance = bank.stamp(now).unixMilliseconds - now.unixMilliseconds
                #expect((-300_000...300_000).contains(distance))
            }
            bank.chaos.clockSkewMax = .seconds(86_400)
        }
        rig.hookStatus.withLock { $0 = .badRequest }
        let attempt = try await rig.authenticated(rig.stripe, GatewayRig.order())
        let webhooks = await rig.webhooks()
        #expect(webhooks.compactMap(\.refusal) == [.signatureOld])
        #expect(await rig.stripe.confirm(attempt).word == "approved")
    }

    @Test("a webhook that is not taken comes again, seven times, later and later") func retries() async throws {
        let rig = try GatewayRig()
        rig.hookStatus.withLock { $0 = .internalServerError }
        _ = try await rig.paid(rig.toss, GatewayRig.order())
        var counts: [Int] = [await rig.webhooks().count]
        for minutes in SimulatorBank.retryMinutes {
            rig.forward(.seconds(minutes * 60 - 1))
            #expect(await rig.webhooks().isEmpty)
            rig.forward(.seconds(1))
            counts.append(await rig.webhooks().count)
        }
        #expect(counts == [1, 1, 1, 1, 1, 1, 1, 1])
        rig.forward(.seconds(30 * 86_400))
        #expect(await rig.webhooks().isEmpty)
        #expect(rig.company.withBank { bank, _ in bank.waitingPostCount } == 0)
    }

    @Test("the post goes out by itself until it is told to stop") func run() async throws {
        let rig = try GatewayRig()
        let company = rig.company
        let post = Task(executorPreference: rig.group.loops[0]) { await company.run() }
        _ = try await rig.paid(rig.toss, GatewayRig.order())
        let end = MonotonicTime.now + .seconds(20)
        while rig.received.withLock({ $0.isEmpty }), MonotonicTime.now < end {
            _ = await rig.toss.fetch(GatewayPaymentKey(orderID: "podo-000001", providerKey: nil))
        }
        #expect(rig.received.withLock { $0.count } == 1)
        post.cancel()
        await post.value
    }

    @Test("with everything at once, reading again ends with the company's own books", arguments: [11, 12, 13])
    func everything(seed: UInt64) async throws {
        var limits = GatewayLimits()
        limits.writeTime = .seconds(1)
        limits.readTime = .seconds(2)
        let rig = try GatewayRig(limits: limits, seed: seed)
        for number in 0..<12 {
            let gateway: any PaymentGateway = number.isMultiple(of: 2) ? rig.toss : rig.stripe
            self.turn(rig, nil)
            let attempt = try await rig.authenticated(gateway, GatewayRig.order("podo-00\(1000 + number)"))
            rig.company.withBank { bank, _ in
                bank.chaos = .everything(0.3)
                bank.chaos.silence = .milliseconds(1500)
            }
            // What a merchant does who takes unknown for unknown: the same again, and then reading.
            var outcome = await gateway.confirm(attempt)
            for _ in 0..<40 {
                guard case .unknown = outcome else { break }
                outcome = await gateway.confirm(attempt)
            }
            #expect(outcome.word == "approved")
            #expect(rig.book(attempt.orderID)?.captured == 99_000)
            var reading = await gateway.fetch(attempt.payment)
            for _ in 0..<40 where reading.snapshot == nil { reading = await gateway.fetch(attempt.payment) }
            #expect(reading.snapshot?.balance.amount == rig.book(attempt.orderID)?.kept)
        }
    }
}
