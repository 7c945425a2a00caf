internal import Primitives

/// Who gets which connection, when connections are opened and closed, and when callers are refused: the pool without
/// its connections.
///
/// A connection is shared by statements of any callers, one behind the other, or lent to one transaction. Callers that
/// find none wait in one line: a transaction at its head keeps others from slipping past, so the connections drain for
/// it. Everything that depends on time or chance is handed in.
struct PoolState {
    /// Reads and writes share connections with others of their kind; a transaction has one for itself.
    enum Use: Equatable { case read, write, exclusive }

    enum Refusal: Equatable { case overloaded, unavailable }

    enum Decision: Equatable {
        case use(slot: Int)
        case wait(ticket: UInt64)
        case refuse(Refusal)
    }

    enum Slot: Equatable {
        case empty
        case connecting
        /// Nothing is on its way.
        case idle(since: MonotonicTime, pinged: MonotonicTime)
        /// Statements of callers are; the age is that of the first since it was idle or last answered.
        case shared(inFlightCount: Int, headTime: MonotonicTime)
        case exclusive
        /// Asked whether it is there. Nobody uses it meanwhile.
        case pinging
    }

    struct Waiter {
        let ticket: UInt64
        let use: Use
        let deadline: MonotonicTime
    }

    let limits: PoolLimits
    private(set) var slots: [Slot]
    /// When the session of each slot was opened.
    private var openedTimes: [MonotonicTime]
    private(set) var waiters = FIFO<Waiter>()
    private var lastTicket: UInt64 = 0
    /// Failed attempts to connect since the last that succeeded.
    private(set) var failureCount = 0
    private(set) var nextConnectTime = MonotonicTime(nanoseconds: .min)
    /// Somebody had to share, or to wait: one more connection would be of use.
    private var wantsMore = false
    private(set) var isStopped = false

    init(limits: PoolLimits) {
        self.limits = limits
        self.slots = Array(repeating: .empty, count: limits.connectionCountMax)
        self.openedTimes = Array(repeating: MonotonicTime(nanoseconds: 0), count: limits.connectionCountMax)
    }

    // MARK: Counts

    /// Sessions that there are, and of them those with a caller's statement or transaction.
    private(set) var openCount = 0
    private(set) var inUseCount = 0
    private var connectingCount = 0

    private mutating func set(_ slot: Int, to new: Slot) {
        self.add(self.slots[slot], -1)
        self.add(new, 1)
        self.slots[slot] = new
    }

    private mutating func add(_ slot: Slot, _ change: Int) {
        switch slot {
        case .empty: break
        case .connecting: self.connectingCount += change
        case .idle, .pinging: self.openCount += change
        case .shared, .exclusive:
            self.openCount += change
            self.inUseCount += change
        }
    }

    /// Something may have to be done that is not done by who asks or answers.
    var wantsAttention: Bool {
        !self.waiters.isEmpty || self.wantsMore || self.isStopped
            || self.openCount < self.limits.connectionCountMin
    }

    /// No connection, and attempts fail: callers need not wait.
    var isCircuitOpen: Bool { self.failureCount >= self.limits.circuitFailureCount && self.openCount == 0 }

    // MARK: Callers

    mutating func request(_ use: Use, now: MonotonicTime) -> Decision {
        if self.isStopped || self.isCircuitOpen { return .refuse(.unavailable) }
        if self.waiters.isEmpty, let slot = self.take(use, now: now) { return .use(slot: slot) }
        guard self.waiters.count < self.limits.waiterCountMax else { return .refuse(.overloaded) }
        self.lastTicket &+= 1
        self.waiters.append(Waiter(ticket: self.lastTicket, use: use, deadline: now + self.limits.acquireTime))
        return .wait(ticket: self.lastTicket)
    }

    /// The first who waits, if there is a connection for them now.
    mutating func nextServed(now: MonotonicTime) -> (ticket: UInt64, slot: Int)? {
        guard let first = self.waiters.first, let slot = self.take(first.use, now: now) else { return nil }
        _ = self.waiters.popFirst()
        return (first.ticket, slot)
    }

