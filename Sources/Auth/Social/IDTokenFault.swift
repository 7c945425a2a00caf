/// Why a token of identity proves nothing.
enum IDTokenFault: Error, Equatable, CaseIterable {
    case tooLong
    case malformed
    /// Not RS256, whatever else: which one holds is not the token's to say.
    case algorithm
    /// Something in the header that would change how the token is read.
    case header
    case keyUnknown
    case signature
    case issuer
    case audience
    case expired
    case notYet
    case nonce
    case subject

    /// For metrics and logs.
    var name: StaticString {
        switch self {
        case .tooLong: "token-too-long"
        case .malformed: "token-malformed"
        case .algorithm: "token-algorithm"
        case .header: "token-header"
        case .keyUnknown: "token-key-unknown"
        case .signature: "token-signature"
        case .issuer: "token-issuer"
        case .audience: "token-audience"
        case .expired: "token-expired"
        case .notYet: "token-not-yet"
        case .nonce: "token-nonce"
        case .subject: "token-subject"
        }
    }
}
