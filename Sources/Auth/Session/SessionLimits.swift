package import Primitives

/// How long somebody stays signed in.
package struct SessionLimits: Sendable {
    /// A session that is not refreshed for so long is over.
    package var idleTime = TimeAmount.seconds(30 * 86_400)
    /// However often it is refreshed, it is over then.
    package var lifeTime = TimeAmount.seconds(180 * 86_400)
    /// How long after a refresh its answer may have been lost: see `SessionState`.
    package var repeatTime = TimeAmount.seconds(10)
    /// How often the same token may come again within that time: pages side by side share one, and refresh together.
    package var repeatCountMax = 8
    /// Sessions of one member at once; one more ends the oldest.
    package var countPerMemberMax = 20
    /// Sessions that are over are kept so long, to tell a thief who comes late from noise.
    package var keptTime = TimeAmount.seconds(7 * 86_400)

    package init() {}
}
