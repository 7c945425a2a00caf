package import HTTPServer
internal import Reactor

/// Lets members call the routes that their role may, by the access token in `authorization` or in the pages' cookie.
///
/// Answers 401 `unauthenticated` without a token, 401 `token-expired`, `token-revoked` or `token-invalid` with a bad
/// one, and 403 `forbidden` to a role that may not, or to a page of another site.
package struct MemberAuthorizer: HTTPAuthorizer {
    private let tokens: TokenService
    private let origins: OriginRule
    /// Whether the public comes over TLS that something in front of Podo ends.
    private let isSecureAlways: Bool

    package init(tokens: TokenService, origins: OriginRule, isSecureAlways: Bool) {
        self.tokens = tokens
        self.origins = origins
        self.isSecureAlways = isSecureAlways
    }

    /// Whether the browser of this request came over TLS: what `SessionCookie` wants to know.
    package func isSecure(_ head: borrowing HTTPRequest) -> Bool { head.isSecure || self.isSecureAlways }

    package func caller(of head: borrowing HTTPRequest, for access: HTTPAccess) throws(HTTPProblem) -> HTTPCaller {
        let (token, proof) = try self.credential(of: head)
        guard token.role.access >= access else {
            throw HTTPProblem(.forbidden, code: "forbidden", detail: "this needs another role")
        }
        return HTTPCaller(memberID: token.memberID, role: token.role.access, proof: proof)
    }

    /// What the token of a request says, for routes that are for anyone and do more for members.
    func token(of head: borrowing HTTPRequest) throws(HTTPProblem) -> AccessToken { try self.credential(of: head).0 }

    /// Whether a request that changes something comes from a page of ours.
    func isFromOwnPage(_ head: borrowing HTTPRequest) -> Bool { self.origins.allows(head) }

    /// Throws unless a request that a cookie matters for comes from a page of ours.
    func requireOwnPage(_ head: borrowing HTTPRequest) throws(HTTPProblem) {
        guard self.isFromOwnPage(head) else {
            throw HTTPProblem(
                .forbidden, code: "forbidden", detail: "with a cookie, only pages of this site may change anything")
        }
    }

    private func credential(of head: borrowing HTTPRequest) throws(HTTPProblem) -> (AccessToken, HTTPCaller.Proof) {
        switch RequestCredential(head.fields, isSecure: self.isSecure(head)) {
        case .none: throw Self.unauthenticated
        case .invalid: throw Self.problem(.malformed)
        case .bearer(let text): return (try self.verify(text, of: head), .bearer)
        case .cookie(let text):
            let token = try self.verify(text[...], of: head)
            try self.requireOwnPage(head)
            return (token, .cookie)
        }
    }

    private func verify(
        _ text: ArraySlice<UInt8>, of head: borrowing HTTPRequest
    ) throws(HTTPProblem) -> AccessToken {
        do throws(TokenFailure) {
            return try self.tokens.verify(text, from: head.peer?.host)
        } catch {
            throw Self.problem(error)
        }
    }

    /// What is answered to who is not known, for the description of the API.
    package static let refusal = HTTPProblemDescription(
        .unauthorized, "unauthenticated", "token-expired", "token-revoked", "token-invalid")

    /// Every 401 says how to come again (RFC 9110 §15.5.2, RFC 6750 §3).
    private static let unauthenticated = {
        var problem = HTTPProblem(.unauthorized, code: "unauthenticated", detail: "sign in first")
        problem.fields.append(HTTPFieldName("www-authenticate"), "Bearer")
        return problem
    }()

    private static func problem(_ failure: TokenFailure) -> HTTPProblem {
        var problem = HTTPProblem(.unauthorized, code: failure.problemCode)
        problem.fields.append(HTTPFieldName("www-authenticate"), #"Bearer error="invalid_token""#)
        return problem
    }
}
