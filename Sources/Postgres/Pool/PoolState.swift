internal import Primitives

/// Who gets which connection, when connections are opened and closed, and when callers are refused: the pool without
/// its connections.
///
/// A connection is shared by statements of any callers, one behind the other, or lent to one transaction. Callers that
/// find none wait in one line: a transaction at its head keeps writes from slipping past, so the connections drain for
/// it; reads wait with it only where they would take its last chance. What depends on time or chance is handed in.
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
    var openedTimes: [MonotonicTime]
    /// Of slots that are being pinged: since when they were idle.
    var idleSince: [Int: MonotonicTime] = [:]
    /// Of each slot: nothing new goes over it.
    var isWorn: [Bool]
    private(set) var waiters = FIFO<Waiter>()
    private var lastTicket: UInt64 = 0
    /// Failed attempts to connect since the last that succeeded. One succeeds when something was answered over it.
    var failureCount = 0
    var nextConnectTime = MonotonicTime(nanoseconds: .min)
    /// Somebody had to share, or to wait: one more connection would be of use.
    var wantsMore = false
    var isStopped = false

    init(limits: PoolLimits) {
        self.limits = limits
        self.slots = Array(repeating: .empty, count: limits.connectionCountMax)
        self.openedTimes = Array(repeating: MonotonicTime(nanoseconds: 0), count: limits.connectionCountMax)
        self.isWorn = Array(repeating: false, count: limits.connectionCountMax)
    }

    // MARK: Counts

    /// Sessions that there are, and of them those with a caller's statement or transaction.
    private(set) var openCount = 0
    private(set) var inUseCount = 0
    var connectingCount = 0

    mutating func set(_ slot: Int, to new: Slot) {
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
        if self.waiters.isEmpty || self.mayPass(use), let slot = self.take(use, now: now) { return .use(slot: slot) }
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

    /// Who waits with this ticket does not want it any more.
    mutating func cancel(ticket: UInt64) { self.waiters.removeAll { $0.ticket == ticket } }

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
                let isTooSlow = now - headTime > self.limits.pipelineAgeMax
                if use == .exclusive || isTooSlow || self.isWorn[index] { continue }
                seenCount += 1
                if count < self.limits.pipelineDepthMax, count < best?.count ?? .max { best = (index, count) }
            case .empty, .connecting, .exclusive, .pinging: continue
            }
            if best?.count == 0 { break }
            if use == .read, best != nil, seenCount >= self.limits.readConnectionCount { break }
        }
        return best
    }

    /// Transactions that wait do not gain by it when a read waits too: over a connection that reads share already it
    /// takes nothing from them, as long as they have others to wait for.
    private func mayPass(_ use: Use) -> Bool {
        guard use == .read, self.openCount > self.limits.readConnectionCount else { return false }
        return self.slots.prefix(self.limits.readConnectionCount).contains {
            if case .shared = $0 { true } else { false }
        }
    }

    private func isMoreOfUse(to use: Use) -> Bool {
        let wantedMax = use == .read ? self.limits.readConnectionCount : .max
        return self.openCount + self.connectingCount < min(wantedMax, self.limits.connectionCountMax)
    }

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
