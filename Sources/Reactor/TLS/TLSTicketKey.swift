internal import COpenSSL

/// One ticket key: its public name, a key for AES-256-CBC and one for HMAC-SHA-256. Wiped when the last user is done.
final class TLSTicketKey: @unchecked Sendable {
    // SAFETY: the memory is written in `init` only and freed in `deinit`.
    private let bytes: UnsafeMutablePointer<UInt8>

    static let nameByteCount = 16
    private static let keyByteCount = 32
    private static let byteCount = nameByteCount + 2 * keyByteCount

    init() {
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

    /// Prepares OpenSSL's contexts to seal a ticket; fills in the key's name and a fresh initialisation vector.
    func prepareSealing(
        name: UnsafeMutablePointer<UInt8>, vector: UnsafeMutablePointer<UInt8>, cipher: OpaquePointer,
        mac: OpaquePointer
    ) -> Bool {
        let algorithm = EVP_aes_256_cbc()
        guard RAND_bytes(vector, EVP_CIPHER_get_iv_length(algorithm)) == 1 else { return false }
        name.update(from: self.bytes, count: Self.nameByteCount)
        return EVP_EncryptInit_ex(cipher, algorithm, nil, self.bytes + Self.nameByteCount, vector) == 1
            && self.prepareMAC(mac)
    }

    /// Prepares OpenSSL's contexts to check and open a ticket.
    func prepareOpening(vector: UnsafePointer<UInt8>, cipher: OpaquePointer, mac: OpaquePointer) -> Bool {
        EVP_DecryptInit_ex(cipher, EVP_aes_256_cbc(), nil, self.bytes + Self.nameByteCount, vector) == 1
            && self.prepareMAC(mac)
    }

    private func prepareMAC(_ mac: OpaquePointer) -> Bool {
        var digest = Array("SHA256".utf8CString)
        return digest.withUnsafeMutableBufferPointer { digest in
            let parameters = [
                OSSL_PARAM_construct_octet_string(
                    OSSL_MAC_PARAM_KEY, self.bytes + Self.nameByteCount + Self.keyByteCount, Self.keyByteCount),
                OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.baseAddress, 0),
                OSSL_PARAM_construct_end(),
            ]
            return EVP_MAC_CTX_set_params(mac, parameters) == 1
        }
    }
}
