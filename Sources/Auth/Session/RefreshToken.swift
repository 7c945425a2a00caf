internal import Crypto
package import Observability
internal import Primitives

/// What a member trades for the next access token: which signing in it belongs to, and a secret.
///
/// The text is 64 characters of base64url: 16 bytes of session, 32 of secret. It has one spelling.
package struct RefreshToken: Sendable {
    package static let sessionByteCount = 16
    package static let secretByteCount = 32
    package static let textByteCount = 64

    package let session: [UInt8]
    private let secret: Secret<[UInt8]>

    /// The first of a new session.
    package init() {
        self.session = SecureRandom.bytes(Self.sessionByteCount)
        self.secret = Secret(SecureRandom.bytes(Self.secretByteCount))
    }

    private init(session: [UInt8], secret: [UInt8]) {
        self.session = session
        self.secret = Secret(secret)
    }

    /// Nil for what cannot have come from here.
    package init?(_ text: String) {
        guard text.utf8.count == Self.textByteCount, let bytes = Base64URL.decode(text.utf8),
            bytes.count == Self.sessionByteCount + Self.secretByteCount
        else { return nil }
        self.init(
            session: Array(bytes.prefix(Self.sessionByteCount)), secret: Array(bytes.dropFirst(Self.sessionByteCount)))
    }

    package var text: Secret<String> { Secret(Base64URL.string(self.session + self.secret.reveal())) }

    /// What its session is called where others may read it: in access tokens, and in what processes tell each other.
    /// With the id itself, and any secret, whoever reads it could come as a thief does and so end the session.
    var sessionName: [UInt8] { Self.name(ofSession: self.session) }

    static func name(ofSession id: [UInt8]) -> [UInt8] {
        Array(SHA256.hash(Array("session-name|".utf8) + id).prefix(AccessToken.sessionByteCount))
    }

    /// What the database keeps. A secret of 256 bits needs no salt and no slow hash.
    package var hash: [UInt8] { SHA256.hash(self.session + self.secret.reveal()) }

    /// The token that follows this one. It is computed, not drawn, so that whoever lost the answer and asks again gets
    /// the same one, and two never go on side by side.
    func successor(key: SecretBytes) -> RefreshToken {
        RefreshToken(
            session: self.session,
            secret: HMACSHA256.code(of: self.session + self.secret.reveal(), key: key))
    }
}
