internal import HTTPServer
package import Observability
internal import Primitives
package import Reactor
internal import Synchronization

/// Hashes passwords away from the loops: so many at once, so many waiting, and whoever comes on top of that is told
/// when to come again. So is who has all the places already that one block of networks may have.
///
/// For an account that does not exist the same work is done, against a hash that nothing matches.
package final class PasswordWork: Sendable {
    private let hashing: any PasswordHashing
    private let limits: PasswordLimits
    private let pool: BlockingPool
    private let decoy: String
    /// What one hash takes, in nanoseconds, as it was lately.
    private let usualNanoseconds = Atomic<Int>(50_000_000)
    private let random: Mutex<FastRandom>
    /// Of hashes that wait or are computed.
    private let places: Mutex<PlaceCounts<SocketAddress.Host>>
    private let metrics: AuthMetrics

    /// Makes one hash, which takes some 20 ms: while the process starts, not on a loop.
    package init(_ hashing: any PasswordHashing, limits: PasswordLimits, metrics: AuthMetrics) throws {
        self.hashing = hashing
        self.limits = limits
        self.metrics = metrics
        var random = SystemRandomNumberGenerator()
        self.decoy = try hashing.hash((0..<4).flatMap { _ in "\(random.next() as UInt64)".utf8 })
        self.random = Mutex(FastRandom())
        self.places = Mutex(PlaceCounts(countMax: limits.waitingCountPerBlockMax))
        self.pool = BlockingPool(
            name: "password", threadCount: limits.threadCount, waitingCountMax: limits.waitingCountMax,
            niceness: limits.niceness)
        metrics.watchPasswordQueue { [pool] in pool.waitingCount }
    }

    /// A hash of the password, with today's parameters.
    package func hash(_ password: Secret<String>, from address: SocketAddress.Host) async throws -> String {
        let bytes = Secret(Array(password.reveal().utf8))
        return try await self.run(for: address) { hashing, _ in try hashing.hash(bytes.reveal()) }
    }

    /// What a password is for an account.
    package enum Verdict: Equatable, Sendable {
        case wrong
        case right
        /// Right, and the hash is to be replaced by this one: it was made with yesterday's parameters.
        case rightWithNewHash(String)
    }

    /// Compares with the hash of an account; nil where there is no account, or none with a password.
    package func check(
        _ password: Secret<String>, against hash: String?, from address: SocketAddress.Host
    ) async throws -> Verdict {
        let bytes = Secret(Array(password.reveal().utf8))
        return try await self.run(for: address) { hashing, decoy in
            let isMatch = try hashing.isMatch(bytes.reveal(), hash ?? decoy)
            guard isMatch, let hash else { return .wrong }
            if hashing.isCurrent(hash) { return .right }
            return .rightWithNewHash(try hashing.hash(bytes.reveal()))
        }
    }

    package func stop() { self.pool.stop() }

    // MARK: Helpers

    private func run<Value: Sendable>(
        for address: SocketAddress.Host,
        _ body: @escaping @Sendable (_ hashing: any PasswordHashing, _ decoy: String) throws -> Value
    ) async throws -> Value {
        let asked = MonotonicTime.now
        guard self.places.withLock({ $0.take(address.block) }) else { throw self.turnedAway() }
        defer { self.places.withLock { $0.giveBack(address.block) } }
        do {
            return try await self.pool.run { [self] in
                let began = MonotonicTime.now
                guard began - asked < self.limits.waitTimeMax else { throw BlockingPoolFull() }
                defer { self.note(MonotonicTime.now - began) }
                return try body(self.hashing, self.decoy)
            }
        } catch is BlockingPoolFull {
            throw self.turnedAway()
        }
    }

    private func note(_ time: TimeAmount) {
        self.metrics.passwordTime.record(time, loop: nil)
        let usual = self.usualNanoseconds.load(ordering: .relaxed)
        self.usualNanoseconds.store(usual &+ (Int(time.nanoseconds) &- usual) / 16, ordering: .relaxed)
    }

    /// To come again when what waits now will be done, and a random part of that later, so that not all come together.
    private func turnedAway() -> HTTPProblem {
        self.metrics.passwordShed.add(loop: nil)
        let usual = Double(self.usualNanoseconds.load(ordering: .relaxed)) / 1e9
        let queue = usual * Double(self.pool.waitingCount) / Double(self.limits.threadCount)
        let spread = self.random.withLock { Double.random(in: 1...2, using: &$0) }
        let seconds = min(max(1, queue * spread), self.limits.retryTimeMax.seconds)
        var problem = HTTPProblem(
            .serviceUnavailable, code: "overloaded", detail: "Too many people sign in at the moment.")
        problem.fields.append(.retryAfter, Int(seconds.rounded(.up)))
        return problem
    }
}
