import Glibc
import HLSPackager
import Primitives
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

    @Test("is read through any handle, also when it is complete and the first handle is gone")
    func handles() {
        var arena: SegmentArena? = SegmentArena(capacity: 1 << 30)
        let bytes = [UInt8](repeating: 7, count: 10_000)
        let handle = arena?.handle()
        #expect(bytes.withUnsafeBytes { arena?.append($0) } == true)
        arena?.complete()
        #expect(bytes.withUnsafeBytes { arena?.append($0) } == false)
        arena = nil
        #expect(handle.map { Array($0.bytes(0..<10_000)) } == bytes)
        #expect(handle?.residentByteCount == 12_288)
    }

    @Test("is a beginning that does not grow, through a handle that was made for one")
    func prefix() {
        let arena = SegmentArena(capacity: 1 << 20)
        let bytes = [UInt8](repeating: 7, count: 6000)
        #expect(bytes.withUnsafeBytes { arena.append($0) })
        let prefix = arena.prefix(6000)
        #expect(bytes.withUnsafeBytes { arena.append($0) })
        #expect(prefix.count == 6000 && prefix.handle().count == 6000 && arena.handle().count == 12_000)
        #expect(Array(prefix.handle().slice(0..<6000).unsafeBytes) == bytes)
        #expect(prefix.sharesMemory(with: arena))
    }

    @Test("takes pages from the system before they are written, a few at a time")
    func pagesAhead() {
        let arena = SegmentArena(capacity: 1 << 20)
        #expect([UInt8(7)].withUnsafeBytes { arena.append($0) })
        var isThere = [UInt8](repeating: 0, count: 32)
        let base = UnsafeMutableRawPointer(mutating: arena.bytes(0..<1).baseAddress)
        #expect(mincore(base, 32 * 4096, &isThere) == 0)
        #expect(isThere.map { $0 & 1 } == [UInt8](repeating: 1, count: 16) + [UInt8](repeating: 0, count: 16))
    }

    @Test("writes again on the pages of a segment that nobody reads, as many as the pool may hold")
    func pool() {
        let pool = ArenaPool()
        let bytes = [UInt8](repeating: 7, count: 10_000)
        var arenas = (0..<10).map { _ in SegmentArena(capacity: 1 << 26, pool: pool) }
        for arena in arenas {
            #expect(bytes.withUnsafeBytes { arena.append($0) })
            arena.complete()
        }
        #expect(pool.byteCount == 0)
        arenas = []
        #expect(pool.byteCount == 8 * 12_288)
        let again = SegmentArena(capacity: 1 << 26, pool: pool)
        #expect(pool.byteCount == 7 * 12_288)
        #expect(again.count == 0)
        for _ in 0..<3 { #expect(bytes.withUnsafeBytes { again.append($0) }) }
        #expect(Array(again.bytes(0..<30_000)) == bytes + bytes + bytes)
        // One that is too large for what is asked is not used.
        #expect(SegmentArena(capacity: 100, pool: pool).capacity == 100)
        pool.empty()
        #expect(pool.byteCount == 0)
    }

    @Test("takes nothing when the system has no such reservation to give")
    func refused() {
        let arena = SegmentArena(capacity: 1 << 60)
        #expect([UInt8](repeating: 1, count: 1).withUnsafeBytes { arena.append($0) } == false)
        #expect(arena.bytes(0..<0).isEmpty)
        arena.complete()
    }
}
