internal import Crypto
internal import Primitives

/// The keys of a stream, one after another, each for so many segments of all its renditions.
///
/// Numbers never go back, also not over a restart: a name once given to a key is never given to another. A key stays
/// for as long as a segment that names it can be asked for.
struct SegmentKeys: Sendable {
    struct Key: Sendable {
        let number: Int
        let bytes: SharedBytes
        /// Segments that it is for, by their sequence.
        let sequences: Range<Int>
    }

    private let segmentCount: Int
    private let randomBytes: @Sendable (Int) -> [UInt8]
    private(set) var keys: [Key] = []
    private(set) var nextNumber: Int

    /// - Parameter randomBytes: So many that nobody can guess.
    init(
        segmentCount: Int, nextNumber: Int, randomBytes: @escaping @Sendable (Int) -> [UInt8] = Self.systemRandomBytes
    ) {
        self.segmentCount = max(segmentCount, 1)
        self.nextNumber = nextNumber
        self.randomBytes = randomBytes
    }

    /// The key for a segment, a new one where none is for it yet. Renditions do not all advance alike: one that comes
    /// after the others gets the key that they had, or the oldest that is left.
    mutating func key(forSequence sequence: Int) -> Key {
        if let key = self.keys.last(where: { $0.sequences.contains(sequence) }) { return key }
        if let oldest = self.keys.first, sequence < oldest.sequences.lowerBound { return oldest }
        let key = Key(
            number: self.nextNumber, bytes: SharedBytes(self.randomBytes(AES128CBC.blockByteCount)),
            sequences: sequence..<(sequence + self.segmentCount))
        self.keys.append(key)
        self.nextNumber += 1
        return key
    }

    /// From where the chain of blocks of a segment begins. A new one for each: with the same key and vector, equal
    /// beginnings would become equal blocks.
    func vector() -> [UInt8] { self.randomBytes(AES128CBC.blockByteCount) }

    /// Forgets keys that no segment names, but for the newest, which the next segment may have.
    mutating func keep(named numbers: Set<Int>) {
        guard let newest = self.keys.last?.number else { return }
        self.keys.removeAll { $0.number != newest && !numbers.contains($0.number) }
    }

    /// The segments are gone, and what follows has other keys.
    mutating func removeAll() { self.keys = [] }

    /// From the kernel's generator.
    static let systemRandomBytes: @Sendable (Int) -> [UInt8] = { count in
        var random = SystemRandomNumberGenerator()
        return (0..<count).map { _ in .random(in: .min ... .max, using: &random) }
    }
}
