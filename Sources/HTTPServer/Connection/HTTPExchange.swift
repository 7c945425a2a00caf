internal import Observability
internal import Primitives

/// A request that was admitted and not yet answered whole.
struct HTTPExchange {
    let stream: HTTPStreamID
    let match: HTTPRouteMatch
    let trace: TraceContext
    let startedAt: MonotonicTime
    /// Of an asynchronous handler, while it runs.
    var task: Task<Void, Never>?
    /// The client is gone; the entry stays until the handler has come back, so that what was cancelled still counts.
    var isCancelled = false
}
