package import Primitives

/// For what a stream key is made.
package struct StreamKeyIssue: Sendable {
    /// The stream's name: `a` to `z`, `0` to `9` and `-`, 1 to 64 of them.
    package let stream: String
    /// The performance that it belongs to, for whoever knows performances.
    package var schedule: Int64?
    /// Whose it is; nil when it is the operator's. Only who made a stream's key may make its next one.
    package var owner: Int64?
    package var validFrom: WallClock
    package var validUntil: WallClock

    /// Nil when the name is none or the time is empty.
    package init?(
        stream: String, schedule: Int64? = nil, owner: Int64? = nil, validFrom: WallClock, validUntil: WallClock
    ) {
        let isNamed = (1...64).contains(stream.utf8.count) && stream.utf8.allSatisfy(Self.isNameByte)
        guard isNamed, validFrom < validUntil else { return nil }
        self.stream = stream
        self.schedule = schedule
        self.owner = owner
        self.validFrom = validFrom
        self.validUntil = validUntil
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
        default: false
        }
    }
}
