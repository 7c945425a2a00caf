package import Primitives
internal import Synchronization

/// The keys that session tickets are sealed with, shared by every loop and kept when certificates are reloaded.
///
/// Two keys at most: the present one seals, the one before it still opens. Each serves a period of a fixed grid, and
/// opens for one period more. They live in this process only, and are wiped when a handshake finds them too old: while
/// clients come, whoever takes the machine later cannot read sessions older than two periods. A server that nobody
/// calls keeps its last two keys until somebody does.
package final class TLSTicketKeys: Sendable {
    /// How long one key seals new tickets. A ticket opens for at least this long and at most twice.
    package static let rotationTime = TimeAmount.seconds(12 * 60 * 60)

    private struct State {
        var current: TLSTicketKey
        var previous: TLSTicketKey?
        var rotatesAt: MonotonicTime
    }

    private let state: Mutex<State>
    private let clock: @Sendable () -> MonotonicTime

    package init(clock: @escaping @Sendable () -> MonotonicTime = { .now }) {
        self.clock = clock
        self.state = Mutex(State(current: TLSTicketKey(), rotatesAt: clock() + Self.rotationTime))
    }

    /// The key for a new ticket.
    func keyForSealing() -> TLSTicketKey { self.keys().current }

    /// The key of that name, and whether the ticket should be replaced by one under a newer key; nil when forgotten.
    func keyForOpening(name: UnsafePointer<UInt8>) -> (key: TLSTicketKey, isOld: Bool)? {
        let (current, previous) = self.keys()
        if current.hasName(name) { return (current, false) }
        if let previous, previous.hasName(name) { return (previous, true) }
        return nil
    }

    private func keys() -> (current: TLSTicketKey, previous: TLSTicketKey?) {
        let now = self.clock()
        return self.state.withLock { state in
            if now >= state.rotatesAt {
                // The periods that ended since the last look. After a long quiet the last key is too old even to open
                // with.
                let periodCount = (now - state.rotatesAt).nanoseconds / Self.rotationTime.nanoseconds + 1
                state.previous = periodCount == 1 ? state.current : nil
                state.current = TLSTicketKey()
                state.rotatesAt = state.rotatesAt + .nanoseconds(periodCount * Self.rotationTime.nanoseconds)
            }
            return (state.current, state.previous)
        }
    }
}
