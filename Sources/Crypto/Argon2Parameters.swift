/// What a password hash costs (RFC 9106 §3.1).
package struct Argon2Parameters: Equatable, Sendable {
    package var memoryKibibytes: Int
    package var passCount: Int
    package var laneCount: Int

    package init(memoryKibibytes: Int, passCount: Int, laneCount: Int) {
        self.memoryKibibytes = memoryKibibytes
        self.passCount = passCount
        self.laneCount = laneCount
    }

    /// The least that OWASP recommends: 19 MiB, two passes, one lane.
    package static let standard = Argon2Parameters(memoryKibibytes: 19 * 1024, passCount: 2, laneCount: 1)

    // What is taken from a stored hash. Whoever can write into the database must not make a sign-in take gigabytes or
    // minutes: a hash that asks for more is not taken at all.
    package static let memoryKibibytesMax = 64 * 1024
    package static let passCountMax = 8
    package static let laneCountMax = 4

    /// RFC 9106 §3.1: a lane has at least 8 KiB.
    package var isWithinLimits: Bool {
        (1...Self.laneCountMax).contains(self.laneCount) && (1...Self.passCountMax).contains(self.passCount)
            && self.memoryKibibytes >= 8 * self.laneCount && self.memoryKibibytes <= Self.memoryKibibytesMax
    }
}
