internal import CArgon2
internal import COpenSSL
internal import Primitives

/// Hashes passwords with Argon2id (RFC 9106), which takes memory and time on purpose: 19 MiB and some 20 ms. For the
/// blocking pool, never for a loop, and only so many at a time as there is memory for.
package enum Argon2id {
    package static let saltByteCount = 16
    package static let tagByteCount = 32
    /// Longer passwords are refused before they are hashed; the caller says so, this only makes sure.
    package static let passwordByteCountMax = 1024

    /// A hash of the password with a new salt.
    package static func hash(
        _ password: [UInt8], parameters: Argon2Parameters = .standard
    ) throws(CryptoError) -> PasswordHash {
        precondition(parameters.isWithinLimits, "the cost of a password hash is within what is read again")
        precondition(password.count <= Self.passwordByteCountMax, "a password was checked before it is hashed")
        let salt = SecureRandom.bytes(Self.saltByteCount)
        let tag = try Self.tag(
            of: password, salt: salt, byteCount: Self.tagByteCount, parameters: parameters)
        return PasswordHash(parameters: parameters, salt: salt, tag: tag)
    }

    /// Whether this is the password. Takes as long for a wrong one as for the right one.
    package static func isPassword(_ password: [UInt8], of hash: PasswordHash) throws(CryptoError) -> Bool {
        guard password.count <= Self.passwordByteCountMax else { return false }
        var tag = try Self.tag(
            of: password, salt: hash.salt, byteCount: hash.tag.count, parameters: hash.parameters)
        defer { OPENSSL_cleanse(&tag, tag.count) }
        return ConstantTime.isEqual(tag, hash.tag)
    }

    /// The tag of RFC 9106 §3.1 with its optional inputs, computed on the thread that asks: lanes are done one after
    /// the other.
    static func tag(
        of password: [UInt8], salt: [UInt8], secret: [UInt8] = [], associatedData: [UInt8] = [], byteCount: Int,
        parameters: Argon2Parameters
    ) throws(CryptoError) -> [UInt8] {
        var password = password
        var salt = salt
        var secret = secret
        var associatedData = associatedData
        var tag = [UInt8](repeating: 0, count: byteCount)
        defer { OPENSSL_cleanse(&password, password.count) }
        let result = password.withUnsafeMutableBufferPointer { password in
            salt.withUnsafeMutableBufferPointer { salt in
                secret.withUnsafeMutableBufferPointer { secret in
                    associatedData.withUnsafeMutableBufferPointer { data in
                        tag.withUnsafeMutableBufferPointer { tag in
                            Self.run(parameters, password, salt, secret, data, into: tag)
                        }
                    }
                }
            }
        }
        guard result == ARGON2_OK.rawValue else { throw CryptoError(step: .hashPassword) }
        return tag
    }

    private typealias Bytes = UnsafeMutableBufferPointer<UInt8>

    private static func run(
        _ parameters: Argon2Parameters, _ password: Bytes, _ salt: Bytes, _ secret: Bytes, _ data: Bytes,
        into tag: Bytes
    ) -> Int32 {
        var context = argon2_context(
            out: tag.baseAddress, outlen: UInt32(tag.count), pwd: password.baseAddress, pwdlen: UInt32(password.count),
            salt: salt.baseAddress, saltlen: UInt32(salt.count), secret: secret.baseAddress,
            secretlen: UInt32(secret.count), ad: data.baseAddress, adlen: UInt32(data.count),
            t_cost: UInt32(parameters.passCount), m_cost: UInt32(parameters.memoryKibibytes),
            lanes: UInt32(parameters.laneCount), threads: 1, version: ARGON2_VERSION_13.rawValue, allocate_cbk: nil,
            free_cbk: nil, flags: 0)
        return argon2id_ctx(&context)
    }
}
