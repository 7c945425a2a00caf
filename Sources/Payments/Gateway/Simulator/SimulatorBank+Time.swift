internal import Commerce
package import Primitives

/// Something that will happen at the company without anybody asking for it.
struct SimulatorHappening: Sendable {
    enum What: Equatable, Sendable {
        case checkoutEnds, authenticationEnds, depositIsDue, depositArrivesLate, depositFails, externalRefund, dispute,
            disputeEnds
        case refundFails(String)
    }

    let at: WallClock
    let paymentKey: String
    let what: What
}

extension SimulatorBank {
    mutating func schedule(
        _ what: SimulatorHappening.What, _ key: String, after time: TimeAmount, _ now: WallClock
    ) {
        let at = WallClock(unixMilliseconds: now.unixMilliseconds &+ time.milliseconds)
        // Most are later than all others.
        let index = (self.happenings.lastIndex { $0.at <= at } ?? -1) + 1
        self.happenings.insert(SimulatorHappening(at: at, paymentKey: key, what: what), at: index)
    }

    /// Does all that should have happened by now, in order.
    package mutating func advance(to now: WallClock) {
        // What happens may make other things happen. Many at once are taken out at once.
        while true {
            let due = Array(self.happenings.prefix { $0.at <= now })
            guard !due.isEmpty else { return }
            self.happenings.removeFirst(due.count)
            for happening in due { self.happen(happening) }
        }
    }

    private mutating func happen(_ happening: SimulatorHappening) {
        let key = happening.paymentKey
        guard var payment = self.payments[key] else { return }
        switch happening.what {
        case .checkoutEnds where payment.state == .ready, .authenticationEnds where payment.state == .inProgress:
            payment.state = payment.company == .stripe ? .canceled : .expired
            self.payments[key] = payment
            self.tell(payment.company == .stripe ? .voided : .expired, of: payment, at: happening.at)
        case .depositIsDue where payment.state == .waitingForDeposit:
            payment.state = .expired
            self.payments[key] = payment
            self.tell(.expired, of: payment, at: happening.at)
            if self.draw(\.depositAfterDue) {
                self.schedule(.depositArrivesLate, key, after: .seconds(self.drawTime(1...3600)), happening.at)
            }
        case .depositArrivesLate where payment.state == .expired: self.capture(&payment, at: happening.at)
        case .depositFails where payment.state == .done:
            _ = self.move(.captureReversed, payment.total.amount, of: payment, at: happening.at)
            payment.state = .waitingForDeposit
            payment.approvedAt = nil
            self.payments[key] = payment
            self.tell(.depositReversed, of: payment, at: happening.at)
        case .externalRefund:
            // All of it, or a part.
            let amount = self.drawTime(0...1) == 0 ? nil : self.drawTime(1...max(payment.balance, 1))
            self.refundExternally(key, amount: amount, at: happening.at)
        case .dispute:
            self.openDispute(key, at: happening.at)
            self.schedule(.disputeEnds, key, after: .seconds(self.drawTime(1...60)), happening.at)
        case .disputeEnds: self.closeDispute(key, isWon: self.drawTime(0...1) == 1, at: happening.at)
        case .refundFails(let cancelKey): self.failRefund(cancelKey, of: key, at: happening.at)
        case .checkoutEnds, .authenticationEnds, .depositIsDue, .depositArrivesLate, .depositFails: break
        }
    }

    /// The buyer transfers the money.
    package mutating func deposit(_ key: String, at now: WallClock) throws(SimulatorFault) {
        self.advance(to: now)
        guard var payment = self.payments[key], payment.state == .waitingForDeposit else {
            throw .toss("NOT_FOUND_PAYMENT")
        }
        self.capture(&payment, at: now)
    }
}
