package import Primitives

/// How far the show of a stream is, as whoever has shows says. Of a show's stream nothing is said before it begins:
/// what there is of it then is its makers' alone. A stream that is no show's can be seen while there is something of
/// it, and its recording for as long as that is kept.
package enum ShowPhase: Equatable, Sendable {
    /// It goes on. What was recorded before it began, of a rehearsal, is nobody's.
    case live(since: WallClock)
    /// It is over. What there is of it is its recording, until then; nil for not at all.
    case ended(since: WallClock, replayUntil: WallClock?)

    /// When it began.
    var since: WallClock {
        switch self {
        case .live(let since), .ended(let since, _): since
        }
    }
}
