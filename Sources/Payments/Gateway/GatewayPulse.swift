package import Primitives
internal import Synchronization

/// When a company last answered, and when it last did not: what is asked by whoever looks whether it is there.
package final class GatewayPulse: Sendable {
    package struct Beat: Equatable, Sendable {
        package var answeredAt: WallClock?
        package var silentAt: WallClock?
        /// Why it was silent.
        package var reason: String?

        /// Nil when it has not been asked yet.
        package var isAnswering: Bool? {
            guard let silent = self.silentAt else { return self.answeredAt == nil ? nil : true }
            guard let answered = self.answeredAt else { return false }
            return answered.unixMilliseconds >= silent.unixMilliseconds
        }

        package init() {}
    }

    package let name: String
    private let beat = Mutex(Beat())

    package init(_ name: String) { self.name = name }

    package var last: Beat { self.beat.withLock { $0 } }

    package func answered(at now: WallClock = .now) { self.beat.withLock { $0.answeredAt = now } }

    package func wasSilent(_ reason: String, at now: WallClock = .now) {
        self.beat.withLock { beat in
            beat.silentAt = now
            beat.reason = reason
        }
    }
}
