internal import COpenSSL

/// Checks Ed25519 signatures (RFC 8032). One message has one signature under one key: a second spelling of the same
/// one, with S not below the order of the group, is refused (§5.1.7).
package struct Ed25519PublicKey: Sendable {
    package static let byteCount = 32
    package static let signatureByteCount = 64

    private let handle: KeyHandle

    /// Nil when the length is wrong.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        let handle = KeyHandle { EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, bytes, bytes.count) }
        guard let handle else { return nil }
        self.handle = handle
    }

    init(sharing handle: KeyHandle) { self.handle = handle }

    /// The 32 bytes of RFC 8032 §5.1.5.
    package var bytes: [UInt8] {
        self.handle.withPointer { key in
            var bytes = [UInt8](repeating: 0, count: Self.byteCount)
            var count = bytes.count
            let isGiven = EVP_PKEY_get_raw_public_key(key, &bytes, &count) == 1
            precondition(isGiven && count == Self.byteCount, "a key of Ed25519 has a public part of 32 bytes")
            return bytes
        }
    }

    package func isSignature(_ signature: [UInt8], of bytes: [UInt8]) -> Bool {
        guard signature.count == Self.signatureByteCount else { return false }
        return self.handle.verifies(signature, of: bytes, digest: nil)
    }
}