    /// The first who has waited too long, or who waits for what will not come.
    mutating func nextRefused(now: MonotonicTime) -> (ticket: UInt64, refusal: Refusal)? {
        guard let first = self.waiters.first else { return nil }
        let isHopeless = self.isStopped || self.isCircuitOpen
        guard isHopeless || first.deadline <= now else { return nil }
        _ = self.waiters.popFirst()
        let isUnavailable = isHopeless || self.openCount == 0
        return (first.ticket, isUnavailable ? .unavailable : .overloaded)
    }

    private mutating func take(_ use: Use, now: MonotonicTime) -> Int? {
        guard let (slot, count) = self.place(use, now: now) else { return nil }
        if count > 0, self.isMoreOfUse(to: use) { self.wantsMore = true }
        switch (use, self.slots[slot]) {
        case (.exclusive, _): self.set(slot, to: .exclusive)
        case (_, .shared(let count, let headTime)):
            self.set(slot, to: .shared(inFlightCount: count + 1, headTime: headTime))
        case (_, _): self.set(slot, to: .shared(inFlightCount: 1, headTime: now))
        }
        return slot
    }

    /// Where the fewest statements are on their way, up to the depth of a pipeline.
    ///
    /// Reads look from the front and keep to the first that they may use: a server process that finds several in one
    /// packet answers them for less than several processes would. A write waits for the disk, and those of different
    /// connections share that wait, so writes and transactions spread, from the back.
    private func place(_ use: Use, now: MonotonicTime) -> (slot: Int, count: Int)? {
        var best: (slot: Int, count: Int)?
        var seenCount = 0
        for step in 0..<self.slots.count {
            let index = use == .read ? step : self.slots.count - 1 - step
            switch self.slots[index] {
            case .idle:
                best = (index, 0)
                seenCount += 1
            case .shared(let count, let headTime):
                if use == .exclusive || now - headTime > self.limits.pipelineAgeMax { continue }
                seenCount += 1
                if count < self.limits.pipelineDepthMax, count < best?.count ?? .max { best = (index, count) }
            case .empty, .connecting, .exclusive, .pinging: continue
            }
            if best?.count == 0 { break }
            if use == .read, best != nil, seenCount >= self.limits.readConnectionCount { break }
        }
        return best
    }

    private func isMoreOfUse(to use: Use) -> Bool {
        let wantedMax = use == .read ? self.limits.readConnectionCount : .max
        return self.openCount + self.connectingCount < min(wantedMax, self.limits.connectionCountMax)
    }

    // MARK: Connections

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

    /// Of slots that are being pinged: since when they were idle.
    private var idleSince: [Int: MonotonicTime] = [:]

    /// A slot for which a connection should be opened now; it counts as connecting from here on.
    mutating func nextToConnect(now: MonotonicTime) -> Int? {
        guard self.isConnectWanted, now >= self.nextConnectTime,
            let slot = self.slots.firstIndex(of: .empty)
        else { return nil }
        self.set(slot, to: .connecting)
        self.wantsMore = false
        return slot
    }

    private var isConnectWanted: Bool {
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
        self.failureCount = 0
        self.nextConnectTime = now
    }

    /// - Parameter chance: From 0 up to 1; takes up to half of the wait.
    mutating func connectFailed(slot: Int, now: MonotonicTime, chance: Double) {
        self.set(slot, to: .empty)
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

    // MARK: Time

    /// When something should be looked at again, if nothing happens before.
    func nextDeadline(now: MonotonicTime) -> MonotonicTime? {
        var next: MonotonicTime?
        func consider(_ time: MonotonicTime) { next = min(next ?? time, time) }
        if let waiter = self.waiters.first { consider(waiter.deadline) }
        if self.isConnectWanted { consider(self.nextConnectTime) }
        if self.openCount > 0 { consider(now + self.limits.pingTime) }
        return next
    }
}
