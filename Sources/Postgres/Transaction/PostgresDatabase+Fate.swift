internal import Observability
internal import Primitives

extension PostgresDatabase {
    /// What became of a transaction whose COMMIT was sent.
    enum Fate {
        case committed, aborted, unknown
    }

    /// Asks the server until it knows. A session that still waits for the COMMIT, which got lost on its way, is ended,
    /// so that the answer cannot change any more.
    func fate(of number: TransactionNumber, history: String?) async -> Fate {
        let end = MonotonicTime.now + self.limits.resolveTime
        var wait = TimeAmount.milliseconds(20)
        var fate = Fate.unknown
        while fate == .unknown, let history {
            guard let known = await self.askFate(of: number, history) else { break }
            fate = known
            if fate != .unknown || MonotonicTime.now >= end { break }
            await self.pool(.interactive).pause(wait)
            wait = min(.nanoseconds(wait.nanoseconds * 2), .milliseconds(500))
        }
        switch fate {
        case .committed: self.metrics.resolved("committed")
        case .aborted: self.metrics.resolved("aborted")
        case .unknown: self.metrics.resolved("unknown")
        }
        self.log.warning("commit resolved", ["outcome": .text("\(fate)")])
        return fate
    }

    /// Nil when nobody will ever know.
    private func askFate(of number: TransactionNumber, _ history: String) async -> Fate? {
        do {
            let rows = try await self.run(TransactionStatements.status, number, history)
            switch try rows.single(String?.self) {
            case "committed": return .committed
            case "aborted": return .aborted
            case "in progress":
                _ = try await self.run(TransactionStatements.terminate, number)
                return .unknown
            // Another past, or one that cannot be told any more, or a word of a later version.
            default: return nil
            }
        } catch {
            if error.code == .other(sqlState: TransactionStatements.statusOfFuture) { return .aborted }
            return error.isTemporary ? .unknown : nil
        }
    }
}
