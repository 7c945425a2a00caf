package import Primitives

/// Which access tokens are void before their time: a value without clock and I/O.
///
/// A token lives a quarter of an hour, so that is how long anything is remembered. What does not fit any more takes the
/// place of what would be forgotten first.
package struct RevocationTable: Sendable {
    package static let countMax = 262_144

    private let keptTime: TimeAmount
    private let countMax: Int
    private var sessions: [[UInt8]: MonotonicTime] = [:]
    private var epochs: [Int64: (epoch: Int32, until: MonotonicTime)] = [:]
    /// What was remembered, in the order of its end.
    private var order: [(until: MonotonicTime, entry: Entry)] = []
    private var first = 0

    private enum Entry {
        case session([UInt8])
        case member(Int64)
    }

    /// `keptTime` is how long an access token is taken, with the leeway for clocks.
    package init(keptTime: TimeAmount, countMax: Int = RevocationTable.countMax) {
        precondition(countMax > 0, "a table has room")
        self.keptTime = keptTime
        self.countMax = countMax
    }

    package var count: Int { self.sessions.count + self.epochs.count }

    package mutating func revoke(session: [UInt8], now: MonotonicTime) {
        let until = now + self.keptTime
        self.sessions[session] = until
        self.note(.session(session), until: until, now: now)
    }

    /// An epoch never goes back, in whichever order one hears of them.
    package mutating func raise(member: Int64, to epoch: Int32, now: MonotonicTime) {
        let until = now + self.keptTime
        self.epochs[member] = (max(epoch, self.epochs[member]?.epoch ?? epoch), until)
        self.note(.member(member), until: until, now: now)
    }

    package func isVoid(member: Int64, epoch: Int32, session: [UInt8]) -> Bool {
        if let known = self.epochs[member], epoch < known.epoch { return true }
        return self.sessions[session] != nil
    }

    private mutating func note(_ entry: Entry, until: MonotonicTime, now: MonotonicTime) {
        self.order.append((until: until, entry: entry))
        while self.first < self.order.count, self.order[self.first].until <= now || self.count > self.countMax {
            self.forget(self.order[self.first].entry, until: self.order[self.first].until)
            self.first += 1
        }
        if self.first > max(1024, self.order.count / 2) {
            self.order.removeFirst(self.first)
            self.first = 0
        }
    }

    /// Unless it was renewed since: then it comes again further behind.
    private mutating func forget(_ entry: Entry, until: MonotonicTime) {
        switch entry {
        case .session(let session):
            if self.sessions[session] == until { self.sessions[session] = nil }
        case .member(let member):
            if self.epochs[member]?.until == until { self.epochs[member] = nil }
        }
    }
}
