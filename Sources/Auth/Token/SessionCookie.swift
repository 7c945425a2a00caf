package import HTTPServer

/// The cookie that signs the pages in: an access token that scripts cannot read.
///
/// Over TLS its name begins with `__Host-`: a browser takes that from this host only, over TLS only, for all paths
/// (RFC 6265bis §4.1.3.2), so that no neighbour's page and nobody in between can plant one. Without TLS, which is for
/// development, browsers refuse that name, so another one is used; it is never looked at over TLS.
package enum SessionCookie {
    private static let secureName: StaticString = "__Host-podo-session"
    private static let plainName: StaticString = "podo-session"

    /// `isSecure` is about the way that the browser came, whether by our own TLS or a proxy's.
    package static func name(isSecure: Bool) -> StaticString { isSecure ? self.secureName : self.plainName }

    /// Adds the field that sets it, for as long as the token lives.
    package static func set(_ accessToken: String, maxAgeSeconds: Int, isSecure: Bool, in fields: inout HTTPFields) {
        self.append("\(self.name(isSecure: isSecure))=\(accessToken); Max-Age=\(maxAgeSeconds)", isSecure, to: &fields)
    }

    /// Adds the field that takes it away.
    package static func clear(isSecure: Bool, in fields: inout HTTPFields) {
        self.append("\(self.name(isSecure: isSecure))=; Max-Age=0", isSecure, to: &fields)
    }

    private static func append(_ start: String, _ isSecure: Bool, to fields: inout HTTPFields) {
        let value = start + "; Path=/; HttpOnly; SameSite=Lax" + (isSecure ? "; Secure" : "")
        // An error cannot come: tokens are Base64 and dots.
        try? fields.append(.setCookie, checking: value)
    }
}
