package import Primitives

/// A stream key as it is held in memory: not the key, but what it is known by, and when it opens what.
package struct StreamKeyEntry: Equatable, Sendable {
    package let stream: String
    package let hash: [UInt8]
    package let validFrom: WallClock
    package let validUntil: WallClock

    package init(stream: String, hash: [UInt8], validFrom: WallClock, validUntil: WallClock) {
        self.stream = stream
        self.hash = hash
        self.validFrom = validFrom
        self.validUntil = validUntil
    }
}
