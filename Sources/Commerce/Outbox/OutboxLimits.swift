package import Primitives

/// The bounds of telling events. More than a batch waits for the next; nothing is thrown away.
package struct OutboxLimits: Sendable {
    /// Events read out of the outbox at a time.
    package var spreadCountMax = 500
    /// Events told in one transaction.
    package var batchCountMax = 50

    /// How often an event is tried before it is parked.
    package var attemptCountMax = 8
    /// The wait after the first failure of an event; it doubles with each, up to the longest.
    package var retryTime = TimeAmount.milliseconds(500)
    package var retryTimeMax = TimeAmount.seconds(60)
    /// How long a parked event waits before it is tried once more: a newer Podo may know what to do with it.
    package var parkedRetryTime = TimeAmount.seconds(3600)
    /// The wait of a consumer after a failure; it doubles with each in a row, up to the longest.
    package var pauseTime = TimeAmount.milliseconds(100)
    package var pauseTimeMax = TimeAmount.seconds(30)

    /// Between looks, when nobody rings.
    package var pollTime = TimeAmount.seconds(1)
    /// Between looks of a consumer for whom nobody rings.
    package var quietTime = TimeAmount.seconds(60)
    /// While events wait for transactions that are as old as theirs.
    package var heldBackTime = TimeAmount.milliseconds(50)
    /// While another process tells a consumer's events.
    package var elsewhereTime = TimeAmount.milliseconds(200)
    /// Between rounds of counting what waits.
    package var measureTime = TimeAmount.seconds(10)
    package var sweepTime = TimeAmount.seconds(60)
    /// What waits is counted as far as this.
    package var countedMax = 10_000

    /// How long it is remembered which events were told.
    package var inboxTime = TimeAmount.seconds(7 * 24 * 3600)
    /// For a consumer that no process has had for so long, no more events are kept.
    package var absenceTime = TimeAmount.seconds(24 * 3600)
    package var sweptCountMax = 1000
    package var sweepRoundCountMax = 100

    package init() {}
}
