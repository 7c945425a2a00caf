internal import COpenSSL

/// Signs with Ed25519 (RFC 8032): the same message gives the same signature, and no randomness is needed.
package struct Ed25519PrivateKey: Sendable {
    package static let seedByteCount = 32

    private let handle: KeyHandle
    package let publicKey: Ed25519PublicKey

    /// The key of a seed of `seedByteCount` bytes; another length is a mistake of the caller.
    package init(seed: SecretBytes) {
        precondition(seed.count == Self.seedByteCount, "a seed of Ed25519 has 32 bytes")
        let handle = KeyHandle {
            seed.withUnsafeBytes { seed in
                EVP_PKEY_new_raw_private_key(
                    EVP_PKEY_ED25519, nil, seed.baseAddress?.assumingMemoryBound(to: UInt8.self), seed.count)
            }
        }
        guard let handle else { preconditionFailure("OpenSSL has no memory for a key, or no Ed25519") }
        self.handle = handle
        self.publicKey = Ed25519PublicKey(sharing: handle)
    }

    package static func random() -> Ed25519PrivateKey {
        Ed25519PrivateKey(seed: SecretBytes.random(Self.seedByteCount))
    }

    /// The 64 bytes of §5.1.6.
    package func signature(of bytes: [UInt8]) -> [UInt8] {
        guard let context = EVP_MD_CTX_new() else { preconditionFailure("OpenSSL has no memory for a signature") }
        defer { EVP_MD_CTX_free(context) }
        var signature = [UInt8](repeating: 0, count: Ed25519PublicKey.signatureByteCount)
        var count = signature.count
        let isMade = self.handle.withPointer { key in
            EVP_DigestSignInit(context, nil, nil, nil, key) == 1
                && EVP_DigestSign(context, &signature, &count, bytes, bytes.count) == 1
        }
        precondition(isMade && count == signature.count, "OpenSSL has no memory for a signature")
        return signature
    }
}
