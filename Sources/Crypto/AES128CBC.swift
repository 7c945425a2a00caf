internal import COpenSSL

/// Encrypts with AES-128 in CBC mode, padded after PKCS #7 (FIPS 197; SP 800-38A §6.2; RFC 5652 §6.3), in pieces of any
/// length. Of the same pieces put together, the same bytes come out.
///
/// Owns OpenSSL's state, which holds the key and is wiped when this goes.
package struct AES128CBC: ~Copyable {
    /// Of a key, of an initialisation vector and of a block.
    package static let blockByteCount = 16

    private let context: OpaquePointer

    /// Key and vector have `blockByteCount` bytes each; other lengths are a mistake of the caller.
    package init(key: [UInt8], initialisationVector: [UInt8]) throws(CryptoError) {
        precondition(key.count == Self.blockByteCount, "a key of AES-128 has 16 bytes")
        precondition(initialisationVector.count == Self.blockByteCount, "a vector has the length of a block")
        podo_openssl_outlives_exit()
        guard let context = EVP_CIPHER_CTX_new() else { throw CryptoError(step: .begin) }
        guard EVP_EncryptInit_ex(context, EVP_aes_128_cbc(), nil, key, initialisationVector) == 1 else {
            EVP_CIPHER_CTX_free(context)
            throw CryptoError(step: .begin)
        }
        self.context = context
    }

    deinit { EVP_CIPHER_CTX_free(self.context) }

    /// What so many bytes become: a whole number of blocks, and always longer.
    package static func encryptedByteCount(of byteCount: Int) -> Int {
        (byteCount / Self.blockByteCount + 1) * Self.blockByteCount
    }

    /// Encrypts the next piece into `output`, and returns how many bytes came out: up to 15 wait for the next piece.
    /// `output` does not overlap `bytes` and has room for `bytes.count` and one block.
    package mutating func encrypt(
        _ bytes: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(CryptoError) -> Int {
        precondition(output.count >= bytes.count + Self.blockByteCount, "there is room for what comes out")
        guard !bytes.isEmpty else { return 0 }
        // OpenSSL counts in Int32. Nobody has such pieces.
        guard let byteCount = Int32(exactly: bytes.count) else { throw CryptoError(step: .encrypt) }
        var written: Int32 = 0
        let result = EVP_EncryptUpdate(
            self.context, output.baseAddress?.assumingMemoryBound(to: UInt8.self), &written,
            bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), byteCount)
        guard result == 1 else { throw CryptoError(step: .encrypt) }
        return Int(written)
    }

    /// Encrypts what has waited, with its padding: one block. Nothing may follow.
    package mutating func finish(into output: UnsafeMutableRawBufferPointer) throws(CryptoError) -> Int {
        precondition(output.count >= Self.blockByteCount, "there is room for the last block")
        var written: Int32 = 0
        let result = EVP_EncryptFinal_ex(
            self.context, output.baseAddress?.assumingMemoryBound(to: UInt8.self), &written)
        guard result == 1 else { throw CryptoError(step: .finish) }
        return Int(written)
    }
}
