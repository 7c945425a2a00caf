package import Observability
package import Reactor

/// Skeleton: listens, accepts nothing. Replaced by the real one.
package final class HTTPFrontend: Sendable {
    package init(
        name: StaticString, application: HTTPApplication, group: EventLoopGroup, limits: HTTPLimits,
        metrics: MetricsRegistry, log: Log
    ) {}

    /// Starts accepting from the listener on every loop.
    package func listen(_ listener: Listener, security: TLSContext?) {}

    package var connectionCount: Int { 0 }

    /// New connections are not accepted any more; running requests are answered; idle connections close. Returns
    /// true when all ended by themselves within `limits.drainTime`.
    package func drain() async -> Bool { true }
}
