internal import MediaTypes
internal import Primitives

/// Holds a track's new format back until the next unit, so that what several packets say becomes one change, and bounds
/// how often it may change.
struct FormatGate: Sendable {
    enum Answer: Equatable, Sendable {
        /// The receiver knows the format.
        case open
        case tell(TrackFormat)
        /// Nothing is known that would make sense of a unit.
        case noFormat
        /// The format changes too often: units are dropped until the next change is allowed.
        case closed
    }

    private(set) var told: TrackFormat?
    private var next: TrackFormat?
    /// What was told holds: most units pass by this alone.
    private var isOpen = false
    private var allowance: Int
    private var refilled: MonotonicTime
    private let limits: MediaLimits

    init(limits: MediaLimits, now: MonotonicTime) {
        self.limits = limits
        self.allowance = limits.formatChangeCountMax
        self.refilled = now
    }

    /// The format of the units from here on; the same again is no change.
    mutating func offer(_ format: TrackFormat) {
        self.isOpen = format == self.told
        self.next = self.isOpen ? nil : format
    }

    /// No format is known any more: units wait for the next.
    mutating func withdraw() {
        self.next = nil
        self.isOpen = false
    }

    /// Another format than was told waits for the next unit.
    var hasChange: Bool { self.told != nil && self.next != nil }

    /// The format of the units from here on, told or not.
    var latest: TrackFormat? { self.isOpen ? self.told : self.next }

    /// Asked before each unit.
    mutating func pass(now: MonotonicTime) -> Answer {
        if self.isOpen { return .open }
        guard let format = self.next else { return .noFormat }
        self.refill(now)
        guard self.allowance > 0 else { return .closed }
        self.allowance -= 1
        self.told = format
        self.next = nil
        self.isOpen = true
        return .tell(format)
    }

    private mutating func refill(_ now: MonotonicTime) {
        while self.allowance < self.limits.formatChangeCountMax, now - self.refilled >= self.limits.formatChangeTime {
            self.allowance += 1
            self.refilled = self.refilled + self.limits.formatChangeTime
        }
        if self.allowance == self.limits.formatChangeCountMax { self.refilled = now }
    }
}
