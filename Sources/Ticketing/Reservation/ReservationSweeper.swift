package import Primitives

/// Ends what has lapsed: whoever starts the process calls `work` now and then, as every few seconds, and again at once
/// while it says so. It only tidies: a lapsed seat can be taken without it.
package struct ReservationSweeper: Sendable {
    private let reservations: Reservations

    package init(_ reservations: Reservations) { self.reservations = reservations }

    /// How often to look.
    package static let interval = TimeAmount.seconds(2)

    /// Whether there may be more.
    package func work() async throws -> Bool {
        let countMax = self.reservations.limits.sweepCountMax
        return try await self.reservations.sweepExpired(countMax) >= countMax
    }
}
