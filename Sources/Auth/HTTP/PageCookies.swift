internal import HTTPServer
internal import Observability
internal import Primitives

/// The cookies of pages that have signed in: `SessionCookie`, and beside it the refresh token, which no script can read
/// either. Both are for all paths, as the name that keeps neighbours from planting one demands (`__Host-`). A third
/// holds nothing and opens nothing: by it pages know that there is somebody to ask for, and ask for nobody in vain.
enum PageCookies {
    private static let hint: StaticString = "podo-member"

    private static func name(isSecure: Bool) -> StaticString {
        isSecure ? "__Host-podo-refresh" : "podo-refresh"
    }

    static func set(_ signedIn: SignedIn, isSecure: Bool, in response: inout HTTPResponse) {
        SessionCookie.set(
            signedIn.accessToken.reveal(), maxAgeSeconds: AuthProblems.seconds(signedIn.accessTime),
            isSecure: isSecure, in: &response.fields)
        let seconds = AuthProblems.seconds(signedIn.refreshTime)
        self.add(self.name(isSecure: isSecure), signedIn.refreshToken.reveal(), seconds, isSecure, to: &response)
        self.add(self.hint, "1", seconds, isSecure, isForScripts: true, to: &response)
    }

    static func clear(isSecure: Bool, in response: inout HTTPResponse) {
        SessionCookie.clear(isSecure: isSecure, in: &response.fields)
        self.add(self.name(isSecure: isSecure), "", 0, isSecure, to: &response)
        self.add(self.hint, "", 0, isSecure, isForScripts: true, to: &response)
    }

    /// The refresh token that a browser brings; nil when it brings none, or two.
    static func refreshToken(of request: HTTPRequest, isSecure: Bool) -> String? {
        HTTPCookies(request.fields)[self.name(isSecure: isSecure).description]
    }

    private static func add(
        _ name: StaticString, _ value: String, _ maxAgeSeconds: Int, _ isSecure: Bool, isForScripts: Bool = false,
        to response: inout HTTPResponse
    ) {
        let reach = isForScripts ? "" : "; HttpOnly"
        let rest = "; Max-Age=\(maxAgeSeconds); Path=/\(reach); SameSite=Lax" + (isSecure ? "; Secure" : "")
        // An error cannot come: tokens are of the characters of Base64.
        try? response.fields.append(.setCookie, checking: "\(name)=\(value)\(rest)")
    }
}
