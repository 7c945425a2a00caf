import Glibc
import Primitives
import Testing

@testable import HLSPackager

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
        // A place may be larger than what is asked of it.
        #expect(SegmentArena(capacity: 100, pool: pool).capacity == 100)
        pool.empty()
        #expect(pool.byteCount == 0)
    }

    @Test("stays mapped where its pages are kept, and there alone")
    func mapping() {
        let pool = ArenaPool()
        let bytes = [UInt8](repeating: 7, count: 10_000)
        func written() -> Int {
            let arena = SegmentArena(capacity: 1 << 20, pool: pool)
            #expect(bytes.withUnsafeBytes { arena.append($0) })
            arena.complete()
            return Int(bitPattern: arena.bytes(0..<1).baseAddress)
        }
        func isMapped(_ address: Int) -> Bool {
            var state: UInt8 = 0
            return mincore(UnsafeMutableRawPointer(bitPattern: address), 4096, &state) == 0
        }
        let first = written()
        #expect(isMapped(first) && isMapped(first + 12_288), "and the room behind it")
        #expect(written() == first)
        pool.empty()
        #expect(!isMapped(first))
        #expect(Array(SegmentArena(capacity: 1 << 20, pool: pool).bytes(0..<0)).isEmpty)
    }

    @Test("is a file of its pool at the same time")
    func file() throws {
        let pool = ArenaPool()
        let arenas = (0..<3).map { _ in SegmentArena(capacity: 1 << 20, pool: pool) }
        for (number, arena) in arenas.enumerated() {
            #expect([UInt8](repeating: UInt8(number), count: 5000).withUnsafeBytes { arena.append($0) })
            arena.complete()
        }
        for (number, arena) in arenas.enumerated() {
            let slice = arena.slice(1000..<5000)
            let backing = try #require(slice.owner.backing)
            var bytes = [UInt8](repeating: 9, count: 4000)
            #expect(pread(backing.descriptor, &bytes, 4000, off_t(backing.fileOffset + 1000)) == 4000)
            #expect(bytes == [UInt8](repeating: UInt8(number), count: 4000))
        }
    }

    @Test("does not change what the kernel still sends of it, though its place is written again")
    func sentAsFile() throws {
        let pool = ArenaPool()
        var sockets: [CInt] = [-1, -1]
        #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &sockets) == 0)
        defer { for socket in sockets { close(socket) } }
        let bytes = [UInt8](repeating: 7, count: 40_000)
        var arena: SegmentArena? = SegmentArena(capacity: 1 << 20, pool: pool)
        #expect(bytes.withUnsafeBytes { arena?.append($0) } == true)
        arena?.complete()
        try {
            let backing = try #require(arena?.slice(0..<40_000).owner.backing)
            backing.willBeSentAsFile()
            var offset = off_t(backing.fileOffset)
            #expect(sendfile(sockets[0], backing.descriptor, &offset, 40_000) == 40_000)
        }()
        arena = nil
        #expect(pool.byteCount == 0)
        let next = SegmentArena(capacity: 1 << 20, pool: pool)
        #expect([UInt8](repeating: 8, count: 40_000).withUnsafeBytes { next.append($0) })
        var received = [UInt8](repeating: 0, count: 40_000)
        #expect(recv(sockets[1], &received, 40_000, Int32(MSG_WAITALL)) == 40_000)
        #expect(received == bytes)
    }

    @Test("takes nothing for which the system has no memory, and goes on when it has some again")
    func noMemory() {
        let pool = ArenaPool()
        let arena = SegmentArena(capacity: 1 << 20, pool: pool)
        let bytes = [UInt8](repeating: 1, count: 100_000)
        #expect(bytes.withUnsafeBytes { arena.append($0) })
        #expect(ftruncate(pool.descriptor, 131_072) == 0)
        #expect(bytes.withUnsafeBytes { arena.append($0) } == false)
        #expect(arena.count == 100_000)
        #expect(ftruncate(pool.descriptor, 1 << 20) == 0)
        #expect(bytes.withUnsafeBytes { arena.append($0) })
        #expect(Array(arena.bytes(0..<200_000)) == bytes + bytes)
    }

    @Test("takes nothing when the system has no such reservation to give")
    func refused() {
        let arena = SegmentArena(capacity: 1 << 60)
        #expect([UInt8](repeating: 1, count: 1).withUnsafeBytes { arena.append($0) } == false)
        #expect(arena.bytes(0..<0).isEmpty)
        arena.complete()
    }
}
