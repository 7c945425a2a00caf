package import HTTPServer
package import Observability
package import Primitives
package import Reactor
internal import Synchronization

/// Sends requests away before any work is done for them when there is too much to do, and members who ask too often.
package final class LoadGuard: Sendable {
    private let limits: LoadLimits
    private let shedder: Mutex<LoadShedder>
    /// What `shedder` has decided, for every request to read: the number of the last kind that is shed, or -1.
    private let shedNumber = Atomic<Int>(-1)
    private let inFlight = Atomic<Int>(0)
    private let shedCounters: ReasonCounters
    private let limitedCounter: Counter
    private let log: Log

    package init(limits: LoadLimits = LoadLimits(), registry: MetricsRegistry, log: Log) {
        self.limits = limits
        self.shedder = Mutex(LoadShedder(limits))
        self.log = log
        self.shedCounters = ReasonCounters(LoadKind.allCases.map(\.name)) {
            registry.counter(
                "podo_load_shed_total", help: "Requests sent away because there was too much to do.",
                labels: ["kind": $0])
        }
        self.limitedCounter = registry.counter(
            "podo_load_limited_total", help: "Requests of members and networks that asked too often.")
        registry.sampledGauge(
            "podo_load_level", help: "How many kinds of requests are sent away, from browsing (1) to payments (4)."
        ) { [self] in Double(self.shedNumber.load(ordering: .relaxed) + 1) }
        registry.sampledGauge("podo_load_in_flight", help: "Guarded handlers at work.") { [self] in
            Double(self.inFlight.load(ordering: .relaxed))
        }
    }

    // MARK: Routes

    /// The same route, which answers 503 `overloaded` while its kind is shed, and 429 `rate-limited` to members who
    /// have used up their budget. What handlers of it are doing is counted.
    package func guarding(_ route: HTTPRoute, as kind: LoadKind, budget: MemberBudget? = nil) -> HTTPRoute {
        self.counting(route).checked { request throws(HTTPProblem) in
            try self.admit(kind)
            guard let budget, let caller = request.caller else { return }
            do throws(HTTPProblem) {
                try budget.take(caller.memberID)
            } catch {
                self.limitedCounter.add(loop: nil)
                throw error
            }
        }
    }

    /// The same for a route that asks nobody who he is: 429 to networks that have used up their budget.
    package func guarding(_ route: HTTPRoute, as kind: LoadKind, budget: AddressBudget) -> HTTPRoute {
        self.counting(route).checked { request throws(HTTPProblem) in
            try self.admit(kind)
            do throws(HTTPProblem) {
                try budget.take(request)
            } catch {
                self.limitedCounter.add(loop: nil)
                throw error
            }
        }
    }

    /// Throws `overloaded` when requests of this kind are sent away.
    package func admit(_ kind: LoadKind) throws(HTTPProblem) {
        guard kind.rawValue <= self.shedNumber.load(ordering: .relaxed) else { return }
        self.shedCounters.add(kind.name, loop: nil)
        throw HTTPProblem.overloaded(retryAfterSeconds: self.limits.retryAfterSeconds[kind] ?? 1)
    }

    /// Only what may wait is counted: what answers at once is over when anybody could look.
    private func counting(_ route: HTTPRoute) -> HTTPRoute {
        guard case .concurrent(let handle) = route.handler else { return route }
        return route.handled(
            by: .concurrent { request, values in
                self.inFlight.wrappingAdd(1, ordering: .relaxed)
                defer { self.inFlight.wrappingSubtract(1, ordering: .relaxed) }
                return try await handle(request, values)
            })
    }

    // MARK: Measuring

    /// Measures until its task is cancelled. For a task on `loops[0]`, beside which the others are measured too.
    package func watch(_ loops: [EventLoop]) async {
        while !Task.isCancelled {
            let asked = MonotonicTime.now
            await Self.turn(of: loops)
            self.note(delay: .now - asked, now: .now)
            await Bell().wait(self.limits.measureTime, on: loops[0])
        }
    }

    /// Takes a measurement of how late loops are.
    package func note(delay: TimeAmount, now: MonotonicTime) {
        let inFlightCount = self.inFlight.load(ordering: .relaxed)
        let (before, after) = self.shedder.withLock { shedder in
            let before = shedder.shed
            shedder.note(delay: delay, inFlightCount: inFlightCount, now: now)
            return (before, shedder.shed)
        }
        guard before != after else { return }
        self.shedNumber.store(after?.rawValue ?? -1, ordering: .relaxed)
        let name = after.map { $0.name.description } ?? "nothing"
        self.log.warning(
            "load changed",
            [
                "sheds": .text(name), "delay": .seconds(delay.seconds), "in_flight": .number(inFlightCount),
            ])
    }

    /// Returns when every loop has come to what was asked of it now.
    private static func turn(of loops: [EventLoop]) async {
        await withTaskGroup(of: Void.self) { group in
            for loop in loops {
                group.addTask {
                    await withCheckedContinuation { continuation in loop.execute { continuation.resume() } }
                }
            }
        }
    }
}
