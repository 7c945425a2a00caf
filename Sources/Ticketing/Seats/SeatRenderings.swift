internal import Observability
internal import Primitives
internal import Reactor
internal import Synchronization

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

    enum Step {
        case answer(SeatRendering)
        case write
        /// Somebody else writes the first: wait for it.
        case wait
    }

    private var slots: [SeatRendering.Key: Slot] = [:]

    mutating func step(_ key: SeatRendering.Key, version: Int64, now: MonotonicTime, countMax: Int) -> Step {
        if self.slots[key] == nil, self.slots.count >= countMax {
            // One that nobody is waiting for makes room.
            let idle = self.slots.first { !$0.value.isBeingWritten }?.key
            if let idle { self.slots[idle] = nil } else { return .write }
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
        guard let slot = self.slots[key] else { return [] }
        self.slots[key]?.rendering = rendering ?? slot.rendering
        self.slots[key]?.restUntil = restUntil
        self.slots[key]?.isBeingWritten = false
        self.slots[key]?.waiters = []
        return slot.waiters
    }
}

extension SeatMaps {
    /// The map in a form; nil when there is no such schedule, or no such section in it.
    func rendering(of schedule: Int64, _ key: SeatRendering.Key) async throws -> SeatRendering? {
        guard try await self.version(of: schedule) != nil else { return nil }
        let step = self.state.withLock { table -> (SeatRenderings.Step, SeatMap)? in
            guard let map = table.entries[schedule]?.map else { return nil }
            if let section = key.section, !map.layout.classes.contains(where: { $0.section == section }) { return nil }
            let step = table.entries[schedule]?.renderings.step(
                key, version: map.version, now: .now, countMax: self.limits.renderingCountMax)
            return step.map { ($0, map) }
        }
        guard let (step, map) = step else { return nil }
        switch step {
        case .answer(let rendering): return rendering
        case .write: return try await self.write(map, key)
        case .wait:
            let written = await withCheckedContinuation { continuation in
                let isWaiting = self.state.withLock {
                    $0.entries[schedule]?.renderings.wait(key, continuation) ?? false
                }
                if !isWaiting { continuation.resume(returning: nil) }
            }
            if let written { return written }
            return try await self.write(map, key)
        }
    }

    private func write(_ map: SeatMap, _ key: SeatRendering.Key) async throws -> SeatRendering {
        let schedule = map.layout.schedule
        let start = MonotonicTime.now
        do {
            let rendering = try await self.pool.run { SeatRendering(map, key) }
            self.metrics.mapRenderings.add(loop: nil)
            let end = MonotonicTime.now
            let (rest, _) = (end - start).nanoseconds.multipliedReportingOverflow(by: self.limits.renderingRestFactor)
            self.written(schedule, key, rendering, restUntil: end + .nanoseconds(rest))
            return rendering
        } catch {
            self.written(schedule, key, nil, restUntil: start)
            throw error
        }
    }

    private func written(
        _ schedule: Int64, _ key: SeatRendering.Key, _ rendering: SeatRendering?, restUntil: MonotonicTime
    ) {
        let waiters = self.state.withLock {
            $0.entries[schedule]?.renderings.written(key, rendering, restUntil: restUntil) ?? []
        }
        for waiter in waiters { waiter.resume(returning: rendering) }
    }
}
