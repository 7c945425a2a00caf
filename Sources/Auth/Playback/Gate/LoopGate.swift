internal import Observability
internal import Primitives
package import Reactor
internal import Synchronization

/// The gate on one loop. Between a request and its answer there is nothing that other loops write, but for what a
/// session has used up when it plays on several loops at once.
package final class LoopGate: @unchecked Sendable {
    // SAFETY: touched on `loop` only, which `assertIsOnLoop` checks at the entry points.
    let loop: EventLoop
    private let opening: GateOpening
    private let metrics: PlaybackMetrics
    @exclusivity(unchecked) private var state: GateState
    /// Called after something was told by which sessions of these holders may have ended: whoever waits with one of
    /// them has to be asked again.
    private var onEnd: (([Int64]) -> Void)?

    init(loop: EventLoop, state: GateState, opening: GateOpening, metrics: PlaybackMetrics) {
        self.loop = loop
        self.state = state
        self.opening = opening
        self.metrics = metrics
    }

    /// - Parameter pass: As it was spelled in the path.
    package func admit(
        _ pass: ArraySlice<UInt8>, _ demand: PlaybackDemand, from peer: SocketAddress? = nil
    ) -> PlaybackVerdict {
        self.loop.assertIsOnLoop()
        let verdict = self.verdict(pass, demand, peer)
        if case .refused(let refusal) = verdict { self.refused(refusal, pass) }
        return verdict
    }

    private func verdict(
        _ pass: ArraySlice<UInt8>, _ demand: PlaybackDemand, _ peer: SocketAddress?
    ) -> PlaybackVerdict {
        guard let text = PlaybackTokenText(pass) else { return .refused(.tokenInvalid) }
        let now = self.loop.now
        guard self.opening.isOpen(at: now) else { return .refused(.gateClosed) }
        return self.state.admit(text, demand, from: peer.map { PlaybackNetworks.number(of: $0.host) }, now: now) {
            WallClock.now.unixMilliseconds / 1000
        }
    }

    private func refused(_ refusal: PlaybackRefusal, _ pass: ArraySlice<UInt8>) {
        self.metrics.refused(refusal, loop: self.loop.index)
        switch refusal {
        case .tooFast:
            guard let token = PlaybackTokenText(pass).flatMap({ self.state.newlyTooFast($0) }) else { return }
            self.metrics.tooFast(ticket: token.ticket, schedule: token.schedule)
        case .sessionShared:
            guard let token = PlaybackTokenText(pass).flatMap({ self.state.newlyShared($0) }) else { return }
            self.metrics.shared(ticket: token.ticket, schedule: token.schedule)
        case .tokenInvalid, .tokenExpired, .ticketRevoked, .sessionReplaced, .gateClosed: break
        }
    }

    /// Whose a pass is that was let in just now: the ticket, or the number below zero of a preview.
    package func holder(of pass: ArraySlice<UInt8>) -> Int64? {
        self.loop.assertIsOnLoop()
        return PlaybackTokenText(pass).flatMap { self.state.holder($0) }
    }

    /// On the loop, before it runs or while it does.
    func whenSessionsEnd(_ action: @escaping ([Int64]) -> Void) { self.onEnd = action }

    // MARK: Told from anywhere

    /// `then` is called on the loop when it is in force.
    func apply(_ holdings: ArraySlice<PlaybackHolding>, then: @escaping @Sendable () -> Void) {
        self.loop.execute {
            let ended = self.state.apply(holdings)
            if !ended.isEmpty { self.onEnd?(ended) }
            self.opening.holderCount.store(self.state.holderCount, ordering: .relaxed)
            then()
        }
    }

    func replaceKeys(_ keys: PlaybackKeys) {
        self.loop.execute { self.state.replaceKeys(keys) }
    }

    func forget(wall: Int64) {
        self.loop.execute {
            self.state.forget(wall: wall)
            self.opening.holderCount.store(self.state.holderCount, ordering: .relaxed)
        }
    }
}
