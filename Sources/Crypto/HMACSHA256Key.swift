internal import COpenSSL

/// A key of HMAC-SHA-256 with the work done that is the same for every code (RFC 2104 §4): a code of a short text
/// takes two rounds of the hash and no allocation. The prepared states are as good as the key, and wiped like it.
package final class HMACSHA256Key: Sendable {
    private struct States {
        var inner = SHA256_CTX()
        var outer = SHA256_CTX()
    }

    // SAFETY: the memory is written in `init` only, before anyone else can hold a reference, and wiped and freed in
    // `deinit`; no method lets its address out.
    private nonisolated(unsafe) let states: UnsafeMutablePointer<States>

    private static let blockByteCount = 64

    /// Of a key of up to one block, which every derived one is.
    package init(_ key: SecretBytes) {
        precondition((1...Self.blockByteCount).contains(key.count), "a key of this kind has 1 to 64 bytes")
        podo_openssl_outlives_exit()
        self.states = .allocate(capacity: 1)
        self.states.initialize(to: States())
        var block = [UInt8](repeating: 0, count: Self.blockByteCount)
        defer { block.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) } }
        key.withUnsafeBytes { key in
            for (index, byte) in key.enumerated() { block[index] = byte }
        }
        for index in block.indices { block[index] ^= 0x36 }
        podo_sha256_begin(&self.states.pointee.inner, block)
        for index in block.indices { block[index] ^= 0x36 ^ 0x5c }
        podo_sha256_begin(&self.states.pointee.outer, block)
    }

    deinit {
        OPENSSL_cleanse(self.states, MemoryLayout<States>.size)
        self.states.deallocate()
    }

    package func code(of bytes: Span<UInt8>) -> SHA256Digest {
        var code: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        withUnsafeMutableBytes(of: &code) { code in
            bytes.withUnsafeBufferPointer { bytes in
                podo_hmac_sha256(
                    &self.states.pointee.inner, &self.states.pointee.outer, bytes.baseAddress, bytes.count,
                    code.baseAddress?.assumingMemoryBound(to: UInt8.self))
            }
        }
        return SHA256Digest(words: code)
    }
}

extension HMACSHA256Key: CustomStringConvertible, CustomReflectable {
    package var description: String { "<redacted>" }
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection()) }
}
