import Crypto
import Foundation
import HTTPServer
import Observability
import Postgres
import Primitives
import Reactor
import TestSupport
import Testing

@testable import Auth

/// S-01: how long an answer takes tells nobody whether there is an account.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct SignInTimingTests {
    /// Cheaper than the real ones, so that whatever else is done is a larger part of the time.
    private static let parameters = Argon2Parameters(memoryKibibytes: 1024, passCount: 1, laneCount: 1)

    @Test
    func `known and unknown accounts take the same time`() async throws {
        var limits = SignInLimits()
        limits.pair = RatePolicy(burstCount: 1_000_000, interval: .nanoseconds(1))
        limits.address = limits.pair
        limits.accountFreeCount = 1_000_000
        let rig = try AuthRig(
            signInLimits: limits, hashing: Argon2Passwords(parameters: Self.parameters))
        let client = AuthClient(rig: rig)
        _ = try await client.signUp("kim")
        let known = try #require(EmailAddress("kim@example.com"))
        var best = 0.0
        // One round in a hundred looks different by chance alone.
        for _ in 0..<4 where best <= 0.01 {
            var (knownTimes, unknownTimes): ([Int64], [Int64]) = ([], [])
            for number in 0..<1000 {
                let unknown = try #require(EmailAddress("kim\(number)@example.com"))
                // In turns, and each as often first as the other.
                let order = number % 2 == 0 ? [(known, true), (unknown, false)] : [(unknown, false), (known, true)]
                for (email, isKnown) in order {
                    let time = try await Self.time(rig, email)
                    if isKnown { knownTimes.append(time) } else { unknownTimes.append(time) }
                }
            }
            best = max(best, Self.probabilityOfEqual(knownTimes, unknownTimes))
        }
        #expect(best > 0.01)
    }

    @Test
    func `the measure tells a difference where there is one`() {
        // The same each time: chance brings them closer than is meant once in two hundred times.
        var random = SplitMix(seed: 1)
        let some = (0..<1000).map { _ in Int64.random(in: 0..<1000, using: &random) }
        let same = (0..<1000).map { _ in Int64.random(in: 0..<1000, using: &random) }
        #expect(Self.probabilityOfEqual(some, same) > 1e-6)
        #expect(Self.probabilityOfEqual(some, same.map { $0 + 100 }) < 1e-6)
    }

    private static func time(_ rig: AuthRig, _ email: EmailAddress) async throws -> Int64 {
        try await rig.onLoop {
            let start = MonotonicTime.now
            do {
                _ = try await rig.signIns.signIn(email, Secret("a wrong grape"), from: .v4(1))
                Issue.record("a wrong password was taken")
            } catch let problem as HTTPProblem {
                #expect(problem.status == .unauthorized)
            }
            return (MonotonicTime.now - start).nanoseconds
        }
    }

    /// Mann and Whitney's test, by the normal approximation: how likely so different ranks are when both are alike.
    private static func probabilityOfEqual(_ left: [Int64], _ right: [Int64]) -> Double {
        let all = (left.map { ($0, true) } + right.map { ($0, false) }).sorted { $0.0 < $1.0 }
        var rankSum = 0.0
        var start = 0
        while start < all.count {
            var end = start
            while end < all.count, all[end].0 == all[start].0 { end += 1 }
            let rank = Double(start + 1 + end) / 2
            rankSum += rank * Double(all[start..<end].count { $0.1 })
            start = end
        }
        let (leftCount, rightCount) = (Double(left.count), Double(right.count))
        let statistic = rankSum - leftCount * (leftCount + 1) / 2
        let mean = leftCount * rightCount / 2
        let deviation = (leftCount * rightCount * (leftCount + rightCount + 1) / 12).squareRoot()
        return erfc(abs(statistic - mean) / deviation / 2.0.squareRoot())
    }
}
