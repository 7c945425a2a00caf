internal import Primitives

/// The seats of one schedule and who may have them, as last heard. A hint: the database decides.
///
/// `version` grows whenever something changes that buyers see, once for all that changes together. It begins with the
/// time of loading, so that it mostly does not go back with a restart; where other processes could be asked, or this
/// one later, it is told with `SeatMaps.mark`.
struct SeatMap: Sendable {
    private struct Row: Sendable {
        var version: Int32
        var state: SeatState
        /// Seconds since 1970; 0 when it is not held.
        var until: UInt32
    }

    let layout: SeatLayout
    private(set) var version: Int64
    private var rows: [Row]
    /// The last changes that buyers see, oldest first.
    private var recent: [(version: Int64, number: Int32)] = []
    private var recentHead = 0
    /// Changes up to here are forgotten.
    private var forgottenVersion: Int64
    private let rememberedCountMax: Int

    init(layout: SeatLayout, version: Int64, rememberedCountMax: Int) {
        self.layout = layout
        self.version = version
        self.forgottenVersion = version
        self.rememberedCountMax = rememberedCountMax
        self.rows = [Row](
            repeating: Row(version: -1, state: .free, until: 0), count: layout.places.count)
    }

    var seatCount: Int { self.rows.count }

    /// Nil when there is no such seat.
    func state(_ number: Int) -> SeatState? {
        self.layout.seat(number) == nil ? nil : self.rows[number].state
    }

    /// The version of what is known of a seat; nil when there is none.
    func rowVersion(_ number: Int32) -> Int32? {
        self.rows.indices.contains(Int(number)) ? self.rows[Int(number)].version : nil
    }

    /// Those that nobody can have now, for all that is known here.
    func taken(_ numbers: [Int32], now: WallClock, skew: TimeAmount) -> [Int32] {
        numbers.filter { self.rows.indices.contains(Int($0)) && !self.isFree($0, now: now, skew: skew) }
    }

    /// Whether somebody could have it now, for all that is known here.
    func isFree(_ number: Int32, now: WallClock, skew: TimeAmount) -> Bool {
        guard self.rows.indices.contains(Int(number)) else { return false }
        let row = self.rows[Int(number)]
        switch row.state {
        case .free: return true
        case .held: return Int64(row.until) * 1000 - skew.milliseconds <= now.unixMilliseconds
        case .paying, .sold, .blocked: return false
        }
    }

    // MARK: Changing

    /// Takes what is newer than what is known. Returns what it took.
    mutating func apply(_ changes: [SeatChange]) -> [SeatChange] {
        var taken: [SeatChange] = []
        let next = self.version + 1
        var isVisible = false
        for change in changes where self.rows.indices.contains(Int(change.number)) {
            let index = Int(change.number)
            let known = self.rows[index]
            // Of one version there is one state, unless somebody changed the row by hand: then what was read counts.
            guard change.version > known.version || (change.version == known.version && change.state != known.state)
            else { continue }
            let seconds = change.until.map { UInt32(clamping: ($0.unixMilliseconds + 999) / 1000) } ?? 0
            if self.rows[index].state.statusCode != change.state.statusCode {
                isVisible = true
                self.recent.append((next, change.number))
            }
            self.rows[index] = Row(version: change.version, state: change.state, until: seconds)
            taken.append(change)
        }
        if isVisible { self.version = next }
        self.forget()
        return taken
    }

    /// The first states, of a map that was just made: nobody has seen others.
    mutating func fill(_ changes: [SeatChange]) {
        for change in changes where self.rows.indices.contains(Int(change.number)) {
            let seconds = change.until.map { UInt32(clamping: ($0.unixMilliseconds + 999) / 1000) } ?? 0
            self.rows[Int(change.number)] = Row(version: change.version, state: change.state, until: seconds)
        }
    }

    /// It takes the place of another: its version is a later one, and what changed before is not told any more.
    mutating func follow(_ other: SeatMap) {
        self.version = max(self.version, other.version + 1)
        self.forgottenVersion = self.version
    }

    private mutating func forget() {
        while self.recent.count - self.recentHead > self.rememberedCountMax {
            self.forgottenVersion = self.recent[self.recentHead].version
            self.recentHead += 1
        }
        if self.recentHead > self.rememberedCountMax {
            self.recent.removeFirst(self.recentHead)
            self.recentHead = 0
        }
    }

    // MARK: Following

    /// Seats whose status has changed since a version, each once with what it is now. Nil when that is too long ago.
    func changes(since version: Int64) -> [(number: Int32, state: SeatState)]? {
        guard version >= self.forgottenVersion, version <= self.version else { return nil }
        var numbers: Set<Int32> = []
        for change in self.recent[self.recentHead...].reversed() {
            if change.version <= version { break }
            numbers.insert(change.number)
        }
        return numbers.sorted().map { ($0, self.rows[Int($0)].state) }
    }
}
