internal import Primitives

/// What a map was written as, and when it may be written anew. However often it changes and however many ask, writing
/// takes a set part of one thread; meanwhile they get what there is, whose version says how old it is.
struct SeatRenderings {
    private struct Slot {
        var rendering: SeatRendering?
        /// From when on it may be written again.
        var restUntil = MonotonicTime(nanoseconds: 0)
        var isBeingWritten = false
        var waiters: [CheckedContinuation<SeatRendering?, Never>] = []
    }

    /// What to do for one who asks.
    enum Step {
        case answer(SeatRendering)
        case write
        /// Somebody else writes the first: wait for it.
        case wait
    }

    private var slots: [SeatRendering.Key: Slot] = [:]
    /// Of all that is kept.
    private(set) var byteCount = 0

    /// While it is, somebody may be waiting here, and comes to fetch what is written.
    var isBeingWritten: Bool { self.slots.values.contains(where: \.isBeingWritten) }

    /// Those who wait for something that is being written.
    var waiterCount: Int { self.slots.values.reduce(0) { $0 + $1.waiters.count } }

    /// What to do for one who asks for a map of this version; `countMax` forms are kept.
    mutating func step(_ key: SeatRendering.Key, version: Int64, now: MonotonicTime, countMax: Int) -> Step {
        if self.slots[key] == nil, self.slots.count >= countMax {
            // One that nobody is waiting for makes room.
            let idle = self.slots.first { !$0.value.isBeingWritten }?.key
            if let idle { self.drop(idle) } else { return .write }
        }
        var slot = self.slots[key] ?? Slot()
        if let rendering = slot.rendering {
            if rendering.version == version || slot.isBeingWritten || now < slot.restUntil { return .answer(rendering) }
        } else if slot.isBeingWritten {
            return .wait
        }
        slot.isBeingWritten = true
        self.slots[key] = slot
        return .write
    }

    /// Waits for whoever writes it; false when that is over already.
    mutating func wait(_ key: SeatRendering.Key, _ continuation: CheckedContinuation<SeatRendering?, Never>) -> Bool {
        guard self.slots[key]?.isBeingWritten == true else { return false }
        self.slots[key]?.waiters.append(continuation)
        return true
    }

    /// It is written, or could not be: nil. Returns those who wait.
    mutating func written(
        _ key: SeatRendering.Key, _ rendering: SeatRendering?, restUntil: MonotonicTime
    ) -> [CheckedContinuation<SeatRendering?, Never>] {
        guard var slot = self.slots[key] else { return [] }
        let waiters = slot.waiters
        if let rendering {
            self.byteCount += rendering.byteCount - (slot.rendering?.byteCount ?? 0)
            slot.rendering = rendering
        }
        slot.restUntil = restUntil
        slot.isBeingWritten = false
        slot.waiters = []
        self.slots[key] = slot
        return waiters
    }

    /// Throws away what is kept, but for what is being written just now.
    mutating func dropIdle() {
        for (key, slot) in self.slots where !slot.isBeingWritten { self.drop(key) }
    }

    private mutating func drop(_ key: SeatRendering.Key) {
        self.byteCount -= self.slots.removeValue(forKey: key)?.rendering?.byteCount ?? 0
    }
}
