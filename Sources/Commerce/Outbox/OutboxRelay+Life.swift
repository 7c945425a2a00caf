internal import Observability
internal import Postgres
internal import Primitives
package import Reactor

/// What goes on while the process runs.
extension OutboxRelay {
    /// The works of a relay, each for a task of its own on `loop`; they end when it is cancelled.
    package func works(on loop: EventLoop) -> [@Sendable () async -> Void] {
        let tellers: [@Sendable () async -> Void] = self.consumers.indices.map { index in
            { await self.keepTelling(index, on: loop) }
        }
        return [{ await self.keepSpreading(on: loop) }, { await self.listen() }, { await self.keepHouse(on: loop) }]
            + tellers
    }

    private func listen() async {
        let notifications = self.database.listen(Outbox.channel)
        while await notifications.next() != nil, !Task.isCancelled { self.spreadBell.ring() }
    }

    private func keepSpreading(on loop: EventLoop) async {
        var isRegistered = false
        var pace = OutboxPace(self.limits)
        while !Task.isCancelled {
            var rest = self.limits.pollTime
            do {
                if !isRegistered { try await self.register() }
                isRegistered = true
                let progress = try await self.spread()
                rest = progress == .more ? pace.note(.told) : self.rest(progress, &pace)
            } catch {
                rest = pace.note(.failedSomewhere)
                self.log.warning("outbox not read", ["reason": .text("\(error)")])
            }
            if rest.nanoseconds > 0 { await self.spreadBell.wait(rest, on: loop) }
        }
    }

    private func keepTelling(_ index: Int, on loop: EventLoop) async {
        var pace = OutboxPace(self.limits)
        while !Task.isCancelled {
            var rest: TimeAmount
            var isFailure = false
            do {
                let progress = try await self.tell(self.consumers[index], countMax: pace.batchCount)
                if case .failed = progress { isFailure = true }
                rest = self.rest(progress, &pace)
                // Who reads the outbox looks for everybody, and rings.
                if progress == .idle { rest = self.limits.quietTime }
            } catch {
                isFailure = true
                rest = pace.note(.failedSomewhere)
                self.log.warning(
                    "events rest",
                    ["consumer": .text(self.consumers[index].name.description), "reason": .text("\(error)")])
            }
            guard rest.nanoseconds > 0 else { continue }
            // Who has failed rests to the end, whoever rings.
            await (isFailure ? Bell() : self.bells[index]).wait(rest, on: loop)
        }
    }

    private func rest(_ progress: Progress, _ pace: inout OutboxPace) -> TimeAmount {
        switch progress {
        case .failed(let outcome): return pace.note(outcome)
        case .more: return pace.note(.told)
        case .heldBack:
            _ = pace.note(.told)
            return self.limits.heldBackTime
        case .elsewhere: return self.limits.elsewhereTime
        case .idle:
            _ = pace.note(.told)
            return self.limits.pollTime
        }
    }

    // MARK: House-keeping

    private func keepHouse(on loop: EventLoop) async {
        var sweepsAt = MonotonicTime.now
        while !Task.isCancelled {
            do {
                try await self.measure()
                if sweepsAt <= .now {
                    sweepsAt = .now + self.limits.sweepTime
                    try await self.register()
                    try await self.sweep()
                }
            } catch {
                self.log.warning("outbox not looked after", ["reason": .text("\(error)")])
            }
            await Bell().wait(self.limits.measureTime, on: loop)
        }
    }

    /// Looks how much waits, for the metrics.
    package func measure() async throws {
        self.metrics.foundUnread(seconds: try await self.database.run(OutboxStatements.unreadAge).single())
        for consumer in self.consumers {
            let rows = try await self.database.run(
                OutboxStatements.backlog, consumer.name.description, self.limits.countedMax)
            guard let row = rows.first else { continue }
            self.metrics.found(
                OutboxMetrics.Backlog(
                    waitingCount: try row.get(0), parkedCount: try row.get(1), lagSeconds: try row.get(2)),
                consumer)
        }
    }

    /// Forgets what was told long ago.
    package func sweep() async throws {
        for _ in 0..<self.limits.sweepRoundCountMax {
            let rows = try await self.database.run(
                OutboxStatements.sweepInbox, self.limits.inboxTime.milliseconds, self.limits.sweptCountMax)
            if rows.affectedCount < self.limits.sweptCountMax { return }
        }
    }
}
