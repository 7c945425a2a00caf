package import Primitives

/// What a token is shown for.
package enum PlaybackDemand: Sendable {
    /// Keeps the session's lease.
    case playlist
    /// Media of this length, which is counted.
    case media(TimeAmount)
    /// The same for media that a cache gives out which has asked, and for what it fetches to do so: counted once.
    case checked(TimeAmount)
    case fetched(TimeAmount)
    case other
    /// Once more, for an answer that had to wait.
    case again
}

package enum PlaybackVerdict: Equatable, Sendable {
    case admitted(stream: String, PlaybackGrant = .everything)
    case refused(PlaybackRefusal)
}
