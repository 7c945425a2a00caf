/// The queue of one concert as the database has it, and what follows from that: a value without a clock or a
/// connection. Times are microseconds of the database's clock.
///
/// Everybody has a number, in the order of coming, and from the opening on a place. Places count from 0. Whoever is
/// below the pointer is admitted; so a place is found without asking anybody, and nothing is kept for those who wait.
package struct QueueRoom: Sendable {
    /// What the organizer sets.
    package struct Settings: Equatable, Sendable {
        package var isEnabled: Bool
        package var admitPerSecond: Int64
        /// Members who may buy at the same time.
        package var activeMax: Int64
        package var opensAt: Int64
        package var closesAt: Int64
        /// Whether only members may join whose address is verified.
        package var isForVerified: Bool
        /// Whether only those may join who were members before the sale opens.
        package var isForOlder: Bool

        package init(
            isEnabled: Bool, admitPerSecond: Int64, activeMax: Int64, opensAt: Int64, closesAt: Int64 = .max,
            isForVerified: Bool = false, isForOlder: Bool = false
        ) {
            self.isEnabled = isEnabled
            self.admitPerSecond = admitPerSecond
            self.activeMax = activeMax
            self.opensAt = opensAt
            self.closesAt = closesAt
            self.isForVerified = isForVerified
            self.isForOlder = isForOlder
        }

        /// Whether the sale goes on: one that was put off after it had opened does not.
        func isOpen(now: Int64) -> Bool { now >= self.opensAt && now < self.closesAt }
    }

    package let concert: Int64
    package var settings: Settings
    /// The last number that was given; they begin with 1.
    package var lastNumber: Int64 = 0
    /// Numbers up to this one have drawn their places; nil before the sale has opened.
    package var drawnCount: Int64?
    /// SHA-256 of the seed.
    package var commitment: [UInt8] = []
    /// Nil before the draw.
    package var seed: [UInt8]?
    /// The pointer: as many places are admitted.
    package var admitted: Int64 = 0
    /// Up to when the rate is used up.
    package var pacedAt: Int64 = 0
    package var isPaused = false
    package var isSoldOut = false
    /// Another process moves the pointer.
    package var isMovedElsewhere = false
    /// Turns that are taken or may still be, when this was read.
    package var active: Int64 = 0
    /// How many have been admitted within `recentTime` before this was read.
    package var recentCount: Int64 = 0
    package var recentTime: Int64 = 1
    /// When this was read.
    package var readAt: Int64 = 0
    /// Made from the seed, once.
    package private(set) var draw: QueueDraw?

    package init(concert: Int64, settings: Settings) {
        self.concert = concert
        self.settings = settings
    }

    package static let microsecondsPerSecond: Int64 = 1_000_000

    package var hasOpened: Bool { self.drawnCount != nil }
    package var waitingCount: Int64 { max(self.lastNumber - self.admitted, 0) }

    // MARK: The draw

    /// Makes what places are found with, or takes it over from what was known before.
    package mutating func prepareDraw(reusing known: QueueRoom? = nil) {
        guard let seed = self.seed, let count = self.drawnCount.flatMap({ Int(exactly: $0) }),
            (1...QueueDraw.countMax).contains(count)
        else { return }
        if let draw = known?.draw, draw.seed == seed, draw.count == count {
            self.draw = draw
        } else if self.draw?.seed != seed || self.draw?.count != count {
            self.draw = QueueDraw(seed: seed, count: count)
        }
    }

    /// The place of a number; nil before the draw, and for what is no number. Who came after the draw stands behind
    /// those who took part in it.
    package func place(of number: Int64) -> Int64? {
        guard let drawnCount = self.drawnCount, number > 0 else { return nil }
        guard number <= drawnCount else { return number - 1 }
        return self.draw?.place(of: Int(number - 1)).map { Int64($0) }
    }

    // MARK: The pointer

    /// What is to be done now.
    package enum Move: Equatable, Sendable {
        case rest
        /// The sale opens: places are drawn.
        case open
        /// So many more are admitted.
        case admit(Int64)
    }

    package func move(now: Int64) -> Move {
        guard self.settings.isEnabled, !self.isSoldOut, self.settings.isOpen(now: now) else { return .rest }
        guard self.hasOpened else { return .open }
        guard !self.isPaused, !self.isMovedElsewhere else { return .rest }
        let free = self.settings.activeMax - self.active
        let count = min(self.waitingCount, free, self.budget(now: now))
        return count > 0 ? .admit(count) : .rest
    }

    /// Moves the pointer in memory, as the database was told to.
    package mutating func admit(_ count: Int64, now: Int64) {
        self.pacedAt = max(self.pacedAt, now - Self.microsecondsPerSecond) + self.time(for: count)
        self.admitted += count
        self.active += count
        self.recentCount += count
    }

    /// For how long so many use the rate up. Rounded up, so that fractions never add up to one too many.
    package func time(for count: Int64) -> Int64 {
        let rate = max(self.settings.admitPerSecond, 1)
        return (count * Self.microsecondsPerSecond + rate - 1) / rate
    }

    /// How many the rate lets through. What was not used is kept for a second and no longer, so that in any time at
    /// most one second's worth more comes through than the rate says.
    private func budget(now: Int64) -> Int64 {
        let time = min(max(now - self.pacedAt, 0), Self.microsecondsPerSecond)
        return time * self.settings.admitPerSecond / Self.microsecondsPerSecond
    }
}
