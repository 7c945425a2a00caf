package import Observability
internal import Primitives
package import Reactor
internal import Synchronization

/// One application served on any number of listeners by every loop of a group.
package final class HTTPFrontend: Sendable {
    private let group: EventLoopGroup
    private let limits: HTTPLimits
    private let census: HTTPConnectionCensus
    private let services: [HTTPService]
    private let listeners = Mutex<[Listener]>([])

    package init(
        name: StaticString, application: HTTPApplication, group: EventLoopGroup, limits: HTTPLimits,
        metrics: MetricsRegistry, log: Log
    ) {
        self.group = group
        self.limits = limits
        let census = HTTPConnectionCensus(limits: limits)
        self.census = census
        let httpMetrics = HTTPMetrics(
            frontend: name.description, registry: metrics, routeLabels: application.routeLabels)
        self.services = group.loops.map { loop in
            HTTPService(
                loop: loop, application: application, limits: limits, metrics: httpMetrics, log: log, census: census)
        }
    }

    /// Starts accepting from the listener on every loop.
    package func listen(_ listener: Listener, security: TLSContext?) {
        self.listeners.withLock { $0.append(listener) }
        for service in self.services {
            service.loop.execute { service.accept(from: listener, security: security) }
        }
    }

    package var connectionCount: Int { self.census.total }

    /// New connections are not accepted any more; running requests are answered; idle connections close. Returns true
    /// when all ended by themselves within `limits.drainTime`.
    package func drain() async -> Bool {
        let deadline = MonotonicTime.now + self.limits.drainTime
        // All loops stop accepting at once: one that went on would be given what the others no longer take.
        let pending = self.services.map { service in
            Task {
                await withCheckedContinuation { continuation in
                    service.loop.execute {
                        service.drain(until: deadline) { continuation.resume(returning: $0) }
                    }
                }
            }
        }
        var isComplete = true
        for task in pending { isComplete = await task.value && isComplete }
        for listener in self.listeners.withLock({ $0 }) { listener.shut() }
        return isComplete
    }
}
