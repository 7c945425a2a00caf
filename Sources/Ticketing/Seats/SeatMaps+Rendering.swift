internal import Observability
internal import Primitives
internal import Reactor
internal import Synchronization

/// Maps as bodies.
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
            let rendering = try await self.pool.run { SeatRendering(map, key, mark: self.mark) }
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
            $0.written(schedule, key, rendering, restUntil: restUntil, limits: self.limits)
        }
        for waiter in waiters { waiter.resume(returning: rendering) }
    }
}
