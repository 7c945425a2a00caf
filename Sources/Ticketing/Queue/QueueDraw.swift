internal import Crypto

/// The draw for places among those who came before the sale opened: a permutation of 0 to `count` - 1 that follows from
/// a seed alone, so that whoever has the seed can check every place.
///
/// The seed is chosen before anybody joins. Its SHA-256 is shown from then on, the seed itself after the draw. Nobody
/// chooses the seed once it is known who came, and nobody knows before how many will come.
///
/// How it is computed, for those who check: `h` is the least number of bits, 4 or more, for which 2^2h is not below
/// `count`. Eight tables of 2^h entries are filled, one behind the other, with the 16-bit big-endian words of
/// SHA-256("podo draw 1" ‖ seed ‖ n) for n = 0, 1, 2, … in 32 bits, each word cut to its low h bits. An index is split
/// into a high and a low half of h bits; eight times (high, low) becomes (low, high xor table[low]). A result that is
/// not below `count` goes through it again. A look-up takes the same small work for any count, and nothing is kept for
/// each member.
package struct QueueDraw: Sendable {
    package static let seedByteCount = 32
    /// A table never has more than 4096 entries, which are made in a millisecond or two.
    package static let countMax = 1 << 24

    private static let roundCount = 8
    private static let halfBitCountMin = 4

    package let seed: [UInt8]
    package let count: Int
    private let halfBitCount: Int
    private let tables: [UInt16]

    package init(seed: [UInt8], count: Int) {
        precondition((1...Self.countMax).contains(count), "there is somebody to draw for, and not too many")
        var halfBitCount = Self.halfBitCountMin
        while 1 << (2 * halfBitCount) < count { halfBitCount += 1 }
        self.seed = seed
        self.count = count
        self.halfBitCount = halfBitCount
        self.tables = Self.words(Self.roundCount << halfBitCount, of: seed, mask: UInt16(1 << halfBitCount - 1))
    }

    /// What is shown before the draw.
    package static func commitment(to seed: [UInt8]) -> [UInt8] { SHA256.hash(seed) }

    /// The place that is drawn for an index; both count from 0. Nil for an index that there is not.
    package func place(of index: Int) -> Int? {
        guard (0..<self.count).contains(index) else { return nil }
        // A permutation leads from an index below the count to another such index in the end.
        var value = index
        repeat { value = self.permuted(value) } while value >= self.count
        return value
    }

    private func permuted(_ value: Int) -> Int {
        let mask = 1 << self.halfBitCount - 1
        var (high, low) = (value >> self.halfBitCount, value & mask)
        for round in 0..<Self.roundCount {
            (high, low) = (low, high ^ Int(self.tables[round << self.halfBitCount | low]))
        }
        return high << self.halfBitCount | low
    }

    private static func words(_ count: Int, of seed: [UInt8], mask: UInt16) -> [UInt16] {
        var words: [UInt16] = []
        words.reserveCapacity(count + SHA256.byteCount / 2)
        let prefix = Array("podo draw 1".utf8) + seed
        var number: UInt32 = 0
        while words.count < count {
            let block = SHA256.hash(prefix + withUnsafeBytes(of: number.bigEndian) { Array($0) })
            for place in stride(from: 0, to: block.count - 1, by: 2) {
                words.append((UInt16(block[place]) << 8 | UInt16(block[place + 1])) & mask)
            }
            number += 1
        }
        words.removeLast(words.count - count)
        return words
    }
}
