internal import Primitives

/// When connections are opened, asked and closed.
extension PoolState {
    /// A read or a write has been answered.
    mutating func answered(slot: Int, now: MonotonicTime) {
        guard case .shared(let count, _) = self.slots[slot] else { return }
        self.set(
            slot,
            to: count > 1 ? .shared(inFlightCount: count - 1, headTime: now) : .idle(since: now, pinged: now))
    }

    /// A transaction has given its connection back, or a ping was answered.
    mutating func released(slot: Int, now: MonotonicTime) {
        switch self.slots[slot] {
        case .exclusive: self.set(slot, to: .idle(since: now, pinged: now))
        case .pinging: self.set(slot, to: .idle(since: self.idleSince[slot] ?? now, pinged: now))
        case .empty, .connecting, .idle, .shared: break
        }
    }

    /// A slot for which a connection should be opened now; it counts as connecting from here on.
    mutating func nextToConnect(now: MonotonicTime) -> Int? {
        guard self.isConnectWanted, now >= self.nextConnectTime,
            let slot = self.slots.firstIndex(of: .empty)
        else { return nil }
        self.set(slot, to: .connecting)
        self.wantsMore = false
        return slot
    }

    var isConnectWanted: Bool {
        if self.isStopped { return false }
        // While attempts fail, one at a time is enough to find out when they succeed again.
        guard self.connectingCount < (self.failureCount > 0 ? 1 : self.limits.connectingCountMax) else { return false }
        let count = self.openCount + self.connectingCount
        guard count < self.limits.connectionCountMax else { return false }
        return count < self.limits.connectionCountMin || self.wantsMore || self.waiters.count > self.connectingCount
    }

    mutating func connected(slot: Int, now: MonotonicTime) {
        self.set(slot, to: .idle(since: now, pinged: now))
        self.openedTimes[slot] = now
        self.isWorn[slot] = false
        self.failureCount = 0
        self.nextConnectTime = now
    }

    /// Nobody begins anything over it any more.
    mutating func wearOut(slot: Int) { self.isWorn[slot] = true }

    /// - Parameter chance: From 0 up to 1; takes up to half of the wait.
    mutating func connectFailed(slot: Int, now: MonotonicTime, chance: Double) {
        self.set(slot, to: .empty)
        self.idleSince[slot] = nil
        self.failureCount += 1
        let doublings = min(self.failureCount - 1, 20)
        let doubled = self.limits.backoffTimeMin.nanoseconds << Int64(doublings)
        let time = min(doubled, self.limits.backoffTimeMax.nanoseconds)
        self.nextConnectTime = now + .nanoseconds(time - Int64(Double(time) * 0.5 * chance))
    }

    /// An open connection has ended. Those of other loops have perhaps, too: chance keeps them from coming all at once.
    mutating func lost(slot: Int, now: MonotonicTime, chance: Double) {
        self.set(slot, to: .empty)
        self.idleSince[slot] = nil
        let wait = Int64(Double(self.limits.backoffTimeMin.nanoseconds) * chance)
        self.nextConnectTime = max(self.nextConnectTime, now + .nanoseconds(wait))
    }

    /// An idle connection to ask whether it is still there.
    mutating func nextToPing(now: MonotonicTime) -> Int? {
        for (index, slot) in self.slots.enumerated() {
            guard case .idle(let since, let pinged) = slot, now - pinged >= self.limits.pingTime else { continue }
            self.idleSince[index] = since
            self.set(index, to: .pinging)
            return index
        }
        return nil
    }

    /// An idle connection to close: too old, or one too many. It is empty from here on.
    mutating func nextToClose(now: MonotonicTime) -> Int? {
        let isSpare = self.openCount > self.limits.connectionCountMin
        for (index, slot) in self.slots.enumerated() {
            guard case .idle(let since, _) = slot else { continue }
            let isOld = now - self.openedTimes[index] >= self.limits.lifeTime
            if self.isStopped || isOld || (isSpare && now - since >= self.limits.idleTime) {
                self.set(index, to: .empty)
                return index
            }
        }
        return nil
    }

    mutating func stop() { self.isStopped = true }
}
