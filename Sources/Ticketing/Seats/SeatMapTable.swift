internal import Primitives

/// No other map can be in memory: those that are must not be forgotten now.
struct SeatMapsFull: Error {}

/// The maps in memory and what belongs to them: the state behind `SeatMaps`, without its lock.
struct SeatMapTable {
    /// A map and what belongs to it.
    struct Entry {
        var map: SeatMap
        /// Seats that somebody is about to be given.
        var promised: Set<Int32> = []
        var renderings = SeatRenderings()
        var lastUse: UInt64 = 0
        var readTime = MonotonicTime.now
        var isUsedSinceReading = true
        /// Something was missed: it has to be read again soon.
        var isOutdated = false
        /// Not only states: what the seats are.
        var isWhollyOutdated = false
        /// Those who follow it keep it here.
        var followerCount = 0
    }

    /// What is heard of a map while it is being read.
    private struct Loading {
        var changes: [SeatChange] = []
        var hasMissed = false
        var isWhollyOutdated = false
    }

    private struct Expectation {
        var version: Int32?
        /// What the seat is going to be; nil where it is another already.
        var state: SeatState?
        var attemptCount = 0
    }

    var entries: [Int64: Entry] = [:]
    private var loading: [Int64: Loading] = [:]
    private var useCount: UInt64 = 0
    private var followedCount = 0
    private var followedSeatCount = 0
    private var expected: [Int64: [Int32: Expectation]] = [:]
    private var expectedCount = 0
    /// What other processes have to be told: nil for a whole map.
    private var news: [Int64: [Int32: SeatChange]] = [:]
    private var newsCount = 0
    private var missedNews: Set<Int64> = []

    // MARK: Maps

    /// Whether the map is here, and was read not so long ago that whoever should keep it does not.
    func isKept(_ schedule: Int64, _ limits: SeatLimits) -> Bool {
        guard let entry = self.entries[schedule] else { return false }
        return entry.followerCount > 0 || MonotonicTime.now - entry.readTime < limits.trustTime
    }

    /// The map, which is used now: it is forgotten later than others.
    mutating func use(_ schedule: Int64) -> Entry? {
        guard self.entries[schedule] != nil else { return nil }
        self.useCount += 1
        self.entries[schedule]?.lastUse = self.useCount
        self.entries[schedule]?.isUsedSinceReading = true
        return self.entries[schedule]
    }

    /// What is heard of the map is kept until it has been read, by one at a time.
    mutating func beginLoading(_ schedule: Int64) { self.loading[schedule] = Loading() }

    mutating func failLoading(_ schedule: Int64) { self.loading[schedule] = nil }

    /// The version of what is in memory now; nil when there is no such schedule. Throws where there is no room.
    mutating func endLoading(
        _ schedule: Int64, _ map: SeatMap?, limits: SeatLimits
    ) throws(SeatMapsFull) -> Int64? {
        let heard = self.loading.removeValue(forKey: schedule)
        if self.isKept(schedule, limits) { return self.use(schedule)?.map.version }
        let old = self.entries[schedule]
        guard var map else {
            // Those who wait for something to be written fetch it here.
            if old?.renderings.isBeingWritten != true { self.forget(schedule) }
            return nil
        }
        _ = map.apply(heard?.changes ?? [])
        var entry = Entry(map: map)
        entry.isOutdated = heard?.hasMissed == true || heard?.isWhollyOutdated == true
        entry.isWhollyOutdated = heard?.isWhollyOutdated == true
        if let old { (entry.promised, entry.renderings) = (old.promised, old.renderings) }
        guard self.makeRoom(for: schedule, map.seatCount, limits) else { throw SeatMapsFull() }
        self.entries[schedule] = entry
        return self.use(schedule)?.map.version
    }

    /// Forgets those that were used longest ago, that nobody follows and nobody is waiting for. False when that is not
    /// enough.
    private mutating func makeRoom(for schedule: Int64, _ seatCount: Int, _ limits: SeatLimits) -> Bool {
        var others = self.entries
        others[schedule] = nil
        var total = others.values.reduce(seatCount) { $0 + $1.map.seatCount }
        var (count, gone): (Int, [Int64]) = (others.count, [])
        let idle = others.filter { $0.value.followerCount == 0 && !$0.value.renderings.isBeingWritten }
        for (key, entry) in idle.sorted(by: { $0.value.lastUse < $1.value.lastUse }) {
            guard count >= limits.mapCountMax || total > limits.seatCountMax else { break }
            count -= 1
            total -= entry.map.seatCount
            gone.append(key)
        }
        guard count < limits.mapCountMax, total <= limits.seatCountMax else { return false }
        for key in gone { self.forget(key) }
        return true
    }

