/// Bytes that never change once made, shared by reference between any number of readers and threads.
///
/// Responses are sent straight from here with `writev`: a body is stored once however many people ask for it.
@safe
package final class SharedBytes: Sendable {
    // SAFETY: the memory is written in `init` only, before anyone else can hold a reference, and freed in `deinit`; or
    // it belongs to `owner`, which is held, and whoever lent it does not write what was lent any more.
    private nonisolated(unsafe) let memory: UnsafeRawBufferPointer
    package let count: Int
    /// Whose memory this is; nil for its own.
    private let owner: (any AnyObject & Sendable)?
    /// Where the same bytes lie in a file, if they do.
    package let backing: (any FileBackedMemory)?

    package init(_ bytes: some Collection<UInt8>) {
        self.count = bytes.count
        self.owner = nil
        self.backing = nil
        let base = UnsafeMutableRawPointer.allocate(byteCount: max(bytes.count, 1), alignment: 64)
        let target = unsafe UnsafeMutableRawBufferPointer(start: base, count: bytes.count)
        unsafe target.copyBytes(from: bytes)
        unsafe self.memory = UnsafeRawBufferPointer(start: base, count: bytes.count)
    }

    /// Memory that is valid for as long as `owner` lives, and of which no part is sent before it was written for good.
    ///
    /// Also gives a thread a count of its own on bytes that many threads send: the owner's is touched twice only.
    package init(
        _ memory: UnsafeRawBufferPointer, of owner: any AnyObject & Sendable,
        backing: (any FileBackedMemory)? = nil
    ) {
        self.count = memory.count
        self.owner = owner
        self.backing = backing
        unsafe self.memory = memory
    }

    deinit {
        if self.owner == nil { unsafe self.memory.deallocate() }
    }

    /// Valid only as long as the caller holds a reference.
    package var unsafeBytes: UnsafeRawBufferPointer { unsafe self.memory }

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
