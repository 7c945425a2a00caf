package import Observability
internal import Primitives
package import Reactor
internal import Synchronization

/// Publishers on any number of listeners, served by every loop of a group.
package final class RTMPFrontend: Sendable {
    private let limits: RTMPLimits
    private let shared: RTMPShared
    private let services: [RTMPService]
    private let listeners = Mutex<[Listener]>([])

    package init(
        group: EventLoopGroup, limits: RTMPLimits, authorizer: any PublishAuthorizer,
        destination: any MediaDestination, observer: any PublishObserver, metrics: MetricsRegistry, log: Log
    ) {
        self.limits = limits
        let shared = RTMPShared(
            limits: limits, authorizer: authorizer, destination: destination, observer: observer,
            metrics: RTMPMetrics(registry: metrics), log: log)
        self.shared = shared
        self.services = group.loops.map { RTMPService(loop: $0, shared: shared) }
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

    package var connectionCount: Int { self.shared.census.total }

    /// What is published now, by name.
    package var streams: [LiveStream] { self.shared.registry.streams }

    /// Nil when nobody publishes it.
    package func stream(_ name: String) -> LiveStream? { self.shared.registry.stream(name) }

    /// New publishers are refused from here on; those that can are asked to connect again; the rest are told that the
    /// server ends, and closed. Returns true when all ended by themselves within `limits.drainTime`.
    package func drain() async -> Bool {
        let deadline = MonotonicTime.now + self.limits.drainTime
        // Every loop stops accepting before the listeners close, so that nobody is reset who is accepted already.
        _ = await self.onEveryService { service, resume in
            service.stopAccepting()
            resume(true)
        }
        for listener in self.listeners.withLock({ $0 }) { listener.shut() }
        return await self.onEveryService { service, resume in service.drain(until: deadline, resume) }
    }

    /// Runs `work` on all loops at once; true when every one resumed with true.
    private func onEveryService(
        _ work: @escaping @Sendable (RTMPService, _ resume: @escaping @Sendable (Bool) -> Void) -> Void
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

/// What all loops of a front end have in common.
final class RTMPShared: Sendable {
    let limits: RTMPLimits
    let authorizer: any PublishAuthorizer
    let destination: any MediaDestination
    let observer: any PublishObserver
    let metrics: RTMPMetrics
    let log: Log
    let census: ConnectionCensus
    let registry = PublishRegistry()
    let wrongKeys: WrongKeys

    init(
        limits: RTMPLimits, authorizer: any PublishAuthorizer, destination: any MediaDestination,
        observer: any PublishObserver, metrics: RTMPMetrics, log: Log
    ) {
        self.limits = limits
        self.authorizer = authorizer
        self.destination = destination
        self.observer = observer
        self.metrics = metrics
        self.log = log
        self.census = ConnectionCensus(
            countMax: limits.connectionCountMax, countPerAddressMax: limits.connectionCountPerAddressMax)
        self.wrongKeys = WrongKeys(limits: limits)
    }
}
