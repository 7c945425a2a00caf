internal import Primitives

/// Where a connection is on its way to a publish. While one is being decided nothing is read.
enum RTMPStage {
    /// No publish: none was asked for yet, or the last one has ended. Nobody waits longer than this for the next.
    case idle(until: MonotonicTime)
    /// The authorizer was asked; its answer brings the number back.
    case deciding(number: Int, until: MonotonicTime)
    /// Allowed, but somebody has the stream, and is asked whether it is still there.
    case challenging(number: Int, until: MonotonicTime)
    /// Refused, but not told yet.
    case refusing(PublishRefusal, at: MonotonicTime)
    case publishing
    /// Given up; what is queued is sent, then it closes.
    case ended
}
