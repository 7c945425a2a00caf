package import Observability
package import Primitives
package import Reactor
internal import Synchronization

/// One application served on any number of listeners by every loop of a group.
package final class HTTPFrontend: Sendable {
    private let group: EventLoopGroup
    private let limits: HTTPLimits
    private let census: ConnectionCensus
    private let services: [HTTPService]
    private let listeners = Mutex<[Listener]>([])

    package init(
        name: StaticString, application: HTTPApplication, group: EventLoopGroup, limits: HTTPLimits,
        proxies: TrustedProxies = TrustedProxies(), metrics: MetricsRegistry, log: Log,
        observer: (any HTTPRequestObserver)? = nil
    ) {
        self.group = group
        self.limits = limits
        let census = ConnectionCensus(
            countMax: limits.connectionCountMax, countPerAddressMax: limits.connectionCountPerAddressMax)
        self.census = census
        let httpMetrics = HTTPMetrics(
            frontend: name.description, registry: metrics, routeLabels: application.routeLabels)
        self.services = group.loops.map { loop in
            HTTPService(
                loop: loop, application: application, limits: limits, proxies: proxies, metrics: httpMetrics, log: log,
                census: census, observer: observer)
        }
    }

    /// Starts accepting from the listener on every loop.
    package func listen(_ listener: Listener, security: TLSContext?) {
        self.listeners.withLock { $0.append(listener) }
        let acceptors = self.services.map { $0.acceptor(of: listener, security: security) }
        Acceptor.share(acceptors)
        for (service, acceptor) in zip(self.services, acceptors) {
            service.loop.execute { service.start(acceptor) }
        }
    }

    package var connectionCount: Int { self.census.total }

    /// The same, within `limits.drainTime`.
    package func drain() async -> Bool { await self.drain(until: .now + self.limits.drainTime) }

    /// New connections are refused from here on; running requests are answered; idle connections close. Returns true
    /// when all ended by themselves until then.
    package func drain(until deadline: MonotonicTime) async -> Bool {
        // Every loop stops accepting before the listeners close: what the kernel has queued by then is still served.
        _ = await self.onEveryService { service, resume in
            service.stopAccepting()
            resume(true)
        }
        for listener in self.listeners.withLock({ $0 }) { listener.shut() }
        return await self.onEveryService { service, resume in service.drain(until: deadline, resume) }
    }

    /// Runs `work` on all loops at once; true when every one resumed with true.
    private func onEveryService(
        _ work: @escaping @Sendable (HTTPService, _ resume: @escaping @Sendable (Bool) -> Void) -> Void
    ) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            for service in self.services {
                group.addTask {
                    await withCheckedContinuation { continuation in
                        service.loop.execute { work(service) { continuation.resume(returning: $0) } }
                    }
                }
            }
            return await group.reduce(true) { $0 && $1 }
        }
    }
}
