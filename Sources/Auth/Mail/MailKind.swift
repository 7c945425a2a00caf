/// What a mail is about.
package enum MailKind: String, CaseIterable, Sendable {
    /// A link to choose a new password.
    case reset
    /// A link that proves the address.
    case verify
    /// Tells that the password was changed.
    case passwordChanged = "password-changed"
    /// Tells that somebody came with a refresh token that was used before, so that a session was ended.
    case sessionEnded = "session-ended"
    /// Tell that somebody can sign in by a provider now, or cannot any more.
    case providerConnected = "provider-connected"
    case providerDisconnected = "provider-disconnected"

    /// Where its link leads, below the address of Podo; nil without one. The token follows behind `#`: browsers keep
    /// that to themselves, so it is in no log and no referrer.
    var path: StaticString? {
        switch self {
        case .reset: "/account/reset"
        case .verify: "/account/verify"
        case .passwordChanged, .sessionEnded, .providerConnected, .providerDisconnected: nil
        }
    }
}
