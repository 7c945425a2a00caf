package import Primitives

/// Which kinds of requests are sent away: follows what is measured up at once, and down a step at a time.
package struct LoadShedder: Sendable {
    private let limits: LoadLimits
    /// The last kind that is sent away; nil when there is room for all.
    package private(set) var shed: LoadKind?
    /// Since when less was measured than would keep `shed`.
    private var calmSince: MonotonicTime?

    package init(_ limits: LoadLimits = LoadLimits()) { self.limits = limits }

    package func sheds(_ kind: LoadKind) -> Bool { self.shed.map { kind <= $0 } ?? false }

    /// Takes a measurement: the delay of the latest loop, and how many handlers are at work.
    package mutating func note(delay: TimeAmount, inFlightCount: Int, now: MonotonicTime) {
        let measured = LoadKind.allCases.last { kind in
            (self.limits.delays[kind].map { delay >= $0 } ?? false)
                || (self.limits.inFlightCounts[kind].map { inFlightCount >= $0 } ?? false)
        }
        guard let shed = self.shed else {
            self.shed = measured
            self.calmSince = nil
            return
        }
        if let measured, measured >= shed {
            self.shed = measured
            self.calmSince = nil
            return
        }
        guard let since = self.calmSince else {
            self.calmSince = now
            return
        }
        guard now - since >= self.limits.calmTime else { return }
        self.shed = LoadKind(rawValue: shed.rawValue - 1)
        // The next step takes its own time.
        self.calmSince = now
    }
}
