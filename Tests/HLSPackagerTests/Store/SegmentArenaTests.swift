import HLSPackager
import Testing

@Suite("Segment arena")
struct SegmentArenaTests {
    @Test("takes what fits, whole or not at all")
    func bound() {
        let arena = SegmentArena(capacity: 4)
        let (three, two): ([UInt8], [UInt8]) = ([1, 2, 3], [4, 5])
        #expect(three.withUnsafeBytes { arena.append($0) })
        #expect(!two.withUnsafeBytes { arena.append($0) })
        #expect(Array(arena.bytes(0..<3)) == [1, 2, 3])
    }
}
