package import Primitives
internal import Reactor

/// Decides whether a password may be tried now: a value without clock and I/O.
///
/// Three counts, and each is there for one attack. The pair of account and address stops a guesser with one address,
/// strictly, and hurts nobody else. The address stops one who tries many accounts. The account stops one with many
/// addresses; because that could be turned against its owner (OAT-015), it slows down instead of refusing, and only so
/// many may wait.
///
/// The pair alone counts for addresses that the account was signed in from before, so whatever strangers do, its owner
/// comes in from there.
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
        case account
    }

    package enum Outcome: Equatable, Sendable {
        case right(member: Int64)
        case wrong
        /// Nobody looked at the password: there was no room for the work, or the database was away.
        case undecided
    }

    private let limits: SignInLimits
    private var pairs: RateTable<SignInAttempt>
    private var addresses: RateTable<SocketAddress.Host>
    private var accounts: RateTable<UInt64>
    private var lookUps: RateTable<SocketAddress.Host>
    private var known: [SignInAttempt: Int64] = [:]
    private var knownOfMembers: [Int64: Set<SignInAttempt>] = [:]
    private var delayedOfAccounts: PlaceCounts<UInt64>
    private var delayedOfAccountsInBlocks: PlaceCounts<SignInAttempt>
    private var delayedOfBlocks: PlaceCounts<SocketAddress.Host>
    private var delayedCount = 0

    package init(_ limits: SignInLimits = SignInLimits()) {
        self.limits = limits
        self.pairs = RateTable(limits.pair, countMax: limits.pairCountMax)
        self.addresses = RateTable(limits.address, countMax: limits.addressCountMax)
        self.accounts = RateTable(limits.account, countMax: limits.accountCountMax)
        self.lookUps = RateTable(limits.lookUp, countMax: limits.addressCountMax)
        self.delayedOfAccounts = PlaceCounts(countMax: limits.delayedCountPerAccountMax)
        self.delayedOfAccountsInBlocks = PlaceCounts(countMax: limits.delayedCountPerAccountAndBlockMax)
        self.delayedOfBlocks = PlaceCounts(countMax: limits.delayedCountPerBlockMax)
    }

    /// Whether it is to be looked up if the account is signed in at this address: it makes a difference, and is not
    /// remembered. Who has looked calls `remember` if it is.
    package mutating func wantsLookUp(_ attempt: SignInAttempt, now: MonotonicTime) -> Bool {
        guard self.known[attempt] == nil, self.pairs.wait(attempt, now: now) == nil,
            self.addresses.wait(attempt.address, now: now) != nil || self.delay(of: attempt, now: now).nanoseconds > 0,
            self.lookUps.wait(attempt.address, now: now) == nil
        else { return false }
        self.lookUps.charge(attempt.address, now: now)
        return true
    }

    /// The account, which is this member's, was signed in at this address.
    package mutating func remember(_ attempt: SignInAttempt, of member: Int64) {
        if self.known.count >= self.limits.knownCountMax, let old = self.known.first?.key { self.forget(old) }
        self.forget(attempt)
        self.known[attempt] = member
        self.knownOfMembers[member, default: []].insert(attempt)
    }

    /// The sessions of the member were ended: perhaps somebody had them whom nobody wants to favour.
    package mutating func forget(_ member: Int64) {
        for attempt in self.knownOfMembers.removeValue(forKey: member) ?? [] { self.known[attempt] = nil }
    }

    private mutating func forget(_ attempt: SignInAttempt) {
        guard let member = self.known.removeValue(forKey: attempt) else { return }
        self.knownOfMembers[member]?.remove(attempt)
        if self.knownOfMembers[member]?.isEmpty == true { self.knownOfMembers[member] = nil }
    }

    /// Asks for one attempt, and counts it against its pair until `end` says that it was right.
    package mutating func begin(_ attempt: SignInAttempt, now: MonotonicTime) -> Verdict {
        if let wait = self.pairs.wait(attempt, now: now) { return .refused(.pair, retryAfter: wait) }
        var delay = TimeAmount.nanoseconds(0)
        if self.known[attempt] == nil {
            if let wait = self.addresses.wait(attempt.address, now: now) {
                return .refused(.address, retryAfter: wait)
            }
            delay = self.delay(of: attempt, now: now)
            if delay.nanoseconds > 0, !self.takeDelayedPlace(attempt) {
                return .refused(.account, retryAfter: self.limits.delayMax)
            }
        }
        self.pairs.charge(attempt, now: now)
        return .admitted(delay: delay)
    }

    private mutating func takeDelayedPlace(_ attempt: SignInAttempt) -> Bool {
        let block = attempt.address.block
        guard self.delayedCount < self.limits.delayedCountMax, self.delayedOfAccounts.hasRoom(attempt.account),
            self.delayedOfBlocks.hasRoom(block), self.delayedOfAccountsInBlocks.hasRoom(attempt.ofBlock)
        else { return false }
        self.delayedCount += 1
        self.delayedOfAccounts.take(attempt.account)
        self.delayedOfBlocks.take(block)
        self.delayedOfAccountsInBlocks.take(attempt.ofBlock)
        return true
    }

    /// The time that `begin` asked for is over.
    package mutating func delayEnded(_ attempt: SignInAttempt) {
        self.delayedCount -= 1
        self.delayedOfAccounts.giveBack(attempt.account)
        self.delayedOfAccountsInBlocks.giveBack(attempt.ofBlock)
        self.delayedOfBlocks.giveBack(attempt.address.block)
    }

    /// What came of an attempt that was admitted. Comes exactly once for each.
    package mutating func end(_ attempt: SignInAttempt, _ outcome: Outcome, now: MonotonicTime) {
        switch outcome {
        case .right(let member):
            self.pairs.clear(attempt)
            self.remember(attempt, of: member)
        case .wrong:
            self.addresses.charge(attempt.address, now: now)
            self.accounts.charge(attempt.account, now: now)
        case .undecided:
            self.pairs.refund(attempt, now: now)
        }
    }

    /// Everything that is remembered, counted: for tests and metrics.
    package var entryCount: Int {
        self.pairs.count + self.addresses.count + self.accounts.count + self.lookUps.count + self.known.count
            + self.delayedOfAccounts.keyCount + self.delayedOfAccountsInBlocks.keyCount + self.delayedOfBlocks.keyCount
    }

    private func delay(of attempt: SignInAttempt, now: MonotonicTime) -> TimeAmount {
        let excess = self.accounts.level(attempt.account, now: now) - self.limits.accountFreeCount
        guard excess > 0 else { return .nanoseconds(0) }
        return min(.nanoseconds(self.limits.delayStep.nanoseconds &* Int64(excess)), self.limits.delayMax)
    }
}
