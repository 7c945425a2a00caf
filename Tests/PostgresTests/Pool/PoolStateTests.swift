import Primitives
import Testing

@testable import Postgres

@Suite("A pool without its connections") struct PoolStateTests {
    private static let start = MonotonicTime(nanoseconds: 1_000_000_000)

    private func at(_ milliseconds: Int64) -> MonotonicTime { Self.start + .milliseconds(milliseconds) }

    private func limits(connectionCountMax: Int = 2) -> PoolLimits {
        PoolLimits(connectionCountMax: connectionCountMax, statementTime: .seconds(2))
    }

    /// A pool with `count` idle connections.
    private func open(_ count: Int, _ limits: PoolLimits) -> PoolState {
        var limits = limits
        limits.connectionCountMin = count
        var pool = PoolState(limits: limits)
        for _ in 0..<count {
            guard let slot = pool.nextToConnect(now: self.at(0)) else { break }
            pool.connected(slot: slot, now: self.at(0))
        }
        return pool
    }

    @Test("opens as many connections as it keeps, and more only when somebody has to share or wait")
    func growth() {
        var pool = PoolState(limits: self.limits())
        #expect(pool.nextToConnect(now: self.at(0)) == 0)
        #expect(pool.nextToConnect(now: self.at(0)) == nil)
        pool.connected(slot: 0, now: self.at(1))
        #expect(pool.nextToConnect(now: self.at(1)) == nil)
        #expect(pool.request(.read, now: self.at(2)) == .use(slot: 0))
        #expect(pool.nextToConnect(now: self.at(2)) == nil)
        #expect(pool.request(.read, now: self.at(2)) == .use(slot: 0))
        #expect(pool.nextToConnect(now: self.at(2)) == 1)
        #expect(pool.nextToConnect(now: self.at(2)) == nil)
    }

