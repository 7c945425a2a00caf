/// What a connection has been asked and has not answered yet, in order: the state of a pipeline.
///
/// A unit is some statements and the synchronisation point behind them. PostgreSQL runs a unit as one transaction: when
/// a statement of it fails, those behind it in the unit are passed over, and the next unit begins afresh. So every
/// result belongs to the first step that has none yet, and a unit is settled by its synchronisation point alone:
/// before, a commit may still fail.
struct PendingUnits {
    /// Kinds of result.
    enum Answer {
        case success, failure
        /// Passed over, because a statement before it failed.
        case skipped
    }

    enum Action: Equatable {
        case succeeded(UnitStep)
        /// The first failure of the unit.
        case failed(UnitStep)
        case skipped(UnitStep)
        /// An answer that nobody asked for: the connection cannot be used any more.
        case violation
    }

    private var units = FIFO<UnitSteps>()
    private var hasFailed = false

    var count: Int { self.units.count }
    var isEmpty: Bool { self.units.isEmpty }

    mutating func append(_ steps: UnitSteps) { self.units.append(steps) }

    /// A statement's result has come.
    mutating func answered(_ answer: Answer) -> Action {
        var step: UnitStep?
        self.units.updateFirst { step = $0.popFirst() }
        guard let step else { return self.failedToCommit(answer) }
        switch answer {
        case .success: return self.hasFailed ? .violation : .succeeded(step)
        case .failure:
            if self.hasFailed { return .violation }
            self.hasFailed = true
            return .failed(step)
        case .skipped: return self.hasFailed ? .skipped(step) : .violation
        }
    }

    /// A unit whose statements have all succeeded can still fail where it commits: a deferred constraint does that.
    private mutating func failedToCommit(_ answer: Answer) -> Action {
        guard !self.units.isEmpty, answer == .failure, !self.hasFailed else { return .violation }
        self.hasFailed = true
        return .failed(.synchronise)
    }

    /// The synchronisation point has been reached: the first unit is settled. False when it cannot be.
    mutating func synchronised() -> Bool {
        guard let steps = self.units.first, steps.count == 0 else { return false }
        _ = self.units.popFirst()
        self.hasFailed = false
        return true
    }
}
