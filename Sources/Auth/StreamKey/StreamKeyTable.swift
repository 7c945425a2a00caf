package import Primitives

/// The stream keys that are in force, by their hashes: a value without I/O.
///
/// A candidate is looked up by its hash, which tells nothing about how near a wrong key was to a right one.
package struct StreamKeyTable: Sendable {
    package enum Answer: Equatable, Sendable {
        case open(StreamKeyEntry)
        /// Right, but not now.
        case tooEarly(opensAt: WallClock)
        case over
        case unknown

        /// The stream that is open.
        package var stream: String? { if case .open(let entry) = self { entry.stream } else { nil } }
    }

    /// Keys beyond are not held; the newest are.
    package static let countMax = 100_000

    private var entries: [[UInt8]: StreamKeyEntry] = [:]
    private var hashes: [String: [UInt8]] = [:]

    package init() {}

    package var count: Int { self.entries.count }

    /// Everything there is, instead of what was known.
    package mutating func replace(with entries: [StreamKeyEntry]) {
        self.entries.removeAll(keepingCapacity: true)
        self.hashes.removeAll(keepingCapacity: true)
        for entry in entries.prefix(Self.countMax) { self.set(entry) }
    }

    /// What is in force for one stream, nil when nothing is: a rotated key takes the place of the one before.
    package mutating func update(_ stream: String, _ entry: StreamKeyEntry?) {
        if let hash = self.hashes.removeValue(forKey: stream) { self.entries[hash] = nil }
        if let entry, self.entries.count < Self.countMax { self.set(entry) }
    }

    package func find(hash: [UInt8], now: WallClock) -> Answer {
        guard let entry = self.entries[hash] else { return .unknown }
        if now < entry.validFrom { return .tooEarly(opensAt: entry.validFrom) }
        return now < entry.validUntil ? .open(entry) : .over
    }

    /// Whether the key was not taken back, whatever the time.
    package func holds(hash: [UInt8]) -> Bool { self.entries[hash] != nil }

    private mutating func set(_ entry: StreamKeyEntry) {
        if let hash = self.hashes[entry.stream] { self.entries[hash] = nil }
        self.entries[entry.hash] = entry
        self.hashes[entry.stream] = entry.hash
    }
}
