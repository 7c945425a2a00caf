/// Counts failures, and forgets one for every minute that was good: what goes wrong once an hour need not end anything.
struct ForgivingCount {
    var count = 0 { didSet { if self.count > oldValue { self.goodNanoseconds = 0 } } }
    /// Since the last failure, or since one was forgotten.
    private var goodNanoseconds: Int64 = 0

    mutating func pass(_ nanoseconds: Int64) {
        guard self.count > 0 else { return }
        self.goodNanoseconds &+= nanoseconds
        guard self.goodNanoseconds >= Self.forgivingNanoseconds else { return }
        self.goodNanoseconds = 0
        self.count -= 1
    }

    private static let forgivingNanoseconds: Int64 = 60_000_000_000
}
