package import Crypto
package import Observability
internal import Primitives
package import Reactor
internal import Synchronization

/// The gates of all loops: told together, and waited for until all have heard.
package final class PlaybackGates: Sendable {
    package let limits: PlaybackLimits
    package let opening = GateOpening()
    package let meters = PlaybackMeters()
    let metrics: PlaybackMetrics
    private let gates: [LoopGate]
    private let signer: Mutex<PlaybackSigner>

    /// Before the loops run.
    package init(root: RootSecret, loops: [EventLoop], limits: PlaybackLimits, metrics: PlaybackMetrics) {
        self.limits = limits
        self.metrics = metrics
        self.signer = Mutex(PlaybackSigner(root: root, leadTime: limits.keyLeadTime))
        let keys = PlaybackKeys(root: root)
        let (opening, meters) = (self.opening, self.meters)
        self.gates = loops.map { loop in
            LoopGate(
                loop: loop, state: GateState(keys: keys, meters: meters, limits: limits), opening: opening,
                metrics: metrics)
        }
    }

    /// Tickets and previews whose sessions are known.
    package var holderCount: Int { self.opening.holderCount.load(ordering: .relaxed) }

    /// That of a loop.
    package subscript(loop: EventLoop) -> LoopGate { self.gates[loop.index] }

    /// Before the loops run: `action` is called on each loop on which sessions of these holders may have ended.
    package func whenSessionsEnd(_ action: @escaping @Sendable (EventLoop, [Int64]) -> Void) {
        for gate in self.gates { gate.whenSessionsEnd { [loop = gate.loop] in action(loop, $0) } }
    }

    /// Returns when it is in force on every loop.
    package func apply(_ holdings: [PlaybackHolding]) async {
        var rest = holdings[...]
        while !rest.isEmpty {
            let piece = rest.prefix(self.limits.appliedCountMax)
            rest = rest.dropFirst(piece.count)
            await withCheckedContinuation { continuation in
                let missing = MissingLoops(self.gates.count) { continuation.resume() }
                for gate in self.gates { gate.apply(piece) { missing.arrived() } }
            }
        }
    }

    /// Forgets some of those whose time is over.
    package func forget(wall: Int64) {
        for gate in self.gates { gate.forget(wall: wall) }
    }

    // MARK: Keys

    /// Tokens of the new key are believed at once, and issued a little later.
    package func replaceKeys(_ root: RootSecret) {
        let keys = PlaybackKeys(root: root)
        for gate in self.gates { gate.replaceKeys(keys) }
        self.signer.withLock { $0.replaceKeys(root, now: .now) }
    }

    /// The token of a session, as it stands in its address.
    package func token(ticket: Int64, schedule: Int64, session: PlaybackSessionID, expiresAt: Int64) -> Secret<String> {
        let text = self.signer.withLock {
            $0.sign(ticket: ticket, schedule: schedule, session: session, expiresAt: expiresAt, now: .now)
        }
        return Secret(String(decoding: text.bytes, as: UTF8.self))
    }
}

/// Calls back when all loops have been heard of.
private final class MissingLoops: Sendable {
    private let count: Atomic<Int>
    private let done: @Sendable () -> Void

    init(_ count: Int, _ done: @escaping @Sendable () -> Void) {
        self.count = Atomic(count)
        self.done = done
    }

    func arrived() {
        if self.count.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 { self.done() }
    }
}
