internal import Glibc

/// One reading of a directory: what is answered for each path. Never changes once made.
///
/// A hash table of its own, because a `Dictionary` would need the path copied into a key for each request.
final class StaticFileTable: Sendable {
    enum Entry: Sendable {
        case content(PreparedContent)
        /// A folder that has an `index.html`, asked for without its slash.
        case redirect(location: String)
    }

    private let slots: [Int32]
    private let paths: [[UInt8]]
    private let entries: [Entry]

    /// Paths begin with a slash and are not percent-encoded.
    init(_ content: [(path: String, entry: Entry)]) {
        var slots = [Int32](repeating: -1, count: Self.slotCount(content.count))
        for (index, item) in content.enumerated() {
            var slot = Self.slot(Array(item.path.utf8)[...], slots.count)
            while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(index)
        }
        self.slots = slots
        self.paths = content.map { Array($0.path.utf8) }
        self.entries = content.map(\.entry)
    }

    var count: Int { self.entries.count }

    subscript(_ path: ArraySlice<UInt8>) -> Entry? {
        var slot = Self.slot(path, self.slots.count)
        while self.slots[slot] >= 0 {
            let index = Int(self.slots[slot])
            if Self.equals(self.paths[index], path) { return self.entries[index] }
            slot = (slot + 1) & (self.slots.count - 1)
        }
        return nil
    }

    /// A power of two, at least twice the number of entries, so that a search ends.
    private static func slotCount(_ count: Int) -> Int {
        var slotCount = 8
        while slotCount < count * 2 { slotCount *= 2 }
        return slotCount
    }

    private static func slot(_ path: ArraySlice<UInt8>, _ slotCount: Int) -> Int {
        let hash = ContentHash(path).value
        return Int(truncatingIfNeeded: hash ^ (hash >> 32)) & (slotCount - 1)
    }

    private static func equals(_ known: [UInt8], _ path: ArraySlice<UInt8>) -> Bool {
        guard known.count == path.count else { return false }
        return known.withUnsafeBytes { known in
            path.withUnsafeBytes { path in
                guard let base = known.baseAddress, let other = path.baseAddress else { return true }
                return memcmp(base, other, known.count) == 0
            }
        }
    }
}
