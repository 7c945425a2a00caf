package import Primitives

/// Sessions that were ended while access tokens of theirs may still be about: a value without clock and I/O.
///
/// A token lives a quarter of an hour, so that is how long anything is remembered. When there are too many all the
/// same, those go first that would be forgotten first.
package struct RevokedSessionTable: Sendable {
    package static let countMax = 262_144

    private let keptTime: TimeAmount
    private let countMax: Int
    private var ends: [[UInt8]: MonotonicTime] = [:]
    /// What was remembered, in the order of its end.
    private var order: [(session: [UInt8], until: MonotonicTime)] = []
    private var first = 0

    /// `keptTime` is how long an access token is taken, with the leeway for clocks.
    package init(keptTime: TimeAmount, countMax: Int = RevokedSessionTable.countMax) {
        precondition(countMax > 0, "a table has room")
        self.keptTime = keptTime
        self.countMax = countMax
    }

    package var count: Int { self.ends.count }

    package func contains(_ session: [UInt8]) -> Bool { self.ends[session] != nil }

    package mutating func insert(_ session: [UInt8], now: MonotonicTime) {
        guard self.ends[session] == nil else { return }
        let until = now + self.keptTime
        self.ends[session] = until
        self.order.append((session: session, until: until))
        while self.first < self.order.count,
            self.order[self.first].until <= now || self.ends.count > self.countMax
        {
            self.ends[self.order[self.first].session] = nil
            self.first += 1
        }
        if self.first > max(1024, self.order.count / 2) {
            self.order.removeFirst(self.first)
            self.first = 0
        }
    }
}
