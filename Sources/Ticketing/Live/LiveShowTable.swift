internal import Primitives

/// The shows that are held in memory, and who publishes them here: a value without I/O.
struct LiveShowTable: Sendable {
    private(set) var shows: [Int64: LiveShow] = [:]
    /// The publishers of this process, by show; whoever is stalled is none.
    private(set) var publishers: [Int64: Set<String>] = [:]
    /// Shows whose publishers have changed since they were looked at. As many as have a publisher, or just had one.
    private(set) var dirty: Set<Int64> = []

    /// What is to be told of a show that was put in.
    enum Put: Equatable {
        /// What is known is as new, or newer.
        case known
        case new
        case notKept
    }

    mutating func put(_ show: LiveShow, countMax: Int) -> Put {
        if let known = self.shows[show.schedule] {
            if show.revision < known.revision { return .known }
            self.shows[show.schedule] = show
            return show.tells(like: known) ? .known : .new
        }
        if self.shows.count >= countMax { self.shows = self.shows.filter { $0.value.isWorthKeeping } }
        guard self.shows.count < countMax else { return .notKept }
        self.shows[show.schedule] = show
        return .new
    }

    mutating func remove(_ schedule: Int64) { self.shows[schedule] = nil }

    // MARK: Publishers

    mutating func publishing(_ schedule: Int64, by publisher: String, isOn: Bool) {
        if isOn {
            self.publishers[schedule, default: []].insert(publisher)
        } else {
            self.publishers[schedule]?.remove(publisher)
            if self.publishers[schedule]?.isEmpty == true { self.publishers[schedule] = nil }
        }
        self.dirty.insert(schedule)
    }

    mutating func takeDirty() -> [Int64] {
        defer { self.dirty = [] }
        return self.dirty.sorted()
    }

    /// It could not be decided what becomes of them.
    mutating func putBack(_ schedules: some Sequence<Int64>) { self.dirty.formUnion(schedules) }
}

extension LiveShow {
    /// Nothing is different that somebody would be told of.
    fileprivate func tells(like other: LiveShow) -> Bool {
        var same = other
        (same.heardAt, same.liveVersion) = (self.heardAt, self.liveVersion)
        return same == self
    }

    fileprivate var isWorthKeeping: Bool {
        switch self.live.state {
        case .scheduled: false
        case .live: true
        case .ended: self.replayUntil.map { $0 > .now } ?? false
        }
    }
}
