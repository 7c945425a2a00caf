internal import HTTPServer
internal import Observability
internal import Primitives

/// The cookie of a browser that is signing in by a provider: 32 random bytes that nobody else has, for ten minutes. It
/// is sent along when the provider sends the browser back, which is a link from another site: `SameSite=Lax`.
enum SocialCookie {
    private static func name(isSecure: Bool) -> StaticString { isSecure ? "__Host-podo-social" : "podo-social" }

    static func set(_ browser: Secret<[UInt8]>, isSecure: Bool, in response: inout HTTPResponse) {
        self.add(Base64URL.string(browser.reveal()), maxAgeSeconds: SocialFlow.secondsMax, isSecure, to: &response)
    }

    static func clear(isSecure: Bool, in response: inout HTTPResponse) {
        self.add("", maxAgeSeconds: 0, isSecure, to: &response)
    }

    /// Nil without one, with two, and with one that we have not made.
    static func browser(of request: HTTPRequest, isSecure: Bool) -> Secret<[UInt8]>? {
        let text = HTTPCookies(request.fields)[self.name(isSecure: isSecure).description]
        return SocialFlowSecrets.parse(text).map { Secret($0) }
    }

    private static func add(
        _ value: String, maxAgeSeconds: Int, _ isSecure: Bool, to response: inout HTTPResponse
    ) {
        let rest = "; Max-Age=\(maxAgeSeconds); Path=/; HttpOnly; SameSite=Lax" + (isSecure ? "; Secure" : "")
        // An error cannot come: the value is of the characters of Base64.
        try? response.fields.append(.setCookie, checking: "\(self.name(isSecure: isSecure))=\(value)\(rest)")
    }
}
