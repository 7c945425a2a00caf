import Primitives
import Testing

@testable import HLSPackager

@Suite("Keys of segments")
struct SegmentKeysTests {
    @Test("each is for so many segments, and the numbers go on from where an earlier process was")
    func rotation() {
        var keys = SegmentKeys(segmentCount: 3, nextNumber: 40)
        let numbers = (100..<110).map { keys.key(forSequence: $0).number }
        #expect(numbers == [40, 40, 40, 41, 41, 41, 42, 42, 42, 43])
        #expect(keys.nextNumber == 44)
        #expect(Set(keys.keys.map { $0.bytes.copyBytes() }).count == 4)
        #expect(keys.keys.allSatisfy { $0.bytes.count == 16 })
    }

    @Test("renditions that are behind or ahead have the same keys")
    func renditions() {
        var keys = SegmentKeys(segmentCount: 2, nextNumber: 0)
        #expect([0, 1, 2, 0, 1, 2, 3].map { keys.key(forSequence: $0).number } == [0, 0, 1, 0, 0, 1, 1])
        // A key that is gone is not made again.
        #expect(keys.key(forSequence: 9).number == 2)
        keys.keep(named: [1])
        #expect(keys.key(forSequence: 1).number == 1)
        #expect(keys.key(forSequence: 9).number == 2)
    }

    @Test("a key stays while a segment names it, the newest in any case")
    func retention() {
        var keys = SegmentKeys(segmentCount: 1, nextNumber: 0)
        for sequence in 0..<5 { _ = keys.key(forSequence: sequence) }
        keys.keep(named: [2, 3])
        #expect(keys.keys.map(\.number) == [2, 3, 4])
        keys.keep(named: [])
        #expect(keys.keys.map(\.number) == [4])
        keys.removeAll()
        keys.keep(named: [])
        #expect(keys.keys.isEmpty && keys.key(forSequence: 0).number == 5)
    }

    @Test("keys and vectors are not guessed from those before")
    func random() {
        let keys = SegmentKeys(segmentCount: 1, nextNumber: 0)
        let vectors = (0..<64).map { _ in keys.vector() }
        #expect(Set(vectors).count == 64 && vectors.allSatisfy { $0.count == 16 })
        // Each bit is set in about half of them: a fair coin is outside of this once in a million bits.
        for bit in 0..<128 {
            let count = vectors.count { $0[bit / 8] >> (bit % 8) & 1 == 1 }
            #expect((10...54).contains(count))
        }
    }

    @Test("no key is for nothing")
    func least() {
        var keys = SegmentKeys(segmentCount: 0, nextNumber: 0)
        #expect([0, 1, 2].map { keys.key(forSequence: $0).number } == [0, 1, 2])
    }
}
