internal import COpenSSL

/// HKDF with SHA-256 (RFC 5869): keys of many purposes out of one secret. Whoever has one of them cannot compute
/// another.
package enum HKDF {
    /// RFC 5869 §2.3.
    package static let byteCountMax = 255 * 32

    /// A key of `count` bytes, different for every purpose. The secret must be of high entropy: a password is none.
    package static func derive(
        _ secret: SecretBytes, salt: [UInt8] = [], purpose: [UInt8], count: Int
    ) -> SecretBytes {
        precondition(count > 0 && count <= Self.byteCountMax, "HKDF makes 1 to \(Self.byteCountMax) bytes")
        precondition(secret.count > 0, "there is a secret to derive from")
        podo_openssl_outlives_exit()
        let algorithm = EVP_KDF_fetch(nil, "HKDF", nil)
        defer { EVP_KDF_free(algorithm) }
        guard let context = EVP_KDF_CTX_new(algorithm) else { preconditionFailure("OpenSSL has no memory for HKDF") }
        defer { EVP_KDF_CTX_free(context) }
        return SecretBytes(count: count) { output in
            let made = secret.withUnsafeBytes { secret in
                podo_kdf_derive_hkdf(
                    context, secret.baseAddress?.assumingMemoryBound(to: UInt8.self), secret.count, salt, salt.count,
                    purpose, purpose.count, output.baseAddress?.assumingMemoryBound(to: UInt8.self), output.count)
            }
            precondition(made == 1, "OpenSSL cannot do HKDF with SHA-256")
        }
    }
}
