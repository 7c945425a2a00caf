internal import COpenSSL

/// One ticket key: its public name, a key for AES-256-CBC and one for HMAC-SHA-256. Wiped when the last user is done.
final class TLSTicketKey: @unchecked Sendable {
    // SAFETY: the memory is written in `init` only and freed in `deinit`.
    private let bytes: UnsafeMutablePointer<UInt8>

    static let nameByteCount = 16
    private static let keyByteCount = 32
    private static let byteCount = nameByteCount + 2 * keyByteCount

    init() {
        podo_openssl_outlives_exit()
        self.bytes = .allocate(capacity: Self.byteCount)
        precondition(RAND_bytes(self.bytes, CInt(Self.byteCount)) == 1, "the system has no random bytes")
    }

    deinit {
        OPENSSL_cleanse(self.bytes, Self.byteCount)
        self.bytes.deallocate()
    }

    func hasName(_ name: UnsafePointer<UInt8>) -> Bool {
        CRYPTO_memcmp(self.bytes, name, Self.nameByteCount) == 0
    }

    func copyName(to name: UnsafeMutablePointer<UInt8>) {
        name.update(from: self.bytes, count: Self.nameByteCount)
    }

    /// Prepares OpenSSL's contexts to seal a ticket; fills in the key's name and a fresh initialisation vector.
    func prepareSealing(
        name: UnsafeMutablePointer<UInt8>, vector: UnsafeMutablePointer<UInt8>, cipher: OpaquePointer,
        mac: OpaquePointer
    ) -> Bool {
        let algorithm = EVP_aes_256_cbc()
        guard RAND_bytes(vector, EVP_CIPHER_get_iv_length(algorithm)) == 1 else { return false }
        self.copyName(to: name)
        return EVP_EncryptInit_ex(cipher, algorithm, nil, self.bytes + Self.nameByteCount, vector) == 1
            && self.prepareMAC(mac)
    }

    /// Prepares OpenSSL's contexts to check and open a ticket.
    func prepareOpening(vector: UnsafePointer<UInt8>, cipher: OpaquePointer, mac: OpaquePointer) -> Bool {
        EVP_DecryptInit_ex(cipher, EVP_aes_256_cbc(), nil, self.bytes + Self.nameByteCount, vector) == 1
            && self.prepareMAC(mac)
    }

    private func prepareMAC(_ mac: OpaquePointer) -> Bool {
        podo_mac_use_sha256(mac, self.bytes + Self.nameByteCount + Self.keyByteCount, Self.keyByteCount) == 1
    }
}
