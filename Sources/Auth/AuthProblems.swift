internal import HTTPServer
internal import Primitives

/// What members are told, by the codes of the API.
enum AuthProblems {
    /// Says the same whether the account or the password is wrong.
    static let badCredentials = HTTPProblem(
        .unauthorized, code: "bad-credentials", detail: "There is no account with this address and password.")
    static let duplicateEmail = HTTPProblem(
        .conflict, code: "duplicate-email",
        detail: "There is an account with this address. Sign in, or ask for a "
            + "new password.")
    /// For refresh tokens that lead nowhere any more.
    static let sessionOver = HTTPProblem(
        .unauthorized, code: "token-revoked", detail: "This session is over. Sign in again.")
    static let linkInvalid = HTTPProblem(
        .unprocessableContent, code: "link-invalid",
        detail: "This link was used already or is too old. Ask for a new one.")
    static let accountLocked = HTTPProblem(
        .forbidden, code: "account-locked", detail: "This account is locked. Write to those who run this site.")
    static let managerAccount = HTTPProblem(
        .forbidden, code: "manager-account",
        detail: "Accounts of managers are locked and unlocked by the operator, with podo member lock.")
    /// For accounts without a password.
    static let signInTooOld = HTTPProblem(
        .forbidden, code: "sign-in-too-old", detail: "Sign in once more, then do this within ten minutes.")
    static let changedMeanwhile = HTTPProblem(
        .conflict, code: "invalid-state", detail: "The account was changed meanwhile. Look at it and try again.")
    static let tooManyFollowed = HTTPProblem(
        .conflict, code: "follow-limit", detail: "You follow as many as one can. Unfollow somebody first.")
    static let cursorInvalid = HTTPProblem(.badRequest, code: "invalid-cursor")

    static func rateLimited(_ retryAfter: TimeAmount) -> HTTPProblem {
        var problem = HTTPProblem(
            .tooManyRequests, code: "rate-limited", detail: "That was too often. Wait a moment, then try again.")
        problem.fields.append(.retryAfter, Self.seconds(retryAfter))
        return problem
    }

    /// Rounded up, and never none.
    static func seconds(_ time: TimeAmount) -> Int { max(1, Int(time.seconds.rounded(.up))) }

    static func weak(_ weakness: PasswordRules.Weakness, field: String) -> HTTPProblem {
        HTTPProblem(
            .badRequest, code: "invalid-request",
            fieldErrors: [HTTPProblem.FieldError(pointer: "/\(field)", code: weakness.code, detail: weakness.detail)])
    }
}
