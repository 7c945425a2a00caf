internal import Auth
internal import Crypto

/// Tokens, their claims, stored password hashes and root secrets: what is taken has one spelling and keeps its limits.
///
/// The first byte chooses the reader: `t` a token, `c` its claims, `p` a password hash, `w` what somebody shows who
/// wants to watch, `h` what is told of that, `s` a root secret.
package enum TokenProperty: FuzzProperty {
    package static let name = "tokens"

    package static func violation(of bytes: [UInt8]) -> String? {
        guard let first = bytes.first else { return nil }
        let text = Array(bytes.dropFirst())
        switch first {
        case UInt8(ascii: "t"): return self.token(text)
        case UInt8(ascii: "c"): return self.claims(text)
        case UInt8(ascii: "p"): return self.passwordHash(text)
        case UInt8(ascii: "w"): return self.playback(text)
        case UInt8(ascii: "h"): return self.holding(text)
        default: return self.rootSecret(text)
        }
    }

    private static func token(_ text: [UInt8]) -> String? {
        guard let token = CompactToken(text) else { return nil }
        return token.text == text ? nil : "a token has two spellings"
    }

    private static func claims(_ text: [UInt8]) -> String? {
        let read = Result { () throws(TokenFailure) in
            try AccessToken(claims: text, issuer: "podo", audience: AccessTokens.audience)
        }
        guard case .success(let token) = read else { return nil }
        if token.memberID <= 0 || token.epoch < 0 || token.issuedAt < 0 { return "\(token)" }
        if !(1...TokenLimits.lifetimeSecondsMax).contains(token.expiresAt - token.issuedAt) { return "\(token)" }
        let written = token.claims(issuer: "podo", audience: AccessTokens.audience, identifier: Array(0..<16))
        let again = Result { () throws(TokenFailure) in
            try AccessToken(claims: written, issuer: "podo", audience: AccessTokens.audience)
        }
        if case .success(token) = again { return nil }
        return "what is written is read as something else"
    }

    private static func passwordHash(_ text: [UInt8]) -> String? {
        guard let hash = PasswordHash(text) else { return nil }
        if !hash.parameters.isWithinLimits { return "\(hash.parameters)" }
        return Array(hash.text.utf8) == text ? nil : "a password hash has two spellings"
    }

    private static let playbackKeys = PlaybackKeys(root: .random())

    private static func playback(_ text: [UInt8]) -> String? {
        guard let pass = PlaybackTokenText(text[...]) else { return text.count == 64 ? "it is not read" : nil }
        if text.count != 64 { return "a token of another length is read" }
        let (bytes, isText) = pass.decoded()
        if isText != (PlaybackTokenText(bytes).bytes == text) { return "a playback token has two spellings" }
        return self.playbackKeys.read(pass).isRight ? "it is right under a key that nobody has" : nil
    }

    private static func holding(_ text: [UInt8]) -> String? {
        guard let holding = PlaybackHolding(String(decoding: text, as: UTF8.self)) else { return nil }
        return holding.live.count <= PlaybackLimits.sessionCountMax ? nil : "more sessions than there may be"
    }

    private static func rootSecret(_ text: [UInt8]) -> String? {
        let read = Result { () throws(RootSecretError) in try RootSecret(parsing: text) }
        guard case .success(let secret) = read else { return nil }
        let written = secret.text()
        return written == text || written == text + [UInt8(ascii: "\n")] ? nil : "a root secret has two spellings"
    }
}
