/// Why a token is not believed. Clients are told the three kinds that they can act on; the rest is for tests and for
/// counting.
package enum TokenFailure: String, Error, CaseIterable, Sendable {
    /// Longer than `TokenLimits.byteCountMax`.
    case tooLong = "too-long"
    /// Not three parts, or not Base64 in its one spelling.
    case malformed = "malformed"
    /// Not the header of a key in use: another algorithm, type or key id, or anything more or spelled differently.
    case unknownHeader = "unknown-header"
    case signature = "signature"
    /// Unseen: too many wrong signatures came from the same network just before.
    case unseen = "unseen"
    /// Signed by us and yet no set of claims as we write them.
    case claims = "claims"
    /// Not for us or not from us.
    case audience = "audience"
    /// Issued in the future.
    case notYetValid = "not-yet-valid"
    case expired = "expired"
    /// Its session has ended, or its member has signed out everywhere or has another role since.
    case revoked = "revoked"

    /// The `code` of the problem that answers it.
    var problemCode: StaticString {
        switch self {
        case .expired: "token-expired"
        case .revoked: "token-revoked"
        case .tooLong, .malformed, .unknownHeader, .signature, .unseen, .claims, .audience, .notYetValid:
            "token-invalid"
        }
    }
}
