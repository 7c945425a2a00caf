internal import Primitives
internal import Synchronization

/// A `CachedDocument` that many callers ask for at once: one of them fetches, the others wait for it.
final class SharedDocument<Value: Sendable>: Sendable {
    /// More than so many wait for nothing: they are told that the provider is away.
    private static var waitingCountMax: Int { 1000 }

    private struct State {
        var document = CachedDocument<Value>()
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    private let clock: @Sendable () -> MonotonicTime

    init(clock: @escaping @Sendable () -> MonotonicTime) { self.clock = clock }

    /// The document, by `fetch` if it is not there, not fresh, or not enough. `fetch` ends in bounded time, and says
    /// how long the provider wants it kept.
    func value(
        lacksSomething: Bool = false, fetch: () async throws(SocialFault) -> (Value, TimeAmount?)
    ) async throws(SocialFault) -> Value {
        var lacksSomething = lacksSomething
        while true {
            switch self.state.withLock({ $0.document.ask(lacksSomething: lacksSomething, now: self.clock()) }) {
            case .use(let value): return value
            case .away: throw .providerUnreachable
            case .wait:
                guard await self.wait() else { throw .providerUnreachable }
                // Whatever came is new enough.
                lacksSomething = false
            case .fetch: return try await self.fetchNow(fetch)
            }
        }
    }

    private func fetchNow(
        _ fetch: () async throws(SocialFault) -> (Value, TimeAmount?)
    ) async throws(SocialFault) -> Value {
        do throws(SocialFault) {
            let (value, freshTime) = try await fetch()
            self.end { $0.fetched(value, freshTime: freshTime, now: self.clock()) }
            return value
        } catch {
            self.end { $0.failed(now: self.clock()) }
            // What is there serves while the provider does not. Asking for more would promise another fetch.
            if let value = self.state.withLock({ $0.document.usable(now: self.clock()) }) { return value }
            throw error
        }
    }

    private func end(_ change: (inout CachedDocument<Value>) -> Void) {
        let waiting = self.state.withLock { state in
            change(&state.document)
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Until whoever fetches has ended; false when too many wait.
    private func wait() async -> Bool {
        var isAdmitted = true
        await withCheckedContinuation { continuation in
            let mustWait = self.state.withLock { state in
                guard state.document.isFetching else { return false }
                isAdmitted = state.waiting.count < Self.waitingCountMax
                if isAdmitted { state.waiting.append(continuation) }
                return isAdmitted
            }
            if !mustWait { continuation.resume() }
        }
        return isAdmitted
    }
}
