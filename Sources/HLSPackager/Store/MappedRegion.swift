internal import Glibc

/// Address space with memory behind it, in whole pages: of a place in a pool's file, or of its own. Whoever holds it
/// unmaps it.
struct MappedRegion: @unchecked Sendable {
    // SAFETY: an address and a length; the arena that holds it is the only one that does.
    let base: UnsafeMutableRawPointer
    let byteCount: Int

    /// The memory of a place in the file of a pool. Nil when the system refuses.
    init?(of place: ArenaPool.Place, in pool: ArenaPool) {
        self.init(place.byteCount, MAP_SHARED, pool.descriptor, place.offset)
        // Pages that lie side by side are sent as one. Where the system is set to give none such, nothing is lost.
        // Not for memory of its own: no kernel sends from that, and it would come 2 MiB at a time, needed or not.
        madvise(self.base, self.byteCount, CInt(MADV_HUGEPAGE))
    }

    /// Memory of its own, reserved without a claim on it. Nil when the system refuses.
    init?(byteCount: Int) { self.init(byteCount, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) }

    private init?(_ byteCount: Int, _ kind: Int32, _ descriptor: CInt, _ offset: Int) {
        let pointer = mmap(nil, byteCount, PROT_READ | PROT_WRITE, kind | MAP_NORESERVE, descriptor, off_t(offset))
        guard let pointer, pointer != MAP_FAILED else { return nil }
        self.base = pointer
        self.byteCount = byteCount
    }

    /// Has the system give the pages of a range in one call, which takes it two thirds of the time of giving each when
    /// it is first written. A kernel before Linux 5.14 does not know the call, and gives them one by one. False where
    /// there are none to give: to write there would end the process.
    func back(_ range: Range<Int>) -> Bool {
        madvise(self.base + range.lowerBound, range.count, CInt(MADV_POPULATE_WRITE)) == 0 || errno == EINVAL
    }

    /// All of it, or its first bytes where the rest is unmapped already.
    func unmap(_ byteCount: Int? = nil) { munmap(self.base, byteCount ?? self.byteCount) }
}
