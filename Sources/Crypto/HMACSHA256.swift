internal import COpenSSL
internal import Glibc

/// HMAC with SHA-256 (RFC 2104).
package enum HMACSHA256 {
    package static let byteCount = 32

    /// The code of `bytes` under `key`. Fails only when OpenSSL cannot allocate, which ends the process.
    package static func code(of bytes: [UInt8], key: [UInt8]) -> [UInt8] {
        podo_openssl_outlives_exit()
        var result = [UInt8](repeating: 0, count: Self.byteCount)
        var length: UInt32 = 0
        let made = HMAC(EVP_sha256(), key, CInt(key.count), bytes, bytes.count, &result, &length)
        precondition(made != nil, "OpenSSL has no memory for an HMAC")
        return result
    }
}
