package import Primitives

/// How much tokens may make the server hold or do.
package struct TokenLimits: Sendable {
    /// A longer token is refused unread; ours have some 350 bytes.
    package static let byteCountMax = 8 * 1024
    /// How long an access token lives.
    package var lifetimeSeconds = 15 * 60
    /// What a token that claims to live longer is refused for, whoever signed it.
    package static let lifetimeSecondsMax = 24 * 3600
    /// How far ahead the clock of the node may be that issued a token.
    package var clockSkewSeconds = 60
    /// Tokens that are known to be right; of more, older ones are checked again when they come.
    package var verifiedCountMax = 16_384
    /// Members whose older tokens are refused. When there are more, the oldest of these rows are given up, and tokens
    /// from before that time are refused whoever's they are: their owners refresh them.
    package var raisedEpochCountMax = 65_536
    /// Tokens with a wrong signature that one network may send within `forgeryTime`; then more are refused unseen.
    package var forgeryCountMax = 60
    package var forgeryTime = TimeAmount.seconds(10)
    /// Networks that are kept in mind for that; of more, all are forgotten.
    package var forgingNetworkCountMax = 4096

    package init() {}
}
