package import Primitives

/// How far the show of a stream is, as whoever has shows says. A stream of which nothing is said is no show: it can be
/// seen while there is something of it, and its recording for as long as that is kept.
package enum ShowPhase: Equatable, Sendable {
    /// It goes on. What was recorded before, of a rehearsal, is nobody's.
    case live
    /// It is over. What there is of it is its recording, until then; nil for not at all.
    case ended(replayUntil: WallClock?)
}
