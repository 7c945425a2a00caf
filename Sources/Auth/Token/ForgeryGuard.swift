internal import Primitives
internal import Reactor
internal import Synchronization

/// How many tokens with a wrong signature came from which network lately.
///
/// To find a signature wrong takes 0.2 ms, twenty times what an ordinary request does. After
/// `TokenLimits.forgeryCountMax` of them within `forgeryTime`, tokens from that network that are not remembered are
/// refused unseen until the time is over. Honest people behind the same address notice nothing: their tokens were
/// remembered when they were issued, and if not, they are issued another.
final class ForgeryGuard: Sendable {
    private struct Window {
        var count: Int
        let endsAt: MonotonicTime
    }

    private let limits: TokenLimits
    private let windows = Mutex<[SocketAddress.Host: Window]>([:])

    init(limits: TokenLimits) { self.limits = limits }

    func isRefused(_ host: SocketAddress.Host, now: MonotonicTime) -> Bool {
        self.windows.withLock { windows in
            guard let window = windows[host.network], window.endsAt > now else { return false }
            return window.count >= self.limits.forgeryCountMax
        }
    }

    func note(_ host: SocketAddress.Host, now: MonotonicTime) {
        self.windows.withLock { windows in
            if let window = windows[host.network], window.endsAt > now {
                windows[host.network]?.count += 1
                return
            }
            // Whoever has so many networks has got through anyway: forgetting all is the cheapest way to make room.
            if windows.count >= self.limits.forgingNetworkCountMax { windows.removeAll(keepingCapacity: true) }
            windows[host.network] = Window(count: 1, endsAt: now + self.limits.forgeryTime)
        }
    }
}