    private mutating func forget(_ schedule: Int64) {
        self.entries[schedule] = nil
        self.expectedCount -= self.expected.removeValue(forKey: schedule)?.count ?? 0
    }

    // MARK: Following and writing

    func mayFollow(_ schedule: Int64, _ limits: SeatLimits) -> Bool {
        guard let entry = self.entries[schedule] else { return false }
        return entry.followerCount > 0
            || self.followedCount < limits.followedMapCountMax
                && self.followedSeatCount + entry.map.seatCount <= limits.followedSeatCountMax
    }

    /// False when it is not here, or too many are followed.
    mutating func follow(_ schedule: Int64, _ limits: SeatLimits) -> Bool {
        guard self.mayFollow(schedule, limits), let entry = self.entries[schedule] else { return false }
        if entry.followerCount == 0 {
            self.followedCount += 1
            self.followedSeatCount += entry.map.seatCount
        }
        self.entries[schedule]?.followerCount += 1
        return true
    }

    /// Once for each `follow` that was true.
    mutating func unfollow(_ schedule: Int64) {
        guard let entry = self.entries[schedule], entry.followerCount > 0 else { return }
        self.entries[schedule]?.followerCount -= 1
        guard entry.followerCount == 1 else { return }
        self.followedCount -= 1
        self.followedSeatCount -= entry.map.seatCount
    }

    /// A map was written, or could not be: nil. Returns those who wait for it. Where too much is kept by now, what was
    /// written of other maps goes, of those first that were used longest ago.
    mutating func written(
        _ schedule: Int64, _ key: SeatRendering.Key, _ rendering: SeatRendering?, restUntil: MonotonicTime,
        limits: SeatLimits
    ) -> [CheckedContinuation<SeatRendering?, Never>] {
        let waiters = self.entries[schedule]?.renderings.written(key, rendering, restUntil: restUntil) ?? []
        var total = self.entries.values.reduce(0) { $0 + $1.renderings.byteCount }
        guard total > limits.renderingByteCountMax else { return waiters }
        for other in self.entries.sorted(by: { $0.value.lastUse < $1.value.lastUse }).map(\.key)
        where other != schedule && total > limits.renderingByteCountMax {
            total -= self.entries[other]?.renderings.byteCount ?? 0
            self.entries[other]?.renderings.dropIdle()
            total += self.entries[other]?.renderings.byteCount ?? 0
        }
        return waiters
    }

    /// Maps of which something was missed, and those that are in use and were read before a time.
    func outdated(before time: MonotonicTime) -> [Int64] {
        self.entries.filter { _, entry in
            entry.isOutdated || (entry.readTime < time && (entry.isUsedSinceReading || entry.followerCount > 0))
        }.map(\.key)
    }

    /// Its states are being read again.
    mutating func noteReading(_ schedule: Int64) {
        self.entries[schedule]?.readTime = .now
        self.entries[schedule]?.isUsedSinceReading = false
        self.entries[schedule]?.isOutdated = false
    }

    /// From now on nothing in memory is trusted.
    mutating func outdateAll() {
        for schedule in self.entries.keys { self.outdate(schedule) }
    }

    /// Something about it was missed, or changed that is never told in words. What is being read may be of before.
    mutating func outdate(_ schedule: Int64, isWhole: Bool = false) {
        self.entries[schedule]?.isOutdated = true
        guard isWhole else { return }
        self.entries[schedule]?.isWhollyOutdated = true
        self.loading[schedule]?.isWhollyOutdated = true
    }

    func isWhollyOutdated(_ schedule: Int64) -> Bool { self.entries[schedule]?.isWhollyOutdated ?? false }

