internal import COpenSSL

/// Checks RS256 signatures: RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 §3.3), which providers of sign-in use.
package struct RS256PublicKey: Sendable {
    /// RFC 7518 §3.3 wants 2048 bits; more than 4096 would only make checking slow.
    package static let modulusByteCounts = 256...512
    /// 65537 almost always. A longer exponent would only make checking slow.
    package static let exponentByteCountMax = 4

    private let handle: KeyHandle
    private let modulusByteCount: Int

    /// `n` and `e` of a JWK (RFC 7518 §6.3.1), decoded: big-endian without leading zeros. Nil when they are no key, or
    /// none of the allowed lengths.
    package init?(modulus: [UInt8], exponent: [UInt8]) {
        guard Self.modulusByteCounts.contains(modulus.count), let firstOfModulus = modulus.first,
            firstOfModulus >= 0x80, let lastOfModulus = modulus.last, lastOfModulus & 1 == 1
        else { return nil }
        guard (1...Self.exponentByteCountMax).contains(exponent.count), exponent.first != 0,
            let lastOfExponent = exponent.last, lastOfExponent & 1 == 1, exponent != [1]
        else { return nil }
        self.modulusByteCount = modulus.count
        var modulus = Array(modulus.reversed())
        var exponent = Array(exponent.reversed())
        let handle = KeyHandle {
            guard let context = EVP_PKEY_CTX_new_from_name(nil, "RSA", nil) else { return nil }
            defer { EVP_PKEY_CTX_free(context) }
            var key: OpaquePointer?
            let isMade =
                EVP_PKEY_fromdata_init(context) == 1
                && podo_pkey_from_rsa(context, &key, &modulus, modulus.count, &exponent, exponent.count) == 1
            return isMade ? key : nil
        }
        guard let handle else { return nil }
        self.handle = handle
    }

    /// A signature is as long as the modulus; other lengths are refused.
    package func isSignature(_ signature: [UInt8], of bytes: [UInt8]) -> Bool {
        guard signature.count == self.modulusByteCount else { return false }
        return self.handle.verifies(signature, of: bytes, digest: EVP_sha256())
    }
}
