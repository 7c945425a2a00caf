internal import COpenSSL

/// Seals small texts with AES-256 in GCM (SP 800-38D): whoever lacks the key can neither read nor change them.
///
/// What is sealed begins with a random nonce of 96 bits and ends with a tag of 128. One key seals at most 2^32 texts
/// (SP 800-38D §8.3), far beyond the rows of a table; then a new one is derived.
package struct AESGCM: Sendable {
    package static let keyByteCount = 32
    package static let nonceByteCount = 12
    package static let tagByteCount = 16
    /// So much longer is what is sealed.
    package static let overheadByteCount = 28
    /// The longest text. Longer ones are a mistake of the caller; what claims to be one is not opened.
    package static let plainByteCountMax = 1 << 20

    private let key: SecretBytes

    /// A key of `keyByteCount` bytes.
    package init(key: SecretBytes) {
        precondition(key.count == Self.keyByteCount, "a key of AES-256 has 32 bytes")
        podo_openssl_outlives_exit()
        self.key = key
    }

    /// `additionalData` is not in the result and must be the same when it is opened: where the text belongs, such as
    /// table, row and column, so that it cannot be moved.
    package func seal(_ plain: [UInt8], additionalData: [UInt8]) -> [UInt8] {
        self.seal(plain, nonce: SecureRandom.bytes(Self.nonceByteCount), additionalData: additionalData)
    }

    /// With a nonce of the caller's, for test vectors alone: two texts under one nonce give the key's use away.
    func seal(_ plain: [UInt8], nonce: [UInt8], additionalData: [UInt8]) -> [UInt8] {
        precondition(plain.count <= Self.plainByteCountMax, "at most \(Self.plainByteCountMax) bytes are sealed")
        precondition(nonce.count == Self.nonceByteCount, "a nonce has 96 bits")
        let context = Self.context()
        defer { EVP_CIPHER_CTX_free(context) }
        var sealed = nonce + [UInt8](repeating: 0, count: plain.count + Self.tagByteCount)
        var written: Int32 = 0
        let isMade = self.key.withUnsafeBytes { key in
            let key = key.baseAddress?.assumingMemoryBound(to: UInt8.self)
            return sealed.withUnsafeMutableBufferPointer { sealed in
                guard let output = sealed.baseAddress?.advanced(by: Self.nonceByteCount) else { return false }
                return EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), nil, key, nonce) == 1
                    && EVP_EncryptUpdate(context, nil, &written, additionalData, Int32(additionalData.count)) == 1
                    && EVP_EncryptUpdate(context, output, &written, plain, Int32(plain.count)) == 1
                    && EVP_EncryptFinal_ex(context, output.advanced(by: plain.count), &written) == 1
                    && podo_cipher_get_tag(context, output.advanced(by: plain.count), Int32(Self.tagByteCount)) == 1
            }
        }
        precondition(isMade, "OpenSSL has no memory for AES-GCM")
        return sealed
    }

    /// The text again; nil when it was not sealed under this key with this additional data, or was changed since.
    package func open(_ sealed: [UInt8], additionalData: [UInt8]) -> [UInt8]? {
        let count = sealed.count - Self.overheadByteCount
        guard count >= 0, count <= Self.plainByteCountMax else { return nil }
        let context = Self.context()
        defer { EVP_CIPHER_CTX_free(context) }
        // Room for a byte, so that there is an address to write nothing to.
        var plain = [UInt8](repeating: 0, count: max(count, 1))
        var written: Int32 = 0
        let isAuthentic = self.key.withUnsafeBytes { key in
            let key = key.baseAddress?.assumingMemoryBound(to: UInt8.self)
            return sealed.withUnsafeBufferPointer { sealed in
                guard let nonce = sealed.baseAddress else { return false }
                let text = nonce.advanced(by: Self.nonceByteCount)
                return EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), nil, key, nonce) == 1
                    && EVP_DecryptUpdate(context, nil, &written, additionalData, Int32(additionalData.count)) == 1
                    && EVP_DecryptUpdate(context, &plain, &written, text, Int32(count)) == 1
                    && podo_cipher_set_tag(context, text.advanced(by: count), Int32(Self.tagByteCount)) == 1
                    && EVP_DecryptFinal_ex(context, nil, &written) == 1
            }
        }
        guard isAuthentic else {
            OPENSSL_cleanse(&plain, plain.count)
            ERR_clear_error()
            return nil
        }
        return count == 0 ? [] : plain
    }

    private static func context() -> OpaquePointer {
        guard let context = EVP_CIPHER_CTX_new() else { preconditionFailure("OpenSSL has no memory for AES-GCM") }
        return context
    }
}