    @Test("never has more connections than it may, however many wait")
    func bound() {
        var pool = PoolState(limits: self.limits())
        for _ in 0..<10 { #expect(pool.request(.exclusive, now: self.at(0)) != .refuse(.overloaded)) }
        #expect(pool.nextToConnect(now: self.at(0)) == 0)
        #expect(pool.nextToConnect(now: self.at(0)) == 1)
        #expect(pool.nextToConnect(now: self.at(0)) == nil)
    }

    @Test("puts a statement where the fewest are on their way, up to the depth of a pipeline")
    func spreading() {
        var limits = self.limits()
        limits.pipelineDepthMax = 2
        var pool = self.open(2, limits)
        let slots = (0..<5).map { _ in pool.request(.read, now: self.at(1)) }
        #expect(slots == [.use(slot: 0), .use(slot: 1), .use(slot: 0), .use(slot: 1), .wait(ticket: 1)])
        pool.answered(slot: 1, now: self.at(2))
        #expect(pool.nextServed(now: self.at(2))?.slot == 1)
    }

    @Test("keeps reads to the first connections that take them, and spreads what waits for the disk from the last")
    func kinds() {
        var pool = self.open(4, self.limits(connectionCountMax: 5))
        let reads = (0..<4).map { _ in pool.request(.read, now: self.at(1)) }
        #expect(reads == [.use(slot: 0), .use(slot: 1), .use(slot: 0), .use(slot: 1)])
        #expect(pool.nextToConnect(now: self.at(1)) == nil)
        #expect(pool.request(.write, now: self.at(1)) == .use(slot: 3))
        #expect(pool.request(.exclusive, now: self.at(1)) == .use(slot: 2))
        #expect(pool.nextToConnect(now: self.at(1)) == nil)
        // None is idle: one more would be of use to a write, not to a read.
        #expect(pool.request(.read, now: self.at(1)) == .use(slot: 0))
        #expect(pool.nextToConnect(now: self.at(1)) == nil)
        #expect(pool.request(.write, now: self.at(1)) == .use(slot: 3))
        #expect(pool.nextToConnect(now: self.at(1)) == 4)
        // The first two are slow now: reads take another.
        #expect(pool.request(.write, now: self.at(15)) == .use(slot: 3))
        #expect(pool.request(.write, now: self.at(15)) == .use(slot: 1))
        pool.answered(slot: 3, now: self.at(15))
        #expect(pool.request(.read, now: self.at(22)) == .use(slot: 3))
    }

    @Test("lets reads pass a transaction that waits, where reads have connections and it has others to wait for")
    func passing() {
        var pool = self.open(3, self.limits(connectionCountMax: 3))
        #expect(pool.request(.read, now: self.at(0)) == .use(slot: 0))
        #expect(pool.request(.exclusive, now: self.at(0)) == .use(slot: 2))
        #expect(pool.request(.exclusive, now: self.at(0)) == .use(slot: 1))
        #expect(pool.request(.exclusive, now: self.at(0)) == .wait(ticket: 1))
        #expect(pool.request(.write, now: self.at(0)) == .wait(ticket: 2))
        #expect(pool.request(.read, now: self.at(0)) == .use(slot: 0))
        pool.answered(slot: 0, now: self.at(1))
        pool.answered(slot: 0, now: self.at(1))
        #expect(pool.request(.read, now: self.at(1)) == .wait(ticket: 3))
    }

    @Test("adds nothing behind a statement that takes long")
    func slowness() {
        var pool = self.open(1, self.limits(connectionCountMax: 1))
        #expect(pool.request(.read, now: self.at(0)) == .use(slot: 0))
        #expect(pool.request(.read, now: self.at(20)) == .use(slot: 0))
        #expect(pool.request(.read, now: self.at(21)) == .wait(ticket: 1))
        pool.answered(slot: 0, now: self.at(30))
        #expect(pool.nextServed(now: self.at(30))?.ticket == 1)
    }

    @Test("gives a transaction a connection of its own, and lets nobody slip past one that waits")
    func exclusiveness() {
        var pool = self.open(1, self.limits(connectionCountMax: 1))
        #expect(pool.request(.read, now: self.at(0)) == .use(slot: 0))
        #expect(pool.request(.exclusive, now: self.at(0)) == .wait(ticket: 1))
        #expect(pool.request(.read, now: self.at(0)) == .wait(ticket: 2))
        #expect(pool.nextServed(now: self.at(0)) == nil)
        pool.answered(slot: 0, now: self.at(1))
        #expect(pool.nextServed(now: self.at(1))?.ticket == 1)
        #expect(pool.nextServed(now: self.at(1)) == nil)
        #expect(pool.inUseCount == 1)
        pool.released(slot: 0, now: self.at(2))
        #expect(pool.nextServed(now: self.at(2))?.ticket == 2)
    }

    @Test("refuses who comes when too many wait, and who has waited too long")
    func waiting() {
        var limits = self.limits(connectionCountMax: 1)
        limits.waiterCountMax = 2
        var pool = self.open(1, limits)
        #expect(pool.request(.exclusive, now: self.at(0)) == .use(slot: 0))
        #expect(pool.request(.read, now: self.at(0)) == .wait(ticket: 1))
        #expect(pool.request(.read, now: self.at(500)) == .wait(ticket: 2))
        #expect(pool.request(.read, now: self.at(500)) == .refuse(.overloaded))
        #expect(pool.nextDeadline(now: self.at(500)) == self.at(1000))
        #expect(pool.nextRefused(now: self.at(999)) == nil)
        let refused = pool.nextRefused(now: self.at(1000))
        #expect(refused?.ticket == 1 && refused?.refusal == .overloaded)
        #expect(pool.nextRefused(now: self.at(1000)) == nil)
        #expect(pool.request(.read, now: self.at(1000)) == .wait(ticket: 3))
    }

    @Test("waits longer after each failure to connect, up to a bound, and chance takes at most half of it")
    func backoff() {
        var pool = PoolState(limits: self.limits())
        var waits: [Int64] = []
        var now = Self.start
        for _ in 0..<9 {
            #expect(pool.nextToConnect(now: now) == 0)
            pool.connectFailed(slot: 0, now: now, chance: 0)
            #expect(pool.nextToConnect(now: now) == nil)
            waits.append((pool.nextConnectTime - now).milliseconds)
            now = pool.nextConnectTime
        }
        #expect(waits == [50, 100, 200, 400, 800, 1000, 1000, 1000, 1000])
        #expect(pool.nextToConnect(now: now) == 0)
        pool.connectFailed(slot: 0, now: now, chance: 0.999)
        #expect((500...502).contains((pool.nextConnectTime - now).milliseconds))
    }

    @Test("refuses everybody at once while no attempt succeeds, and takes them again when one does")
    func circuit() {
        var pool = PoolState(limits: self.limits())
        #expect(pool.request(.read, now: self.at(0)) == .wait(ticket: 1))
        var now = Self.start
        for failureCount in 1...3 {
            #expect(!pool.isCircuitOpen)
            #expect(pool.nextToConnect(now: now) != nil, "attempt \(failureCount)")
            pool.connectFailed(slot: 0, now: now, chance: 0)
            now = pool.nextConnectTime
        }
        #expect(pool.isCircuitOpen)
        #expect(pool.nextRefused(now: now)?.refusal == .unavailable)
        #expect(pool.request(.read, now: now) == .refuse(.unavailable))
        // Nobody asks, and it is tried all the same.
        #expect(pool.nextDeadline(now: now) == now)
        #expect(pool.nextToConnect(now: now) == 0)
        pool.connected(slot: 0, now: now)
        #expect(!pool.isCircuitOpen)
        #expect(pool.request(.read, now: now) == .use(slot: 0))
    }

    @Test("begins nothing more over a connection that is worn out, and forgets who does not want to wait")
    func wearAndCancel() {
        var pool = self.open(1, self.limits(connectionCountMax: 1))
        #expect(pool.request(.read, now: self.at(0)) == .use(slot: 0))
        pool.wearOut(slot: 0)
        #expect(pool.request(.read, now: self.at(0)) == .wait(ticket: 1))
        #expect(pool.request(.exclusive, now: self.at(0)) == .wait(ticket: 2))
        #expect(pool.request(.read, now: self.at(0)) == .wait(ticket: 3))
        pool.cancel(ticket: 2)
        pool.lost(slot: 0, now: self.at(1), chance: 0)
        #expect(pool.nextToConnect(now: self.at(100)) == 0)
        pool.connected(slot: 0, now: self.at(100))
        #expect(pool.nextServed(now: self.at(100))?.ticket == 1)
        #expect(pool.nextServed(now: self.at(100))?.ticket == 3)
        #expect(pool.waiters.isEmpty)
    }

    @Test("goes on with the connections it has when it can have no more")
    func fewer() {
        var pool = self.open(1, self.limits(connectionCountMax: 3))
        var now = Self.start
        for _ in 0..<5 {
            _ = pool.request(.exclusive, now: now)
            if let slot = pool.nextToConnect(now: now) { pool.connectFailed(slot: slot, now: now, chance: 0) }
            now = pool.nextConnectTime
        }
        #expect(!pool.isCircuitOpen)
        #expect(pool.openCount == 1)
        // The others have waited too long by now; whoever comes next has the connection.
        while pool.nextRefused(now: now + .seconds(2)) != nil {}
        pool.released(slot: 0, now: now)
        #expect(pool.request(.read, now: now) == .use(slot: 0))
    }

    @Test("asks idle connections whether they are there, and closes those that are old or too many")
    func care() {
        var pool = self.open(2, self.limits())
        #expect(pool.nextToPing(now: self.at(9_999)) == nil)
        #expect(pool.nextToPing(now: self.at(10_000)) == 0)
        #expect(pool.nextToPing(now: self.at(10_000)) == 1)
        #expect(pool.request(.read, now: self.at(10_000)) == .wait(ticket: 1))
        pool.released(slot: 0, now: self.at(10_001))
        #expect(pool.nextServed(now: self.at(10_001))?.slot == 0)
        pool.released(slot: 1, now: self.at(10_001))
        pool.answered(slot: 0, now: self.at(10_002))
        #expect(pool.nextToClose(now: self.at(1_799_999)) == nil)
        #expect(pool.nextToClose(now: self.at(1_800_000)) == 0)

        var spare = PoolState(limits: self.limits())
        for slot in 0..<2 {
            _ = spare.request(.exclusive, now: self.at(0))
            #expect(spare.nextToConnect(now: self.at(0)) == slot)
            spare.connected(slot: slot, now: self.at(0))
        }
        #expect(spare.nextToClose(now: self.at(59_999)) == nil)
        #expect(spare.nextToClose(now: self.at(60_000)) == 0)
        #expect(spare.nextToClose(now: self.at(60_000)) == nil)
    }

    @Test("when stopped refuses all, and closes each connection as it becomes idle")
    func stopping() {
        var pool = self.open(2, self.limits())
        #expect(pool.request(.exclusive, now: self.at(0)) == .use(slot: 1))
        pool.stop()
        #expect(pool.request(.read, now: self.at(0)) == .refuse(.unavailable))
        #expect(pool.nextToClose(now: self.at(0)) == 0)
        #expect(pool.nextToClose(now: self.at(0)) == nil)
        pool.released(slot: 1, now: self.at(1))
        #expect(pool.nextToClose(now: self.at(1)) == 1)
        #expect(pool.nextToConnect(now: self.at(1)) == nil)
    }
}
