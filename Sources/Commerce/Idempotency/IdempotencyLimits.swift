package import Primitives

/// The bounds of requests that are made once. What an answer is too large for is left out of what is kept; what is too
/// old is forgotten.
package struct IdempotencyLimits: Sendable {
    package static let keyByteCountMax = 255

    /// How long an answer is given once more.
    package var keepTime = TimeAmount.seconds(24 * 3600)
    /// How long an attempt has the key. Longer than a handler may take (`HTTPLimits.handlerTime`): after it the attempt
    /// counts as dead, and the next request with the key runs.
    package var lockTime = TimeAmount.seconds(60)
    /// What is kept of a body. A longer one is not repeated, only its status and fields.
    package var bodyByteCountMax = 64 * 1024
    package var fieldByteCountMax = 4 * 1024
    /// Rows of one round of sweeping, and rounds.
    package var sweptCountMax = 1000
    package var sweepRoundCountMax = 100

    package init() {}
}
