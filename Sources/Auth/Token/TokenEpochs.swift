internal import Synchronization

/// Members whose older tokens are refused although they are not expired: who has signed out everywhere, changed the
/// password, got another role or was banned. All threads ask it, for every request with a token.
///
/// Filled by whoever raises an epoch in the database, at once and once more by the notice that other nodes get. A row
/// is needed only until the last token from before it has expired, so the table is as large as a quarter of an hour is
/// eventful. When it is full all the same, the older half is given up, and `refusedUntil` refuses what those rows did,
/// and the tokens of everybody else from before that time.
package final class TokenEpochs: Sendable {
    private struct Row {
        var epoch: Int32
        /// Seconds since 1970.
        var raisedAt: Int
    }

    private struct Table {
        var rows: [Int64: Row] = [:]
        /// Tokens issued at this time or before it are refused.
        var refusedUntil = Int.min
    }

    private let limits: TokenLimits
    private let table = Mutex(Table())
    /// Whether there is anything to look at: mostly not, and then no lock is taken.
    private let isInUse = Atomic(false)

    package init(limits: TokenLimits = TokenLimits()) { self.limits = limits }

    /// From now on, tokens of this member with a lower epoch are refused. A lower epoch than before changes nothing, so
    /// it may be told twice and out of order. `now` is in seconds since 1970.
    package func raise(_ memberID: Int64, to epoch: Int32, now: Int) {
        self.table.withLock { table in
            if let row = table.rows[memberID], row.epoch >= epoch { return }
            if table.rows[memberID] == nil, table.rows.count >= self.limits.raisedEpochCountMax {
                self.makeRoom(in: &table, now: now)
            }
            table.rows[memberID] = Row(epoch: epoch, raisedAt: now)
        }
        self.isInUse.store(true, ordering: .releasing)
    }

    /// Whether a token of this member, epoch and time is refused.
    package func refuses(_ token: AccessToken) -> Bool {
        guard self.isInUse.load(ordering: .acquiring) else { return false }
        return self.table.withLock { table in
            if token.issuedAt <= table.refusedUntil { return true }
            guard let row = table.rows[token.memberID] else { return false }
            return token.epoch < row.epoch
        }
    }

    package var count: Int { self.table.withLock { $0.rows.count } }

    /// Rows that no token needs any more go first. Called when the table is full, so what it costs is shared by as many
    /// raises as it frees rows.
    private func makeRoom(in table: inout Table, now: Int) {
        let needed = now - self.limits.lifetimeSeconds - self.limits.clockSkewSeconds
        table.rows = table.rows.filter { $0.value.raisedAt >= needed }
        guard table.rows.count > self.limits.raisedEpochCountMax / 2 else { return }
        let times = table.rows.values.map(\.raisedAt).sorted()
        let until = times[times.count / 2]
        table.refusedUntil = max(table.refusedUntil, until)
        table.rows = table.rows.filter { $0.value.raisedAt > until }
    }
}
