package import Primitives

/// From when on there is too much to do. A limit that is reached sheds its kind of request and those before it.
package struct LoadLimits: Sendable {
    /// How late a loop comes to what is due.
    package var delays: [LoadKind: TimeAmount] = [
        .browse: .milliseconds(100), .queue: .milliseconds(250), .reservation: .milliseconds(600),
        .payment: .milliseconds(1500),
    ]
    /// Handlers that run or wait for the database, of all loops.
    package var inFlightCounts: [LoadKind: Int] = [
        .browse: 1000, .queue: 1500, .reservation: 2500, .payment: 4000,
    ]
    /// How long it must have been better before one kind more is let in again: who was sent away comes back by then.
    package var calmTime = TimeAmount.seconds(2)
    /// What those sent away are told to wait.
    package var retryAfterSeconds: [LoadKind: Int] = [.browse: 5, .queue: 5, .reservation: 2, .payment: 1]
    /// Between measurements.
    package var measureTime = TimeAmount.milliseconds(100)

    package init() {}
}
