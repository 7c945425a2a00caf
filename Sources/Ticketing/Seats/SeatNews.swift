internal import Crypto
internal import Postgres
package import Primitives
internal import Synchronization

/// Keeps the maps of this process as the database has it, and tells other processes what this one has changed.
///
/// Whoever starts the process calls `work` several times a second, hands on what comes on the channel `seat_news`, and
/// has everything read again whenever some may have been missed. All of it outside of the transactions that sell: a
/// NOTIFY in each would make them commit one behind the other.
package final class SeatNews: Sendable {
    package static let channel: StaticString = "seat_news"
    /// How often to work.
    package static let interval = TimeAmount.milliseconds(100)
    /// PostgreSQL takes payloads below 8000 bytes.
    private static let textByteCountMax = 7500
    private static let textCountMax = 256

    private let maps: SeatMaps
    /// By which this process knows its own words.
    private let name = Base64URL.string(SecureRandom.bytes(9))

    package init(_ maps: SeatMaps) { self.maps = maps }

    /// One round of looking and telling. Whether there may be more to do at once.
    package func work() async throws -> Bool {
        let expected = self.maps.state.withLock { $0.takeExpected(self.maps.limits) }
        if !expected.numbers.isEmpty {
            var changes: [Int64: [SeatChange]] = [:]
            let rows = try await self.maps.database.run(SeatStatements.some, expected.schedules, expected.numbers)
            for row in rows {
                changes[try row.get(0), default: []].append(try SeatChange(number: try row.get(1), row, from: 2))
            }
            for (schedule, changes) in changes { self.maps.apply(schedule: schedule, changes) }
        }
        try await self.tell()
        let old = MonotonicTime.now + .nanoseconds(-self.maps.limits.rereadTime.nanoseconds)
        if let schedule = self.maps.state.withLock({ $0.outdated(before: old).first }) {
            try await self.read(schedule)
            return true
        }
        return expected.numbers.count >= self.maps.limits.expectCountMax
    }

    /// Reads again what is in memory: at the start of listening, and after every break of it.
    package func reload() { self.maps.state.withLock { $0.outdateAll() } }

    /// What another process, or this one, has told. Words of a later version are passed over.
    package func hear(_ text: String) {
        let words = text.split(separator: " ")
        guard words.count >= 3, words[0] != self.name, let schedule = Int64(words[1]) else { return }
        if words[2] == "*" { return self.maps.state.withLock { $0.outdate(schedule) } }
        // Told by whoever changes what seats are, not only whose: prices, or that there is a show.
        if words[2] == "!" { return self.maps.state.withLock { $0.outdate(schedule, isWhole: true) } }
        self.maps.hear(schedule: schedule, words[2...].compactMap(Self.change))
    }

    private func read(_ schedule: Int64) async throws {
        if self.maps.state.withLock({ $0.isWhollyOutdated(schedule) }) { return try await self.maps.renew(schedule) }
        self.maps.state.withLock { $0.noteReading(schedule) }
        var last: Int32 = -1
        let countMax = self.maps.limits.pageCountMax
        while true {
            let rows = try await self.maps.database.run(SeatStatements.states, schedule, last, countMax)
            let changes = try rows.map { row in try SeatChange(number: try row.get(0), row, from: 1) }
            last = changes.last?.number ?? last
            self.maps.hear(schedule: schedule, changes)
            if rows.count < countMax { return }
        }
    }

    /// What cannot be told is told as something to read, the next time.
    private func tell() async throws {
        let news = self.maps.state.withLock { $0.takeNews() }
        let texts = Self.texts(news.changes, missed: news.missed, by: self.name)
        guard !texts.isEmpty else { return }
        do {
            _ = try await self.maps.database.run(SeatStatements.tell, texts)
        } catch {
            self.maps.state.withLock { $0.addMissedNews(news.missed.union(news.changes.keys)) }
            throw error
        }
    }

    static func texts(_ changes: [Int64: [SeatChange]], missed: Set<Int64>, by name: String) -> [String] {
        var texts = missed.map { "\(name) \($0) *" }
        for (schedule, changes) in changes where !missed.contains(schedule) {
            var text = "\(name) \(schedule)"
            let head = text
            for change in changes {
                let word = Self.word(change)
                if text.utf8.count + word.utf8.count >= Self.textByteCountMax {
                    texts.append(text)
                    text = head
                }
                text += word
            }
            texts.append(text)
        }
        // Past this they would be more work than reading the maps again.
        guard texts.count > Self.textCountMax else { return texts }
        return missed.union(changes.keys).map { "\(name) \($0) *" }
    }

    // MARK: Words

    /// Number, version, state, and the end in seconds.
    private static func word(_ change: SeatChange) -> String {
        let seconds = change.until.map { ($0.unixMilliseconds + 999) / 1000 } ?? 0
        return " \(change.number).\(change.version).\(change.state.rawValue).\(seconds)"
    }

    private static func change(_ word: Substring) -> SeatChange? {
        let parts = word.split(separator: ".")
        guard parts.count == 4, let number = Int32(parts[0]), let version = Int32(parts[1]),
            let state = UInt8(parts[2]).flatMap(SeatState.init), let seconds = UInt32(parts[3])
        else { return nil }
        return SeatChange(
            number: number, version: version, state: state,
            until: seconds == 0 ? nil : WallClock(unixMilliseconds: Int64(seconds) * 1000))
    }
}
