internal import HTTPServer
internal import Observability
internal import Primitives

/// The cookies of pages that have signed in: `SessionCookie`, and beside it the refresh token, which no script can read
/// either. Both are for all paths, as the name that keeps neighbours from planting one demands (`__Host-`).
enum PageCookies {
    private static func name(isSecure: Bool) -> StaticString {
        isSecure ? "__Host-podo-refresh" : "podo-refresh"
    }

    static func set(_ signedIn: SignedIn, isSecure: Bool, in response: inout HTTPResponse) {
        SessionCookie.set(
            signedIn.accessToken.reveal(), maxAgeSeconds: AuthProblems.seconds(signedIn.accessTime),
            isSecure: isSecure, in: &response.fields)
        self.add(
            signedIn.refreshToken.reveal(), maxAgeSeconds: AuthProblems.seconds(signedIn.refreshTime), isSecure,
            to: &response)
    }

    static func clear(isSecure: Bool, in response: inout HTTPResponse) {
        SessionCookie.clear(isSecure: isSecure, in: &response.fields)
        self.add("", maxAgeSeconds: 0, isSecure, to: &response)
    }

    /// The refresh token that a browser brings; nil when it brings none, or two.
    static func refreshToken(of request: HTTPRequest, isSecure: Bool) -> String? {
        HTTPCookies(request.fields)[self.name(isSecure: isSecure).description]
    }

    private static func add(
        _ value: String, maxAgeSeconds: Int, _ isSecure: Bool, to response: inout HTTPResponse
    ) {
        let rest = "; Max-Age=\(maxAgeSeconds); Path=/; HttpOnly; SameSite=Lax" + (isSecure ? "; Secure" : "")
        // An error cannot come: tokens are of the characters of Base64.
        try? response.fields.append(.setCookie, checking: "\(self.name(isSecure: isSecure))=\(value)\(rest)")
    }
}
