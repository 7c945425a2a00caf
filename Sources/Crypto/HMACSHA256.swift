internal import COpenSSL
internal import Glibc

/// HMAC with SHA-256 (RFC 2104).
package enum HMACSHA256 {
    package static let byteCount = 32

    /// The code of `bytes` under `key`. Fails only when OpenSSL cannot allocate, which ends the process.
    package static func code(of bytes: [UInt8], key: [UInt8]) -> [UInt8] {
        key.withUnsafeBytes { self.code(of: bytes, key: $0) }
    }

    package static func code(of bytes: [UInt8], key: SecretBytes) -> [UInt8] {
        key.withUnsafeBytes { self.code(of: bytes, key: $0) }
    }

    private static func code(of bytes: [UInt8], key: UnsafeRawBufferPointer) -> [UInt8] {
        podo_openssl_outlives_exit()
        var result = [UInt8](repeating: 0, count: Self.byteCount)
        var length: UInt32 = 0
        // A key without bytes may have no address, which to OpenSSL would mean the key of before.
        var none: UInt8 = 0
        let made = withUnsafePointer(to: &none) { none in
            HMAC(
                EVP_sha256(), key.baseAddress ?? UnsafeRawPointer(none), CInt(key.count), bytes, bytes.count, &result,
                &length)
        }
        precondition(made != nil, "OpenSSL has no memory for an HMAC")
        return result
    }
}
