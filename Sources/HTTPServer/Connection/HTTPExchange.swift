internal import Observability
internal import Primitives
internal import Reactor

/// A request that was admitted and not yet answered whole.
struct HTTPExchange {
    let stream: HTTPStreamID
    /// Without its parameters once a handler has seen them and answers later.
    var match: HTTPRouteMatch
    let trace: TraceContext
    let client: SocketAddress
    let startedAt: MonotonicTime
    /// Of an asynchronous handler, while it runs.
    var task: Task<Void, Never>?
    /// Of a handler that answers later without a task, until it has.
    var deferral: Deferral?
    /// When that handler began: after the whole body had come, which may take long by itself.
    var handlerStartedAt = MonotonicTime(nanoseconds: 0)
    /// The client is gone, or was told that the handler takes too long. Of one that is gone the entry stays until the
    /// handler has come back.
    var isCancelled = false

    /// Whether somebody still works at the answer, and may take too long.
    var isBeingHandled: Bool { (self.task != nil || self.deferral != nil) && !self.isCancelled }

    struct Deferral {
        /// The answer depends on it: its conditions, and where it came from.
        var request: HTTPRequest
        var onCancel: (() -> Void)?
    }
}
