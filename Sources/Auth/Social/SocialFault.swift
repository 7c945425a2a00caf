package import HTTPServer
internal import Primitives

/// Why somebody could not sign in by a provider.
package enum SocialFault: Error, Equatable {
    case providerUnknown
    case returnPathInvalid
    /// The browser's secret and what came back do not belong together, or it was used already, or it took too long.
    case stateInvalid
    /// The person or the provider said no.
    case denied
    case codeRefused
    /// Nobody answers there.
    case providerUnreachable
    /// It answers with an error.
    case providerRefused
    /// It answers with something that is no answer.
    case answerMalformed
    case tokenRefused(IDTokenFaultName)
    /// The provider's account belongs to another member.
    case linkedElsewhere
    /// Only who has proved his address may connect a provider.
    case addressNotProved
    /// It is the only way to sign in to this account.
    case lastWay
    case grantInvalid

    /// A fault of a token by its name.
    package struct IDTokenFaultName: Equatable, Sendable {
        let fault: IDTokenFault
    }

    static func token(_ fault: IDTokenFault) -> SocialFault { .tokenRefused(IDTokenFaultName(fault: fault)) }

    /// For metrics and logs, from a fixed set.
    var name: StaticString {
        switch self {
        case .providerUnknown: "provider-unknown"
        case .returnPathInvalid: "return-path-invalid"
        case .stateInvalid: "state-invalid"
        case .denied: "denied"
        case .codeRefused: "code-refused"
        case .providerUnreachable: "provider-unreachable"
        case .providerRefused: "provider-refused"
        case .answerMalformed: "answer-malformed"
        case .tokenRefused(let name): name.fault.name
        case .linkedElsewhere: "linked-elsewhere"
        case .addressNotProved: "address-not-proved"
        case .lastWay: "last-way"
        case .grantInvalid: "grant-invalid"
        }
    }

    /// Whether the provider is to blame, or whoever pretends to be it.
    var isOfProvider: Bool {
        switch self {
        case .providerUnreachable, .providerRefused, .answerMalformed, .tokenRefused: true
        default: false
        }
    }

    static let names: [StaticString] =
        [
            Self.providerUnknown, .returnPathInvalid, .stateInvalid, .denied, .codeRefused, .providerUnreachable,
            .providerRefused, .answerMalformed, .linkedElsewhere, .addressNotProved,
            .lastWay, .grantInvalid,
        ].map(\.name) + IDTokenFault.allCases.map(\.name)
}

extension SocialFault: HTTPProblemConvertible {
    /// How long a provider that does not answer is left alone by those who are told.
    private static let retrySeconds = 30

    package var problem: HTTPProblem {
        switch self {
        case .providerUnknown: .notFound
        case .returnPathInvalid:
            HTTPProblem(
                .badRequest, code: "return-path-invalid", detail: "redirect is a path of this site, like /seats.")
        case .stateInvalid:
            HTTPProblem(
                .badRequest, code: "social-state-invalid",
                detail: "This attempt to sign in is over, or was begun in another browser. Begin again.")
        case .denied:
            HTTPProblem(.forbidden, code: "social-denied", detail: "Signing in was cancelled. Nothing has changed.")
        case .codeRefused:
            HTTPProblem(
                .badRequest, code: "social-code-refused",
                detail: "The provider does not know this attempt. Begin again.")
        case .providerUnreachable: Self.away
        case .providerRefused, .answerMalformed:
            HTTPProblem(
                .badGateway, code: "social-provider-failed",
                detail: "The provider's answer makes no sense. Sign in with your password, or try again later.")
        case .tokenRefused:
            HTTPProblem(
                .unauthorized, code: "social-token-invalid",
                detail: "What the provider says about you could not be verified. Begin again.")
        case .linkedElsewhere:
            HTTPProblem(
                .conflict, code: "social-linked-elsewhere",
                detail:
                    "This account of the provider is connected to another member, or yours to another account there.")
        case .addressNotProved:
            HTTPProblem(
                .conflict, code: "social-email-unverified",
                detail: "Confirm your e-mail address first, by the link that was mailed to you.")
        case .lastWay:
            HTTPProblem(
                .conflict, code: "social-last-way", detail: "Set a password first: it is the only way to sign in.")
        case .grantInvalid:
            HTTPProblem(
                .unauthorized, code: "social-grant-invalid",
                detail: "This code was used, is too old or of another browser. Begin again.")
        }
    }

    private static var away: HTTPProblem {
        var problem = HTTPProblem(
            .serviceUnavailable, code: "social-provider-unavailable",
            detail: "The provider does not answer. Sign in with your password, or try again later.")
        problem.fields.append(.retryAfter, self.retrySeconds)
        return problem
    }
}
