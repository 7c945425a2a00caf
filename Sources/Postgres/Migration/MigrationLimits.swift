package import Primitives

/// Every bound on what migrations may wait for.
package struct MigrationLimits: Sendable {
    /// How long a statement of a migration waits for a lock: all others who want it wait behind it.
    package var lockTime = TimeAmount.seconds(2)
    /// How often a migration that did not get a lock is begun again.
    package var lockAttemptCountMax = 20
    /// The time between two attempts.
    package var lockWaitTime = TimeAmount.milliseconds(500)
    /// How long another Podo that is migrating is waited for.
    package var turnTime = TimeAmount.seconds(600)
    /// What one migration may take.
    package var migrationTime = TimeAmount.seconds(3600)
    /// What connecting may take, and a question that has a quick answer.
    package var connectTime = TimeAmount.seconds(5)
    package var questionTime = TimeAmount.seconds(30)

    package init() {}
}
