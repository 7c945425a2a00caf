import Crypto
import TestSupport
import Testing

@testable import Ticketing

@Suite("A draw for places")
struct QueueDrawTests {
    private static func seed(_ number: UInt64) -> [UInt8] {
        var random = SplitMix(seed: number)
        return random.bytes(QueueDraw.seedByteCount)
    }

    @Test(
        "gives every place once", arguments: [1, 2, 3, 5, 16, 255, 256, 257, 1000, 4097, 100_000],
        [1, 7] as [UInt64])
    func bijection(count: Int, seed: UInt64) {
        let draw = QueueDraw(seed: Self.seed(seed), count: count)
        var seen = [Bool](repeating: false, count: count)
        for index in 0..<count {
            guard let place = draw.place(of: index), seen.indices.contains(place), !seen[place] else {
                Issue.record("\(index) has no place of its own")
                return
            }
            seen[place] = true
        }
        #expect(draw.place(of: count) == nil && draw.place(of: -1) == nil)
    }

    @Test("can be checked by whoever has the seed, as the description says, without our code")
    func verifiable() {
        let (seed, count) = (Self.seed(3), 100_000)
        let draw = QueueDraw(seed: seed, count: count)
        #expect(QueueDraw.commitment(to: seed) == SHA256.hash(seed))
        var halfBitCount = 4
        while 1 << (2 * halfBitCount) < count { halfBitCount += 1 }
        let entryCount = 1 << halfBitCount
        func entry(_ table: Int, _ index: Int) -> Int {
            let word = table * entryCount + index
            let number = UInt32(word / 16)
            let block = SHA256.hash(
                Array("podo draw 1".utf8) + seed + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) })
            return (Int(block[word % 16 * 2]) * 256 + Int(block[word % 16 * 2 + 1])) % entryCount
        }
        for index in stride(from: 0, to: count, by: 397) {
            var value = index
            repeat {
                var (high, low) = (value / entryCount, value % entryCount)
                for table in 0..<8 { (high, low) = (low, high ^ entry(table, low)) }
                value = high * entryCount + low
            } while value >= count
            #expect(draw.place(of: index) == value)
        }
    }

    @Test("follows from nothing but the seed, and another seed draws other places")
    func seeds() {
        let places = [Self.seed(1), Self.seed(1), Self.seed(2)].map { seed in
            let draw = QueueDraw(seed: seed, count: 1000)
            return (0..<1000).compactMap(draw.place)
        }
        #expect(places[0] == places[1])
        #expect(zip(places[0], places[2]).filter { $0 == $1 }.count < 20)
        #expect(places[0] != Array(0..<1000))
    }

    /// For each pair of number and place the count over many seeds is near to what chance makes it: the sum of squares
    /// is that of a chi-squared variable, far above which it comes less than once in a million times.
    @Test("prefers nobody", arguments: [(2, 40.0), (3, 45.0), (7, 110.0), (20, 520.0)])
    func fairness(count: Int, most: Double) {
        let drawCount = 4000
        var counts = [[Int]](repeating: [Int](repeating: 0, count: count), count: count)
        for seed in 0..<drawCount {
            let draw = QueueDraw(seed: Self.seed(UInt64(seed) + 1000), count: count)
            for index in 0..<count {
                if let place = draw.place(of: index) { counts[index][place] += 1 }
            }
        }
        let expected = Double(drawCount) / Double(count)
        let sum = counts.joined().reduce(0.0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
        #expect(sum < most, "\(sum)")
    }
}
