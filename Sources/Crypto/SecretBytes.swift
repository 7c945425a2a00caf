internal import COpenSSL

/// A key, or what keys are made of: bytes in memory of their own, wiped when the last holder lets go of them. No print,
/// dump or interpolation shows them.
package final class SecretBytes: Sendable {
    // SAFETY: the memory is written in `init` only, before anyone else can hold a reference, and wiped and freed in
    // `deinit`; no method lets its address out of a closure.
    private nonisolated(unsafe) let memory: UnsafeMutableRawBufferPointer

    package var count: Int { self.memory.count }

    package init(copying bytes: some Collection<UInt8>) {
        self.memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 16)
        self.memory.copyBytes(from: bytes)
    }

    /// What `fill` writes into `count` bytes.
    init(count: Int, _ fill: (UnsafeMutableRawBufferPointer) -> Void) {
        self.memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
        fill(self.memory)
    }

    deinit {
        OPENSSL_cleanse(self.memory.baseAddress, self.memory.count)
        self.memory.deallocate()
    }

    package static func random(_ count: Int) -> SecretBytes {
        podo_openssl_outlives_exit()
        return SecretBytes(count: count) { memory in
            let start = memory.baseAddress?.assumingMemoryBound(to: UInt8.self)
            precondition(RAND_bytes(start, CInt(memory.count)) == 1, "the machine has no randomness")
        }
    }

    /// The bytes, for as long as `body` runs.
    package func withUnsafeBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        try body(UnsafeRawBufferPointer(self.memory))
    }
}

extension SecretBytes: CustomStringConvertible, CustomReflectable {
    package var description: String { "<redacted>" }
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection()) }
}
