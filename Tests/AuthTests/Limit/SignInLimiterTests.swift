import Primitives
import Reactor
import Testing

@testable import Auth

struct SignInLimiterTests {
    private let start = MonotonicTime(nanoseconds: 1_000_000_000_000)

    private func attempt(_ account: UInt64, _ address: UInt32) -> SignInAttempt {
        SignInAttempt(account: account, address: .v4(address))
    }

    /// What came of one try; waits as it is told to.
    private func attempt(
        _ limiter: inout SignInLimiter, _ attempt: SignInAttempt, _ outcome: SignInLimiter.Outcome, now: MonotonicTime
    ) -> SignInLimiter.Verdict {
        let verdict = limiter.begin(attempt, now: now)
        if case .admitted(let delay) = verdict {
            if delay.nanoseconds > 0 { limiter.delayEnded(attempt) }
            limiter.end(attempt, outcome, now: now)
        }
        return verdict
    }

    @Test
    func `one address has five tries at an account, and then has to wait`() {
        var limiter = SignInLimiter()
        for _ in 0..<5 {
            #expect(
                self.attempt(&limiter, self.attempt(1, 1), .wrong, now: self.start)
                    == .admitted(delay: .nanoseconds(0)))
        }
        #expect(
            self.attempt(&limiter, self.attempt(1, 1), .right, now: self.start)
                == .refused(.pair, retryAfter: .seconds(30)))
        // Its owner comes from elsewhere and does not notice.
        #expect(
            self.attempt(&limiter, self.attempt(1, 2), .right, now: self.start)
                == .admitted(delay: .nanoseconds(0)))
    }

    @Test
    func `the right password takes back what the wrong ones before it cost`() {
        var limiter = SignInLimiter()
        for _ in 0..<20 {
            for _ in 0..<4 { _ = self.attempt(&limiter, self.attempt(1, 1), .wrong, now: self.start) }
            guard case .admitted = self.attempt(&limiter, self.attempt(1, 1), .right, now: self.start) else { break }
        }
        // The address has its own count, which 80 wrong ones have used up.
        #expect(
            self.attempt(&limiter, self.attempt(1, 1), .right, now: self.start)
                == .refused(.address, retryAfter: .seconds(5)))
    }

    @Test
    func `two hundred addresses slow an account down and never lock it`() {
        var limiter = SignInLimiter()
        var delays: [TimeAmount] = []
        for address in 1...200 {
            let verdict = self.attempt(&limiter, self.attempt(1, UInt32(address)), .wrong, now: self.start)
            guard case .admitted(let delay) = verdict else {
                Issue.record("refused from a new address: \(verdict)")
                return
            }
            delays.append(delay)
        }
        #expect(delays.prefix(10).allSatisfy { $0.nanoseconds == 0 })
        #expect(delays.last == .seconds(4))
        #expect(
            self.attempt(&limiter, self.attempt(1, 999), .right, now: self.start) == .admitted(delay: .seconds(4)))
        // From where it was signed in before, it goes as fast as ever.
        #expect(
            self.attempt(&limiter, self.attempt(1, 999), .right, now: self.start)
                == .admitted(delay: .nanoseconds(0)))
        // Another account does not notice at all.
        #expect(
            self.attempt(&limiter, self.attempt(2, 1), .right, now: self.start) == .admitted(delay: .nanoseconds(0)))
    }

    @Test
    func `of an account under attack only so many tries wait at once`() {
        var limits = SignInLimits()
        limits.delayedCountPerAccountMax = 3
        var limiter = SignInLimiter(limits)
        for address in 1...100 {
            _ = self.attempt(&limiter, self.attempt(1, UInt32(address)), .wrong, now: self.start)
        }
        for address in 200...202 {
            guard case .admitted = limiter.begin(self.attempt(1, UInt32(address)), now: self.start) else {
                Issue.record("\(address) should wait")
                return
            }
        }
        let one = self.attempt(1, 300)
        #expect(limiter.begin(one, now: self.start) == .refused(.account, retryAfter: .seconds(4)))
        limiter.delayEnded(self.attempt(1, 200))
        #expect(limiter.begin(one, now: self.start) == .admitted(delay: .seconds(4)))
    }

    @Test
    func `one address cannot keep everybody's place`() {
        var limits = SignInLimits()
        limits.busyCountPerAddressMax = 4
        var limiter = SignInLimiter(limits)
        for account in 1...4 {
            _ = limiter.begin(self.attempt(UInt64(account), 1), now: self.start)
        }
        #expect(limiter.begin(self.attempt(5, 1), now: self.start) == .refused(.busy, retryAfter: .seconds(2)))
        #expect(limiter.begin(self.attempt(5, 2), now: self.start) == .admitted(delay: .nanoseconds(0)))
        limiter.end(self.attempt(1, 1), .right, now: self.start)
        #expect(limiter.begin(self.attempt(5, 1), now: self.start) == .admitted(delay: .nanoseconds(0)))
    }

    @Test
    func `two thousand people behind one address all get in`() {
        var limiter = SignInLimiter()
        for account in 1...2000 {
            #expect(
                self.attempt(&limiter, self.attempt(UInt64(account), 1), .right, now: self.start)
                    == .admitted(delay: .nanoseconds(0)))
        }
    }

    @Test
    func `a try that nobody looked at costs nothing`() {
        var limiter = SignInLimiter()
        for _ in 0..<50 {
            #expect(
                self.attempt(&limiter, self.attempt(1, 1), .undecided, now: self.start)
                    == .admitted(delay: .nanoseconds(0)))
        }
        #expect(limiter.entryCount == 0)
    }

    @Test
    func `networks of IPv6 count as one`() {
        let first = SignInAttempt(account: 1, address: .v6(high: 7, low: 1))
        let second = SignInAttempt(account: 1, address: .v6(high: 7, low: 0xffff))
        #expect(first == second)
        #expect(first != SignInAttempt(account: 1, address: .v6(high: 8, low: 1)))
    }

    @Test
    func `however many come, what is remembered has a bound`() {
        var limits = SignInLimits()
        limits.pairCountMax = 100
        limits.addressCountMax = 100
        limits.accountCountMax = 100
        limits.knownCountMax = 100
        var limiter = SignInLimiter(limits)
        var now = self.start
        for number in 0..<5000 {
            let outcome: SignInLimiter.Outcome = number % 3 == 0 ? .right : .wrong
            _ = self.attempt(&limiter, self.attempt(UInt64(number), UInt32(number)), outcome, now: now)
            now = now + .milliseconds(10)
        }
        #expect(limiter.entryCount <= 400)
    }
}
