/// Bytes that never change once made, shared by reference between any number of readers and threads.
///
/// Responses are sent straight from here with `writev`: a body is stored once however many people ask for it.
@safe
package final class SharedBytes: Sendable {
    // SAFETY: the memory is written in `init` only, before anyone else can hold a reference, and freed in `deinit`.
    private nonisolated(unsafe) let base: UnsafeMutableRawPointer
    package let count: Int

    package init(_ bytes: some Collection<UInt8>) {
        self.count = bytes.count
        unsafe self.base = UnsafeMutableRawPointer.allocate(byteCount: max(bytes.count, 1), alignment: 64)
        let target = unsafe UnsafeMutableRawBufferPointer(start: self.base, count: bytes.count)
        unsafe target.copyBytes(from: bytes)
    }

    deinit { unsafe self.base.deallocate() }

    /// Valid only as long as the caller holds a reference.
    package var unsafeBytes: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: self.base, count: self.count)
    }

    package func copyBytes() -> [UInt8] { unsafe Array(self.unsafeBytes) }
}

/// A part of a `SharedBytes`; holding it keeps the whole alive.
package struct SharedSlice: Sendable {
    package let owner: SharedBytes
    package let range: Range<Int>

    package init(_ owner: SharedBytes) {
        self.owner = owner
        self.range = 0..<owner.count
    }

    /// A range outside of the bytes is a programming error: check what a peer asked for first.
    package init(_ owner: SharedBytes, _ range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= owner.count, "a slice lies within its bytes")
        self.owner = owner
        self.range = range
    }

    package var count: Int { self.range.count }

    package var unsafeBytes: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(rebasing: self.owner.unsafeBytes[self.range])
    }
}
