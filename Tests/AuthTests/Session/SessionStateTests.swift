import Primitives
import Testing

@testable import Auth

struct SessionStateTests {
    private static let first = [UInt8](repeating: 1, count: 32)
    private static let second = [UInt8](repeating: 2, count: 32)
    private static let third = [UInt8](repeating: 3, count: 32)
    private static let home = [UInt8](repeating: 7, count: 16)
    private static let elsewhere = [UInt8](repeating: 8, count: 16)
    private static let rotatedAt = WallClock(unixMilliseconds: 1_800_000_000_000)

    /// The second token is the last one, since `rotatedAt`, for somebody at home.
    private var state = SessionState(
        generation: 1, tokenHash: Self.second, previousHash: Self.first, rotatedAt: Self.rotatedAt,
        rotatedFor: Self.home, repeatCount: 0,
        expiresAt: WallClock(unixMilliseconds: 1_800_000_000_000 + 86_400_000), isRevoked: false)

    private func judge(
        _ state: SessionState, _ hash: [UInt8], _ network: [UInt8] = SessionStateTests.home, after milliseconds: Int64
    ) -> SessionState.Verdict {
        state.judge(
            hash: hash, network: network,
            now: WallClock(unixMilliseconds: Self.rotatedAt.unixMilliseconds + milliseconds), limits: SessionLimits())
    }

    @Test
    func `the last token is rotated, from anywhere`() {
        #expect(self.judge(self.state, Self.second, after: 0) == .rotate)
        #expect(self.judge(self.state, Self.second, Self.elsewhere, after: 3_600_000) == .rotate)
    }

    @Test
    func `the one before is repeated at once, from the same network, for some pages`() {
        #expect(self.judge(self.state, Self.first, after: 0) == .repeatLast)
        #expect(self.judge(self.state, Self.first, after: 10_000) == .repeatLast)
        #expect(self.judge(self.state, Self.first, after: 10_001) == .reuse)
        #expect(self.judge(self.state, Self.first, Self.elsewhere, after: 1) == .reuse)
        var repeated = self.state
        repeated.repeatCount = 7
        #expect(self.judge(repeated, Self.first, after: 1) == .repeatLast)
        repeated.repeatCount = 8
        #expect(self.judge(repeated, Self.first, after: 1) == .tooOften)
        // What would be a reuse is one, however often there were others.
        #expect(self.judge(repeated, Self.first, after: 10_001) == .reuse)
        #expect(self.judge(repeated, Self.first, Self.elsewhere, after: 1) == .reuse)
        #expect(self.judge(repeated, Self.second, after: 1) == .rotate)
    }

    @Test
    func `an older token, or one that never was, is a reuse`() {
        #expect(self.judge(self.state, Self.third, after: 1) == .reuse)
        var fresh = self.state
        fresh.previousHash = nil
        #expect(self.judge(fresh, Self.first, after: 1) == .reuse)
    }

    @Test
    func `nothing goes on in a session that is over`() {
        var over = self.state
        over.isRevoked = true
        for hash in [Self.first, Self.second, Self.third] { #expect(self.judge(over, hash, after: 1) == .over) }
        #expect(self.judge(self.state, Self.second, after: 86_400_000) == .over)
        #expect(self.judge(self.state, Self.first, after: 86_400_000) == .over)
    }
}
