package import Observability
package import Reactor

/// Publishers on any number of listeners, served by every loop of a group.
package final class RTMPFrontend: Sendable {
    private let group: EventLoopGroup

    package init(
        group: EventLoopGroup, limits: RTMPLimits, authorizer: any PublishAuthorizer,
        destination: any MediaDestination, observer: any PublishObserver, metrics: MetricsRegistry, log: Log
    ) {
        self.group = group
    }

    /// Starts accepting from the listener on every loop.
    package func listen(_ listener: Listener, security: TLSContext?) {}

    package var connectionCount: Int { 0 }

    /// New publishers are refused from here on; those that can are asked to connect again; the rest are told that the
    /// server ends, and closed. Returns true when all ended by themselves within `limits.drainTime`.
    package func drain() async -> Bool { true }
}
