package import HTTPServer
package import Primitives
package import Reactor

/// Decides who may watch what. Implemented outside: by playback tickets, or by the name of the stream alone where a
/// developer asked for that.
///
/// Asked on the loop for everything that is served, playlists, parts, segments, initialisation sections and keys, and
/// again when an answer had to wait: a ticket that was taken back meanwhile opens nothing. It must not wait.
package protocol PlaybackGate: Sendable {
    /// - Parameters:
    ///   - pass: What stands in the path before the names of the stream, as it was spelled there.
    ///   - peer: Who asks, where that is known.
    func admit(
        _ pass: ArraySlice<UInt8>, for use: PlaybackUse, from peer: SocketAddress?, on loop: EventLoop
    ) -> PlaybackAdmission

    /// Whose a pass is that was let in just now: by that those who wait are counted, and found when passes of somebody
    /// are taken back. Nil where everybody is let in.
    func holder(of pass: ArraySlice<UInt8>, on loop: EventLoop) -> Int64?
}

/// What somebody wants to be let in for. Names that nothing has are `other`: the gate comes before that is told.
package enum PlaybackUse: Sendable {
    /// Whoever plays asks for playlists again and again.
    case playlist
    /// Media that last about so long.
    case media(TimeAmount)
    /// Media of that length which a cache in front gives out, and what it fetches when it has asked for them before:
    /// both together are what somebody is sent once.
    case checked(TimeAmount)
    case fetched(TimeAmount)
    case other
    /// Once more, for what had to wait.
    case again
}

package enum PlaybackAdmission: Sendable {
    case admitted(stream: String, quality: PlaybackQuality = .unlimited)
    /// Players understand 403, and give up on 401 and 429.
    case refused(HTTPProblem)
}
