internal import Primitives
internal import Synchronization

/// Where in its life the server is; what `/readyz` answers from.
enum ServerPhase: UInt8, AtomicRepresentable {
    case starting
    case running
    case draining
}

/// The phase, shared by the main thread and the loops.
final class ServerState: Sendable {
    private let atomicPhase = Atomic(ServerPhase.starting)
    let startedAt = MonotonicTime.now

    var phase: ServerPhase {
        get { self.atomicPhase.load(ordering: .acquiring) }
        set { self.atomicPhase.store(newValue, ordering: .releasing) }
    }
}
