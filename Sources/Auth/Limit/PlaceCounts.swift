/// How many places each key holds, of so many that it may hold at once: a value without I/O. There are never more
/// entries than places that are held.
struct PlaceCounts<Key: Hashable & Sendable>: Sendable {
    let countMax: Int
    private var counts: [Key: Int] = [:]

    init(countMax: Int) { self.countMax = countMax }

    var keyCount: Int { self.counts.count }

    func hasRoom(_ key: Key) -> Bool { self.counts[key, default: 0] < self.countMax }

    /// False, and nothing is taken, when the key holds all that it may.
    @discardableResult
    mutating func take(_ key: Key) -> Bool {
        guard self.hasRoom(key) else { return false }
        self.counts[key, default: 0] += 1
        return true
    }

    mutating func giveBack(_ key: Key) {
        guard let count = self.counts[key] else { return }
        self.counts[key] = count > 1 ? count - 1 : nil
    }
}
