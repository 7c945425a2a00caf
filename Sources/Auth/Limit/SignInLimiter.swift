package import Primitives
internal import Reactor

/// Decides whether a password may be tried now: a value without clock and I/O.
///
/// Three counts, and each is there for one attack. The pair of account and address stops a guesser with one address,
/// strictly, and hurts nobody else. The address stops one who tries many accounts. The account stops one with many
/// addresses; because that could be turned against its owner, it refuses nothing: it slows down addresses that the
/// account was not used from before, and whoever waits gets an answer (OAT-015).
package struct SignInLimiter: Sendable {
    package enum Verdict: Equatable, Sendable {
        /// Go on after `delay`, and tell `end` what came of it.
        case admitted(delay: TimeAmount)
        /// Not now. Nothing has to be told to `end`.
        case refused(Reason, retryAfter: TimeAmount)
    }

    /// The words of a metric.
    package enum Reason: String, CaseIterable, Sendable {
        case pair
        case address
        case busy
        case account
    }

    package enum Outcome: Equatable, Sendable {
        case right
        case wrong
        /// Nobody looked at the password: there was no room for the work, or the database was away.
        case undecided
    }

    private let limits: SignInLimits
    private var pairs: RateTable<SignInAttempt>
    private var addresses: RateTable<SocketAddress.Host>
    private var accounts: RateTable<UInt64>
    private var known: Set<SignInAttempt> = []
    private var busyCounts: [SocketAddress.Host: Int] = [:]
    private var delayedCounts: [UInt64: Int] = [:]
    private var delayedCount = 0

    package init(_ limits: SignInLimits = SignInLimits()) {
        self.limits = limits
        self.pairs = RateTable(limits.pair, countMax: limits.pairCountMax)
        self.addresses = RateTable(limits.address, countMax: limits.addressCountMax)
        self.accounts = RateTable(limits.account, countMax: limits.accountCountMax)
    }

    /// Asks for one attempt, and counts it against its pair until `end` says that it was right.
    package mutating func begin(_ attempt: SignInAttempt, now: MonotonicTime) -> Verdict {
        if let wait = self.pairs.wait(attempt, now: now) { return .refused(.pair, retryAfter: wait) }
        if let wait = self.addresses.wait(attempt.address, now: now) { return .refused(.address, retryAfter: wait) }
        guard self.busyCounts[attempt.address, default: 0] < self.limits.busyCountPerAddressMax else {
            return .refused(.busy, retryAfter: .seconds(2))
        }
        let delay = self.delay(of: attempt, now: now)
        if delay.nanoseconds > 0 {
            guard self.delayedCount < self.limits.delayedCountMax,
                self.delayedCounts[attempt.account, default: 0] < self.limits.delayedCountPerAccountMax
            else { return .refused(.account, retryAfter: self.limits.delayMax) }
            self.delayedCount += 1
            self.delayedCounts[attempt.account, default: 0] += 1
        }
        self.pairs.charge(attempt, now: now)
        self.busyCounts[attempt.address, default: 0] += 1
        return .admitted(delay: delay)
    }

    /// The time that `begin` asked for is over.
    package mutating func delayEnded(_ attempt: SignInAttempt) {
        self.delayedCount -= 1
        Self.decrement(&self.delayedCounts, attempt.account)
    }

    /// What came of an attempt that was admitted. Comes exactly once for each.
    package mutating func end(_ attempt: SignInAttempt, _ outcome: Outcome, now: MonotonicTime) {
        Self.decrement(&self.busyCounts, attempt.address)
        switch outcome {
        case .right:
            self.pairs.clear(attempt)
            self.remember(attempt)
        case .wrong:
            self.addresses.charge(attempt.address, now: now)
            self.accounts.charge(attempt.account, now: now)
        case .undecided:
            self.pairs.refund(attempt, now: now)
        }
    }

    /// Everything that is remembered, counted: for tests and metrics.
    package var entryCount: Int {
        self.pairs.count + self.addresses.count + self.accounts.count + self.known.count + self.busyCounts.count
            + self.delayedCounts.count
    }

    private func delay(of attempt: SignInAttempt, now: MonotonicTime) -> TimeAmount {
        guard !self.known.contains(attempt) else { return .nanoseconds(0) }
        let excess = self.accounts.level(attempt.account, now: now) - self.limits.accountFreeCount
        guard excess > 0 else { return .nanoseconds(0) }
        return min(.nanoseconds(self.limits.delayStep.nanoseconds &* Int64(excess)), self.limits.delayMax)
    }

    private mutating func remember(_ attempt: SignInAttempt) {
        guard !self.known.contains(attempt) else { return }
        if self.known.count >= self.limits.knownCountMax { _ = self.known.popFirst() }
        self.known.insert(attempt)
    }

    private static func decrement<Key>(_ counts: inout [Key: Int], _ key: Key) {
        guard let count = counts[key] else { return }
        counts[key] = count > 1 ? count - 1 : nil
    }
}
