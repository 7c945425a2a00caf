internal import Primitives
internal import Reactor
internal import Synchronization

/// How many wrong keys came from which address lately, over all loops.
///
/// After `wrongKeyCountMax` of them an address is refused without looking, so that guessing costs us little. What is
/// refused so does not count: a program that tries again and again gets in when its key is right a minute later.
final class WrongKeys: Sendable {
    private struct Window {
        var count: Int
        let endsAt: MonotonicTime
    }

    private struct State {
        var windows: [SocketAddress.Host: Window] = [:]
        var sweepsAt = MonotonicTime(nanoseconds: .min)
    }

    /// A full table is looked through this often at most.
    private static let sweepTime = TimeAmount.seconds(1)

    private let state = Mutex(State())
    private let limits: RTMPLimits

    init(limits: RTMPLimits) { self.limits = limits }

    func isRefused(_ host: SocketAddress.Host, now: MonotonicTime) -> Bool {
        self.state.withLock { state in
            guard let window = state.windows[host.network], window.endsAt > now else { return false }
            return window.count >= self.limits.wrongKeyCountMax
        }
    }

    func note(_ host: SocketAddress.Host, now: MonotonicTime) {
        self.state.withLock { state in
            if let window = state.windows[host.network], window.endsAt > now {
                state.windows[host.network]?.count += 1
                return
            }
            self.makeRoom(in: &state, now: now)
            state.windows[host.network] = Window(count: 1, endsAt: now + self.limits.wrongKeyTime)
        }
    }

    var addressCount: Int { self.state.withLock { $0.windows.count } }

    /// Forgets what is over; when nothing is, any one.
    private func makeRoom(in state: inout State, now: MonotonicTime) {
        guard state.windows.count >= self.limits.wrongKeyAddressCountMax else { return }
        if state.sweepsAt <= now {
            state.sweepsAt = now + Self.sweepTime
            state.windows = state.windows.filter { $0.value.endsAt > now }
        }
        guard state.windows.count >= self.limits.wrongKeyAddressCountMax, let any = state.windows.keys.first else {
            return
        }
        state.windows[any] = nil
    }
}
