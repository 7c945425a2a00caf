internal import Primitives

/// Whether a signal to end has come while something else was going on: asked from time to time by one thread.
final class EndSignal {
    private let signals: SignalQueue
    private(set) var name: String?

    init(_ signals: SignalQueue) { self.signals = signals }

    /// Takes what has come meanwhile. A reload is forgotten: whoever starts or ends has nothing to read again.
    func hasCome() -> Bool {
        while self.name == nil {
            switch self.signals.next(deadline: .now) {
            case .terminate(let name): self.name = name
            case .reload, .wokenUp: continue
            case .timedOut: return false
            }
        }
        return true
    }
}