    /// It is being read anew as a whole. False when somebody reads it already, who comes to know that it is too old.
    mutating func beginRenewing(_ schedule: Int64) -> Bool {
        self.noteReading(schedule)
        self.entries[schedule]?.isWhollyOutdated = false
        guard self.loading[schedule] == nil else {
            self.loading[schedule]?.isWhollyOutdated = true
            return false
        }
        self.beginLoading(schedule)
        return true
    }

    /// What was read anew takes the place of the map. Of a show that is no more, it stays as it is for those who follow
    /// it, and is forgotten without them.
    mutating func endRenewing(_ schedule: Int64, _ map: SeatMap?) {
        let heard = self.loading[schedule]
        self.failLoading(schedule)
        guard let entry = self.entries[schedule] else { return }
        guard var map else {
            if entry.followerCount == 0, !entry.renderings.isBeingWritten { self.forget(schedule) }
            return
        }
        map.follow(entry.map)
        _ = map.apply(heard?.changes ?? [])
        self.entries[schedule]?.map = map
        if heard?.hasMissed == true { self.outdate(schedule) }
    }

    // MARK: Changes

    /// What of it was news here.
    mutating func apply(_ schedule: Int64, _ changes: [SeatChange], limits: SeatLimits) -> [SeatChange] {
        if let count = self.loading[schedule]?.changes.count {
            if count + changes.count <= limits.loadingChangeCountMax {
                self.loading[schedule]?.changes += changes
            } else {
                self.loading[schedule]?.hasMissed = true
            }
        }
        // A map that is not here has nothing to compare with: all of it is told on.
        guard self.entries[schedule] != nil else { return changes }
        return self.entries[schedule]?.map.apply(changes) ?? []
    }

    /// These seats are looked at until they have changed to `state`: a change before the one that is expected, of which
    /// the map did not know either, is not it. Where the map is not in memory nobody here looks at them.
    mutating func expect(_ schedule: Int64, _ seats: [Int32], _ state: SeatState?, countMax: Int) {
        guard let map = self.entries[schedule]?.map else { return }
        for seat in seats where self.expectedCount < countMax {
            let expectation = Expectation(version: map.rowVersion(seat), state: state)
            if self.expected[schedule, default: [:]].updateValue(expectation, forKey: seat) == nil {
                self.expectedCount += 1
            }
        }
    }

    /// Seats to look at, at most so many. Those that do not change are given up after some looks.
    mutating func takeExpected(_ limits: SeatLimits) -> (schedules: [Int64], numbers: [Int32]) {
        var (schedules, numbers): ([Int64], [Int32]) = ([], [])
        for (schedule, seats) in self.expected {
            for (seat, expectation) in seats {
                let map = self.entries[schedule]?.map
                let isThere = expectation.state.map { $0 == map?.state(Int(seat)) } ?? true
                let isOver =
                    (map?.rowVersion(seat) != expectation.version && isThere)
                    || expectation.attemptCount >= limits.expectAttemptCountMax
                if isOver || numbers.count >= limits.expectCountMax {
                    if isOver, self.expected[schedule]?.removeValue(forKey: seat) != nil { self.expectedCount -= 1 }
                    continue
                }
                self.expected[schedule]?[seat]?.attemptCount += 1
                schedules.append(schedule)
                numbers.append(seat)
            }
            if self.expected[schedule]?.isEmpty == true { self.expected[schedule] = nil }
        }
        return (schedules, numbers)
    }

    // MARK: For other processes

    /// What other processes have to be told. Of more than may wait they are told to read the map.
    mutating func addNews(_ schedule: Int64, _ changes: [SeatChange], countMax: Int) {
        for change in changes {
            guard self.newsCount < countMax else {
                self.missedNews.insert(schedule)
                return
            }
            if self.news[schedule, default: [:]].updateValue(change, forKey: change.number) == nil {
                self.newsCount += 1
            }
        }
    }

    /// Other processes have to read these, whatever they are told.
    mutating func addMissedNews(_ schedules: Set<Int64>) { self.missedNews.formUnion(schedules) }

    /// What they have to be told now.
    mutating func takeNews() -> (changes: [Int64: [SeatChange]], missed: Set<Int64>) {
        let taken = (self.news.mapValues { Array($0.values) }, self.missedNews)
        self.news = [:]
        self.newsCount = 0
        self.missedNews = []
        return taken
    }
}
