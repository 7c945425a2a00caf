internal import Observability
internal import Postgres
package import Primitives

/// Tells those who wait when nothing is left, and when something has come back.
extension QueueService {
    /// Looks again and again, until its task is cancelled. `pause` waits.
    package func watchSeats(pause: (TimeAmount) async -> Void) async {
        while !Task.isCancelled {
            let start = MonotonicTime.now
            do {
                try await self.lookForSeats()
            } catch {
                // Those who wait are told later; nobody is sold anything that is not there.
                self.log.warning("seats of queues not looked at", ["reason": .text("\(error)")])
            }
            await pause(self.limits.rest(after: MonotonicTime.now - start))
        }
    }

    /// Looks at every sale with a queue that this process knows.
    package func lookForSeats() async throws {
        let rooms = self.rooms.all.map(\.room).filter { $0.settings.isEnabled && $0.hasOpened }
        guard !rooms.isEmpty else { return }
        let wasSoldOut = Dictionary(rooms.map { ($0.concert, $0.isSoldOut) }) { first, _ in first }
        for row in try await self.store.database.run(QueueSeatStatements.left, rooms.map(\.concert)) {
            let (concert, isLeft): (Int64, Bool) = (try row.get(0), try row.get(1))
            guard let known = wasSoldOut[concert], known == isLeft else { continue }
            try await self.setSoldOut(!isLeft, concert: concert)
            self.log.info(
                isLeft ? "queue goes on" : "queue sold out", ["concert": .number(Int(concert))])
        }
    }
}

extension QueueLimits {
    /// Between two looks for seats: at least a tick, and so long that looking takes no more than a fiftieth of the
    /// time, however many seats it has to pass by.
    func rest(after look: TimeAmount) -> TimeAmount {
        let (rest, isLong) = look.nanoseconds.multipliedReportingOverflow(by: 50)
        return max(self.tickTime, min(isLong ? self.seatLookTimeMax : .nanoseconds(rest), self.seatLookTimeMax))
    }
}
