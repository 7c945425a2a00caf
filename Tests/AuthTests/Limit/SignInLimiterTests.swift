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
            self.attempt(&limiter, self.attempt(1, 1), .right(member: 1), now: self.start)
                == .refused(.pair, retryAfter: .seconds(30)))
        // Its owner comes from elsewhere and does not notice.
        #expect(
            self.attempt(&limiter, self.attempt(1, 2), .right(member: 1), now: self.start)
                == .admitted(delay: .nanoseconds(0)))
    }

    @Test
    func `the right password takes back what the wrong ones before it cost`() {
        var limiter = SignInLimiter()
        for _ in 0..<20 {
            for _ in 0..<4 { _ = self.attempt(&limiter, self.attempt(1, 1), .wrong, now: self.start) }
            guard case .admitted = self.attempt(&limiter, self.attempt(1, 1), .right(member: 1), now: self.start) else {
                break
            }
        }
        // The address has its own count, which 80 wrong ones have used up for accounts that are not known there.
        #expect(
            self.attempt(&limiter, self.attempt(2, 1), .right(member: 1), now: self.start)
                == .refused(.address, retryAfter: .seconds(5)))
        #expect(
            self.attempt(&limiter, self.attempt(1, 1), .right(member: 1), now: self.start)
                == .admitted(delay: .nanoseconds(0)))
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
            self.attempt(&limiter, self.attempt(1, 999), .right(member: 1), now: self.start)
                == .admitted(delay: .seconds(4)))
        // From where it was signed in before, it goes as fast as ever.
        #expect(
            self.attempt(&limiter, self.attempt(1, 999), .right(member: 1), now: self.start)
                == .admitted(delay: .nanoseconds(0)))
        // Another account does not notice at all.
        #expect(
            self.attempt(&limiter, self.attempt(2, 1), .right(member: 1), now: self.start)
                == .admitted(delay: .nanoseconds(0)))
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
            guard case .admitted = limiter.begin(self.attempt(1, UInt32(address) << 8), now: self.start) else {
                Issue.record("\(address) should wait")
                return
            }
        }
        let one = self.attempt(1, 300)
        #expect(limiter.begin(one, now: self.start) == .refused(.account, retryAfter: .seconds(4)))
        limiter.delayEnded(self.attempt(1, 200 << 8))
        #expect(limiter.begin(one, now: self.start) == .admitted(delay: .seconds(4)))
    }

    @Test
    func `one block of networks keeps nobody else from waiting`() {
        var limiter = SignInLimiter()
        for number in 0..<240 {
            let attempt = SignInAttempt(account: 1, address: .v6(high: 0x2001_0db8_0001_0000 + UInt64(number), low: 1))
            _ = self.attempt(&limiter, attempt, .wrong, now: self.start)
        }
        var verdicts: [SignInLimiter.Verdict] = []
        for number in 0..<240 {
            let attempt = SignInAttempt(account: 1, address: .v6(high: 0x2001_0db8_0001_0000 + UInt64(number), low: 1))
            verdicts.append(limiter.begin(attempt, now: self.start))
        }
        #expect(verdicts.count { $0 == .admitted(delay: .seconds(4)) } == 2)
        #expect(verdicts.count { $0 == .refused(.account, retryAfter: .seconds(4)) } == 238)
        let owner = SignInAttempt(account: 1, address: .v6(high: 0x2001_0db8_0002_0000, low: 1))
        #expect(limiter.begin(owner, now: self.start) == .admitted(delay: .seconds(4)))
        // IPv4 has blocks too; a place that was given back is another's.
        for host in 1...2 {
            _ = limiter.begin(self.attempt(1, 0x0a00_0000 + UInt32(host)), now: self.start)
        }
        let third = self.attempt(1, 0x0a00_0003)
        #expect(limiter.begin(third, now: self.start) == .refused(.account, retryAfter: .seconds(4)))
        #expect(limiter.begin(self.attempt(1, 0x0a00_0103), now: self.start) == .admitted(delay: .seconds(4)))
        limiter.delayEnded(self.attempt(1, 0x0a00_0001))
        #expect(limiter.begin(third, now: self.start) == .admitted(delay: .seconds(4)))
    }

    @Test
    func `where an account is known only its own tries count, and it is looked up only where that matters`() {
        var limiter = SignInLimiter()
        let owner = self.attempt(1, 1)
        #expect(limiter.wantsLookUp(owner, now: self.start) == false)
        // A neighbour at the same address, and many strangers.
        for account in 100..<160 {
            _ = self.attempt(&limiter, self.attempt(UInt64(account), 1), .wrong, now: self.start)
        }
        #expect(limiter.begin(owner, now: self.start) == .refused(.address, retryAfter: .seconds(5)))
        for address in 1...200 {
            let stranger = self.attempt(1, UInt32(address) << 8)
            _ = self.attempt(&limiter, stranger, .wrong, now: self.start)
            _ = limiter.begin(stranger, now: self.start)
        }
        let elsewhere = self.attempt(1, 0x0b00_0001)
        #expect(limiter.begin(elsewhere, now: self.start) == .refused(.account, retryAfter: .seconds(4)))
        for attempt in [owner, elsewhere] { #expect(limiter.wantsLookUp(attempt, now: self.start) == true) }
        limiter.remember(owner, of: 1)
        #expect(limiter.wantsLookUp(owner, now: self.start) == false)
        for _ in 0..<5 {
            #expect(self.attempt(&limiter, owner, .wrong, now: self.start) == .admitted(delay: .nanoseconds(0)))
        }
        #expect(limiter.begin(owner, now: self.start) == .refused(.pair, retryAfter: .seconds(30)))
        // What ends his sessions ends this too, and nobody else's.
        limiter.remember(elsewhere, of: 2)
        limiter.forget(1)
        #expect(limiter.begin(owner, now: self.start + .seconds(60)) == .refused(.account, retryAfter: .seconds(4)))
        #expect(limiter.wantsLookUp(elsewhere, now: self.start) == false)
        limiter.forget(2)
        // Looking up has its own bound.
        let count = (0..<1000).count { _ in limiter.wantsLookUp(elsewhere, now: self.start) }
        #expect(count == 59)
    }

    @Test
    func `two thousand people behind one address all get in`() {
        var limiter = SignInLimiter()
        for account in 1...2000 {
            #expect(
                self.attempt(&limiter, self.attempt(UInt64(account), 1), .right(member: 1), now: self.start)
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
            let outcome: SignInLimiter.Outcome = number % 3 == 0 ? .right(member: Int64(number)) : .wrong
            _ = self.attempt(&limiter, self.attempt(UInt64(number), UInt32(number)), outcome, now: now)
            now = now + .milliseconds(10)
        }
        #expect(limiter.entryCount <= 500)
    }
}
