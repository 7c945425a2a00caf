internal import COpenSSL

/// Bytes that nobody can guess, for keys, tokens and salts: OpenSSL's generator, seeded by the kernel.
package enum SecureRandom {
    /// A machine that has no randomness ends the process: nothing that follows would be a secret.
    package static func bytes(_ count: Int) -> [UInt8] {
        podo_openssl_outlives_exit()
        var bytes = [UInt8](repeating: 0, count: count)
        let made = bytes.withUnsafeMutableBufferPointer { RAND_bytes($0.baseAddress, CInt($0.count)) }
        precondition(made == 1 || count == 0, "the machine has no randomness")
        return bytes
    }
}
