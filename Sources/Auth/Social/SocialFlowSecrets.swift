internal import Crypto
internal import Observability
internal import Primitives

/// What one attempt to sign in is known by. A browser keeps the one secret of it in a cookie; what goes to the provider
/// is derived from that and from the attempt's state, so that the database has hashes only and a browser may make
/// several attempts at once.
struct SocialFlowSecrets: Sendable {
    static let byteCount = 32
    /// Of 32 bytes in Base64 without padding.
    static let textByteCount = 43

    /// The browser's: 32 bytes.
    let browser: Secret<[UInt8]>
    /// Goes through the provider and comes back.
    let state: [UInt8]

    /// A new attempt, with what the browser has already, if anything.
    init(browser: Secret<[UInt8]>?) {
        self.browser = browser ?? Secret(SecureRandom.bytes(Self.byteCount))
        self.state = SecureRandom.bytes(Self.byteCount)
    }

    init(browser: Secret<[UInt8]>, state: [UInt8]) {
        self.browser = browser
        self.state = state
    }

    /// 32 bytes from their one spelling; nil for anything else.
    static func parse(_ text: String?) -> [UInt8]? {
        guard let text, text.utf8.count == Self.textByteCount else { return nil }
        return Base64URL.decode(text.utf8)
    }

    var stateText: String { Base64URL.string(self.state) }
    var stateHash: [UInt8] { SHA256.hash(self.state) }
    var browserHash: [UInt8] { SHA256.hash(self.browser.reveal()) }

    /// The proof of RFC 7636 §4.1: 43 characters.
    var verifier: String { self.derived("verifier") }

    /// RFC 7636 §4.2, by S256.
    var challenge: String { Base64URL.string(SHA256.hash(self.verifier)) }

    var nonce: String { self.derived("nonce") }

    private func derived(_ purpose: String) -> String {
        Base64URL.string(HMACSHA256.code(of: Array(purpose.utf8) + [0] + self.state, key: self.browser.reveal()))
    }
}
