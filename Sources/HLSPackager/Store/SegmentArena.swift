/// The memory of one segment: bytes are appended while it is made, and never move or change afterwards.
///
/// Written on the publisher's loop; what lies before a published length may be read by any loop at the same time.
package final class SegmentArena: @unchecked Sendable {
    // SAFETY: bytes below a count that was handed to readers are not written again; the memory is freed with the last
    // reference.
    private let base: UnsafeMutableRawPointer
    package let capacity: Int
    package private(set) var count = 0

    package init(capacity: Int) {
        self.capacity = capacity
        self.base = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 64)
    }

    deinit { self.base.deallocate() }

    /// False, with nothing written, when it does not fit.
    package func append(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count <= self.capacity - self.count else { return false }
        guard let start = bytes.baseAddress else { return true }
        self.base.advanced(by: self.count).copyMemory(from: start, byteCount: bytes.count)
        self.count += bytes.count
        return true
    }

    /// The bytes of a range that was published; valid as long as the arena is held.
    package func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        precondition(range.lowerBound >= 0 && range.upperBound <= self.count, "a part lies within its segment")
        return UnsafeRawBufferPointer(start: self.base + range.lowerBound, count: range.count)
    }
}
