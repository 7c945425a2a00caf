package import Primitives

/// Names one scheduled timer. A stale id (fired or cancelled) is recognised by its generation and does nothing.
package struct TimerID: Hashable, Sendable {
    fileprivate let slot: UInt32
    fileprivate let generation: UInt32
}

/// Timers in a hierarchical wheel: scheduling and cancelling cost O(1), sleeping costs nothing per tick.
///
/// Time is cut into ticks of one millisecond. Seven levels of 64 slots cover 2⁴² ticks (139 years); a timer sits on
/// the level of the highest digit (base 64) in which its tick differs from the present one, and falls one level each
/// time that digit is reached. A bitmap per level finds the next occupied slot without a walk.
package struct TimerWheel<Payload>: ~Copyable {
    private static var levelCount: Int { 7 }
    private static var tickNanoseconds: Int64 { 1_000_000 }
    private static var tickMax: UInt64 { (1 << 42) - 1 }
    private static var none: UInt32 { .max }

    private struct Node {
        var payload: Payload?
        var tick: UInt64 = 0
        var generation: UInt32 = 0
        var list: UInt32 = 0
        var next: UInt32
        var previous: UInt32
    }

    private let start: MonotonicTime
    /// The last tick that was expired.
    private var elapsed: UInt64 = 0
    private var nodes: [Node] = []
    private var firstFree = TimerWheel.none
    /// First node of each slot's list, level by level.
    private var heads: [UInt32]
    private var occupied: [UInt64]
    package private(set) var count = 0

    package init(start: MonotonicTime) {
        self.start = start
        self.heads = Array(repeating: Self.none, count: Self.levelCount * 64)
        self.occupied = Array(repeating: 0, count: Self.levelCount)
    }

    /// A time already past counts as the next tick: within a loop's turn nothing scheduled fires in the same turn, so
    /// that a chain of timers cannot keep sockets waiting.
    package mutating func schedule(at time: MonotonicTime, _ payload: Payload) -> TimerID {
        let index = self.takeNode()
        self.nodes[Int(index)].payload = payload
        self.nodes[Int(index)].tick = max(self.tick(at: time, roundingUp: true), self.elapsed + 1)
        self.link(index)
        self.count += 1
        return TimerID(slot: index, generation: self.nodes[Int(index)].generation)
    }

    /// Returns what was scheduled, or nil when it has fired or was cancelled before.
    @discardableResult
    package mutating func cancel(_ id: TimerID) -> Payload? {
        guard Int(id.slot) < self.nodes.count, self.nodes[Int(id.slot)].generation == id.generation,
            self.nodes[Int(id.slot)].payload != nil
        else { return nil }
        self.unlink(id.slot)
        return self.releaseNode(id.slot)
    }

    /// Takes out one payload that is due at `now`, earliest tick first; nil when none is left.
    package mutating func expireOne(now: MonotonicTime) -> Payload? {
        let nowTick = self.tick(at: now, roundingUp: false)
        while let (list, tick) = self.nextOccupied(), tick <= nowTick {
            self.elapsed = max(self.elapsed, tick)
            if list >= 64 {
                self.cascade(list)
            } else {
                let index = self.heads[list]
                self.unlink(index)
                return self.releaseNode(index)
            }
        }
        self.elapsed = max(self.elapsed, nowTick)
        return nil
    }

    /// When the next timer may be due; never later than it is, possibly earlier (a slot of a higher level).
    package var nextDeadline: MonotonicTime? {
        self.nextOccupied().map { self.start + .nanoseconds(Int64($0.tick) &* Self.tickNanoseconds) }
    }

    // MARK: Ticks and slots

    private func tick(at time: MonotonicTime, roundingUp: Bool) -> UInt64 {
        let nanoseconds = max((time - self.start).nanoseconds, 0)
        let (rounded, overflowed) = nanoseconds.addingReportingOverflow(roundingUp ? Self.tickNanoseconds - 1 : 0)
        return overflowed ? Self.tickMax : min(UInt64(rounded / Self.tickNanoseconds), Self.tickMax)
    }

    /// The earliest occupied slot and the tick at which it must be looked at. Lower levels always come first, and no
    /// occupied slot lies behind the present one: its nodes would have been due before.
    private func nextOccupied() -> (list: Int, tick: UInt64)? {
        for level in 0..<Self.levelCount where self.occupied[level] != 0 {
            let shift = UInt64(level * 6)
            let slot = self.occupied[level].trailingZeroBitCount
            let levelStart = (self.elapsed >> (shift + 6)) << (shift + 6)
            return (level * 64 + slot, levelStart | (UInt64(slot) << shift))
        }
        return nil
    }

    /// Moves every node of a higher level's slot down to where it belongs now.
    private mutating func cascade(_ list: Int) {
        var index = self.heads[list]
        self.heads[list] = Self.none
        self.occupied[list / 64] &= ~(1 << UInt64(list & 63))
        while index != Self.none {
            let next = self.nodes[Int(index)].next
            self.link(index)
            index = next
        }
    }

    private mutating func link(_ index: UInt32) {
        let tick = self.nodes[Int(index)].tick
        let different = (self.elapsed ^ tick) | 63
        let level = min((63 - different.leadingZeroBitCount) / 6, Self.levelCount - 1)
        let slot = Int((tick >> UInt64(level * 6)) & 63)
        let list = level * 64 + slot
        let head = self.heads[list]
        self.nodes[Int(index)].list = UInt32(list)
        self.nodes[Int(index)].next = head
        self.nodes[Int(index)].previous = Self.none
        if head != Self.none { self.nodes[Int(head)].previous = index }
        self.heads[list] = index
        self.occupied[level] |= 1 << UInt64(slot)
    }

    private mutating func unlink(_ index: UInt32) {
        let node = self.nodes[Int(index)]
        if node.next != Self.none { self.nodes[Int(node.next)].previous = node.previous }
        if node.previous != Self.none {
            self.nodes[Int(node.previous)].next = node.next
        } else {
            self.heads[Int(node.list)] = node.next
            if node.next == Self.none { self.occupied[Int(node.list) / 64] &= ~(1 << UInt64(node.list & 63)) }
        }
    }

    // MARK: Nodes

    private mutating func takeNode() -> UInt32 {
        if self.firstFree != Self.none {
            let index = self.firstFree
            self.firstFree = self.nodes[Int(index)].next
            return index
        }
        self.nodes.append(Node(payload: nil, next: Self.none, previous: Self.none))
        return UInt32(self.nodes.count - 1)
    }

    private mutating func releaseNode(_ index: UInt32) -> Payload? {
        let payload = self.nodes[Int(index)].payload
        self.nodes[Int(index)].payload = nil
        self.nodes[Int(index)].generation &+= 1
        self.nodes[Int(index)].next = self.firstFree
        self.firstFree = index
        self.count -= 1
        return payload
    }
}
