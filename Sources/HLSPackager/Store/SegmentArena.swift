internal import Glibc
package import Primitives
internal import Synchronization

/// The memory of one segment: bytes are appended while it is made, and never move or change afterwards.
///
/// Written on the publisher's loop; what lies before a published length may be read by any loop at the same time. The
/// capacity is reserved, but memory is taken as it is written, 64 KiB at a time, and what is left of it is given back
/// when the segment is complete. When the system refuses the reservation, nothing fits. With a pool, the
/// memory is a place in the pool's file, and the pages of an earlier segment are written again, for the system's fresh
/// pages cost more than all else here.
///
/// An arena is a handle of its own on memory that is freed with its last handle: each loop takes one (`handle`), so
/// that no two loops count references in the same place.
package final class SegmentArena: Sendable {
    private let memory: Memory
    /// All of the reservation, for answers that hold what they send.
    private let shared: SharedBytes
    /// Of a handle that knows a beginning only.
    private let countMax: Int

    package convenience init(capacity: Int, pool: ArenaPool? = nil) {
        self.init(memory: Memory(capacity: capacity, pool: pool))
    }

    private init(memory: Memory, countMax: Int = .max) {
        self.memory = memory
        self.countMax = countMax
        self.shared = SharedBytes(
            UnsafeRawBufferPointer(start: memory.base, count: memory.capacity), of: memory,
            backing: memory.isInFile ? memory : nil)
    }

    package var capacity: Int { self.memory.capacity }
    package var count: Int { min(self.memory.count.load(ordering: .acquiring), self.countMax) }

    /// What the memory takes: whole pages.
    package var residentByteCount: Int { Memory.wholePages(self.count) }

    /// Another handle on the same memory.
    package func handle() -> SegmentArena { SegmentArena(memory: self.memory, countMax: self.countMax) }

    /// Another handle, which does not see more than so many bytes, whatever is appended.
    package func prefix(_ count: Int) -> SegmentArena { SegmentArena(memory: self.memory, countMax: count) }

    package func sharesMemory(with other: SegmentArena) -> Bool { self.memory === other.memory }

    /// False, with nothing written, when it does not fit, the system has no memory for it, or the segment is complete.
    /// By the publisher's loop only.
    package func append(_ bytes: UnsafeRawBufferPointer) -> Bool { self.memory.append(bytes) }

    /// Nothing more will be appended: gives the rest of the reservation back. By the publisher's loop only.
    package func complete() { self.memory.complete() }

    /// The bytes of a range that was published; valid as long as the arena is held.
    package func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        precondition(range.lowerBound >= 0 && range.upperBound <= self.count, "a part lies within its segment")
        guard let base = self.memory.base else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        return UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count)
    }

    /// A range that was published, as an answer's body: holds the memory.
    package func slice(_ range: Range<Int>) -> SharedSlice {
        precondition(range.lowerBound >= 0 && range.upperBound <= self.count, "a part lies within its segment")
        return SharedSlice(self.shared, range)
    }

    private final class Memory: FileBackedMemory, @unchecked Sendable {
        // SAFETY: bytes below a count that was handed to readers are not written again, and the count is atomic;
        // `writable`, `mapped` and `backed` are touched by the publisher's loop, and by `deinit` with the last
        // reference.
        let base: UnsafeMutableRawPointer?
        let capacity: Int
        let count = Atomic<Int>(0)
        private var writable: Int
        private let region: MappedRegion?
        private let place: (pool: ArenaPool, place: ArenaPool.Place)?
        private let wasSentAsFile = Atomic<Bool>(false)
        private var mapped: Int
        private var backed: Int
        /// Pages are taken from the system so many bytes at a time.
        private static let backingByteCount = 64 * 1024

        init(capacity: Int, pool: ArenaPool?) {
            let byteCount = Self.wholePages(max(capacity, 1))
            if let pool, let place = pool.take(byteCount) {
                self.region = place.region ?? MappedRegion(of: place, in: pool)
                self.place = (pool, place)
                // The pages are there; what may be missing is that the mapping knows them, which is cheap.
                if place.region == nil, place.backedByteCount > 0 { _ = self.region?.back(0..<place.backedByteCount) }
                self.backed = place.backedByteCount
            } else {
                self.region = MappedRegion(byteCount: byteCount)
                self.place = nil
                self.backed = 0
            }
            self.base = self.region?.base
            self.mapped = self.region?.byteCount ?? 0
            self.capacity = self.base == nil ? 0 : max(capacity, 0)
            self.writable = self.capacity
        }

        deinit {
            guard let (pool, place) = self.place else {
                if self.mapped > 0 { self.region?.unmap(self.mapped) }
                return
            }
            pool.put(
                ArenaPool.Place(
                    offset: place.offset, byteCount: place.byteCount, backedByteCount: self.backed,
                    region: self.region),
                mayBeRead: self.wasSentAsFile.load(ordering: .acquiring))
        }

        var isInFile: Bool { self.place != nil }
        var descriptor: CInt { self.place?.pool.descriptor ?? -1 }
        var fileOffset: Int { self.place?.place.offset ?? 0 }

        func willBeSentAsFile() {
            if !self.wasSentAsFile.load(ordering: .relaxed) { self.wasSentAsFile.store(true, ordering: .releasing) }
        }

        func append(_ bytes: UnsafeRawBufferPointer) -> Bool {
            let count = self.count.load(ordering: .relaxed)
            guard bytes.count <= self.writable - count else { return false }
            guard let start = bytes.baseAddress, let base = self.base else { return bytes.isEmpty }
            guard count + bytes.count <= self.backed || self.back(count + bytes.count) else { return false }
            base.advanced(by: count).copyMemory(from: start, byteCount: bytes.count)
            self.count.store(count + bytes.count, ordering: .releasing)
            return true
        }

        private func back(_ byteCount: Int) -> Bool {
            let steps = (byteCount + Self.backingByteCount - 1) / Self.backingByteCount
            let end = min(steps * Self.backingByteCount, self.mapped)
            guard self.region?.back(self.backed..<end) == true else {
                if let (pool, place) = self.place { pool.dropPages(of: place, self.backed..<end) }
                return false
            }
            self.backed = end
            return true
        }

        func complete() {
            let count = self.count.load(ordering: .relaxed)
            self.writable = count
            let used = Self.wholePages(count)
            guard used < self.mapped else { return }
            if let (pool, place) = self.place {
                // The address space stays with the place: the segment that is next there finds it mapped.
                guard self.backed > used else { return }
                pool.dropPages(of: place, used..<self.backed)
                self.backed = used
            } else if let base = self.base, munmap(base + used, self.mapped - used) == 0 {
                self.mapped = used
                self.backed = min(self.backed, used)
            }
        }

        static func wholePages(_ byteCount: Int) -> Int { (byteCount + 4095) / 4096 * 4096 }
    }
}
