/// An attempt to sign in, while somebody is away at the provider.
package struct SocialFlow: Sendable {
    /// How long somebody may take there.
    package static let secondsMax = 600

    package let stateHash: [UInt8]
    package let browserHash: [UInt8]
    package let provider: String
    /// A member who connects the provider with his account; nil to sign in.
    package let connecting: SocialMember?
    /// Where the page goes on afterwards.
    package let returnPath: String
}

/// A member who has shown that it is him, and the epoch of his tokens then: with a higher one, what he began is void.
package struct SocialMember: Sendable {
    package let member: Int64
    package let epoch: Int32
}

/// Somebody as a provider knows him.
package struct SocialIdentity: Hashable, Sendable {
    package let provider: String
    package let subject: SocialSubject

    package init(provider: String, subject: SocialSubject) {
        self.provider = provider
        self.subject = subject
    }
}
