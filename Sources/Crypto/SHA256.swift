internal import COpenSSL

/// SHA-256 (FIPS 180-4).
package enum SHA256 {
    package static let byteCount = 32

    package static func hash(_ bytes: [UInt8]) -> [UInt8] { self.digest(bytes.span).bytes }

    package static func hash(_ text: String) -> [UInt8] { self.hash(Array(text.utf8)) }

    /// The same without an allocation, for tables. Fails only when OpenSSL cannot allocate, which ends the process.
    package static func digest(_ bytes: Span<UInt8>) -> SHA256Digest {
        var result: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        let made = withUnsafeMutableBytes(of: &result) { result in
            bytes.withUnsafeBufferPointer { bytes in
                EVP_Digest(
                    bytes.baseAddress, bytes.count, result.baseAddress?.assumingMemoryBound(to: UInt8.self), nil,
                    self.algorithm, nil)
            }
        }
        precondition(made == 1, "OpenSSL has no memory for a hash")
        return SHA256Digest(words: result)
    }

    // SAFETY: never changed and never freed. Fetched once, because that costs as much as hashing a small text.
    private nonisolated(unsafe) static let algorithm: OpaquePointer? = {
        podo_openssl_outlives_exit()
        return EVP_MD_fetch(nil, "SHA256", nil)
    }()
}
