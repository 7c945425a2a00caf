internal import Synchronization

/// The requests of one loop for seats, in the order in which they came, and their statements.
///
/// It has no task of its own: whoever comes while nothing is on its way leads, which is to run statements until his own
/// request is answered; then the next in line leads.
final class HoldQueue: Sendable {
    private enum Turn {
        case lead
        case answer(Result<HoldOutcome, any Error>)
    }

    private struct State {
        var batcher: HoldBatcher
        /// Those who wait, by the number of their request.
        var waiters: [UInt64: CheckedContinuation<Turn, Never>] = [:]
        /// Whose request has been answered while he leads.
        var answers: [UInt64: Result<HoldOutcome, any Error>] = [:]
        var leaderCount = 0
    }

    /// Runs one statement: an answer for each request, in their order.
    typealias Perform = @Sendable ([HoldRequest]) async -> [Result<HoldOutcome, any Error>]

    private let leaderCountMax: Int
    private let state: Mutex<State>
    private let perform: Perform

    init(limits: ReservationLimits, _ perform: @escaping Perform) {
        self.leaderCountMax = limits.batchFlightCountMax
        self.state = Mutex(State(batcher: HoldBatcher(limits: limits)))
        self.perform = perform
    }

    /// Requests that wait for a statement.
    var waitingCount: Int { self.state.withLock { $0.batcher.waitingCount } }

    /// The answer to a request, after its commit. Nil when too many wait.
    func hold(_ request: HoldRequest) async throws -> HoldOutcome? {
        let added = self.state.withLock { state -> (id: UInt64, leads: Bool)? in
            guard let id = state.batcher.add(request) else { return nil }
            let leads = state.leaderCount < self.leaderCountMax
            if leads { state.leaderCount += 1 }
            return (id, leads)
        }
        guard let added else { return nil }
        if added.leads { return try await self.lead(added.id).get() }
        switch await self.wait(added.id) {
        case .lead: return try await self.lead(added.id).get()
        case .answer(let answer): return try answer.get()
        }
    }

    /// Until the request is answered, or its member called upon to lead. A leader who `resigns` does so in the same
    /// moment in which he begins to wait: between the two, one who hands over would find neither a leader nor somebody
    /// who waits.
    private func wait(_ id: UInt64, resigns: Bool = false) async -> Turn {
        await withCheckedContinuation { continuation in
            let answer = self.state.withLock { state -> Turn? in
                if resigns { state.leaderCount -= 1 }
                // Answered before he could wait.
                if let answer = state.answers.removeValue(forKey: id) { return .answer(answer) }
                // Somebody has to, and nobody who leads will look again.
                if state.leaderCount < self.leaderCountMax, state.batcher.waitingCount > 0 {
                    state.leaderCount += 1
                    return .lead
                }
                state.waiters[id] = continuation
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    /// Runs statements until the request of this number is answered.
    private func lead(_ id: UInt64) async -> Result<HoldOutcome, any Error> {
        while true {
            let (own, next) = self.state.withLock { state in
                let own = state.answers.removeValue(forKey: id)
                return (own, own == nil ? state.batcher.next() : nil)
            }
            if let own {
                self.handOver()
                return own
            }
            guard let batch = next else {
                // Its request is in the statement of another leader.
                switch await self.wait(id, resigns: true) {
                case .lead: continue
                case .answer(let answer): return answer
                }
            }
            let answers = await self.perform(batch.map(\.request))
            self.settle(batch, answers)
        }
    }

    private func settle(_ batch: [HoldBatcher.Entry], _ answers: [Result<HoldOutcome, any Error>]) {
        let resumed = self.state.withLock { state in
            // A failure is an answer too; which it is makes no difference here.
            let done = state.batcher.settle(batch, answers.map { try? $0.get() })
            var resumed: [(CheckedContinuation<Turn, Never>, Result<HoldOutcome, any Error>)] = []
            for (index, entry) in batch.enumerated() where done[index] {
                if let waiter = state.waiters.removeValue(forKey: entry.id) {
                    resumed.append((waiter, answers[index]))
                } else {
                    state.answers[entry.id] = answers[index]
                }
            }
            return resumed
        }
        for (waiter, answer) in resumed { waiter.resume(returning: .answer(answer)) }
    }

    /// The first in line leads on; without one, whoever comes next does.
    private func handOver() {
        let next = self.state.withLock { state in
            guard let id = state.batcher.first, let waiter = state.waiters.removeValue(forKey: id) else {
                state.leaderCount -= 1
                return nil as CheckedContinuation<Turn, Never>?
            }
            return waiter
        }
        next?.resume(returning: .lead)
    }
}
