internal import COpenSSL

/// Owns an asymmetric key of OpenSSL, which wipes its secret part when it is freed.
final class KeyHandle: Sendable {
    // SAFETY: a key is not changed after it was made, OpenSSL lets any number of threads use one at a time, and it is
    // freed when nobody holds this any more.
    private nonisolated(unsafe) let pointer: OpaquePointer

    /// Takes over what `make` returns; nil when that is.
    init?(_ make: () -> OpaquePointer?) {
        podo_openssl_outlives_exit()
        guard let pointer = make() else {
            ERR_clear_error()
            return nil
        }
        self.pointer = pointer
    }

    deinit { EVP_PKEY_free(self.pointer) }

    func withPointer<Result>(_ body: (OpaquePointer) -> Result) -> Result { body(self.pointer) }

    /// Whether `signature` is one of `bytes` under this key; `digest` is nil for schemes that hash by themselves.
    ///
    /// What fails leaves nothing in the thread's list of errors, which TLS connections of the same thread look at.
    func verifies(_ signature: [UInt8], of bytes: [UInt8], digest: OpaquePointer?) -> Bool {
        guard let context = EVP_MD_CTX_new() else { preconditionFailure("OpenSSL has no memory for a signature") }
        defer { EVP_MD_CTX_free(context) }
        let isRight =
            EVP_DigestVerifyInit(context, nil, digest, nil, self.pointer) == 1
            && EVP_DigestVerify(context, signature, signature.count, bytes, bytes.count) == 1
        if !isRight { ERR_clear_error() }
        return isRight
    }
}
