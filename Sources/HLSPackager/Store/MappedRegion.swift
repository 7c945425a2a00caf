internal import Glibc

/// Memory from the system, in whole pages. Whoever holds it unmaps it.
struct MappedRegion: @unchecked Sendable {
    // SAFETY: an address and a length; the arena or the pool that holds it is the only one that does.
    let base: UnsafeMutableRawPointer
    let byteCount: Int
    /// Of these, counted from the beginning, the system has given the pages already.
    let backedByteCount: Int

    init(base: UnsafeMutableRawPointer, byteCount: Int, backedByteCount: Int) {
        self.base = base
        self.byteCount = byteCount
        self.backedByteCount = backedByteCount
    }

    /// So many bytes: beginning with pages that a pool has left, otherwise all fresh. Nil when the system refuses.
    init?(byteCount: Int, from pool: ArenaPool?) {
        if let used = pool?.take() {
            if let region = used.extended(to: byteCount) {
                self = region
                return
            }
            used.unmap()
        }
        guard let base = Self.map(at: nil, byteCount) else { return nil }
        self.init(base: base, byteCount: byteCount, backedByteCount: 0)
    }

    /// Has the system give the pages of a range in one call, which takes it two thirds of the time of giving each when
    /// it is first written. One that cannot goes on giving them one by one.
    func back(_ range: Range<Int>) { madvise(self.base + range.lowerBound, range.count, CInt(MADV_POPULATE_WRITE)) }

    func unmap() { munmap(self.base, self.byteCount) }

    /// The same with fresh pages behind it; nil when other memory is there by now.
    private func extended(to byteCount: Int) -> MappedRegion? {
        guard byteCount >= self.byteCount else { return nil }
        let missing = byteCount - self.byteCount
        guard missing > 0 else { return self }
        let wanted = self.base + self.byteCount
        guard let rest = Self.map(at: wanted, missing) else { return nil }
        guard rest == wanted else {
            munmap(rest, missing)
            return nil
        }
        return MappedRegion(base: self.base, byteCount: byteCount, backedByteCount: self.backedByteCount)
    }

    /// Reserved without a claim on memory. The address is a wish.
    private static func map(at wish: UnsafeMutableRawPointer?, _ byteCount: Int) -> UnsafeMutableRawPointer? {
        let pointer = mmap(
            wish, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
        return pointer == MAP_FAILED ? nil : pointer
    }
}
