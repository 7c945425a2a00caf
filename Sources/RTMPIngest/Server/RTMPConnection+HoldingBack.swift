internal import Primitives
internal import Reactor

/// A publisher whose media comes faster than it plays has to wait.
///
/// Nothing is read for as long as its media is too far ahead, so that its own writes block: it then publishes in about
/// real time, and no unit is lost. It is not ended, because a program that sends a file is not hostile. What one read
/// brought and was not taken is held; the rest waits in the kernel, whose buffer is the bound.
///
/// A program may have sent everything and closed while most of it still waits. So nothing is said meanwhile: its system
/// would answer a single byte with a reset, and throw away what it has not yet sent.
extension RTMPConnection {
    func holdBackIfAhead(now: MonotonicTime) {
        guard let publishing = self.publishing, publishing.pauseIfAhead(now: now) else { return }
        publishing.pipeline.noteHeldBack()
        self.service.metrics.paused(loop: self.loop.index)
        self.connection.pauseReading()
    }

    /// Whether the publisher is held back and so not spoken to. When long nothing has arrived it is spoken to
    /// nevertheless: the reset shows that it has gone.
    func isQuiet(now: MonotonicTime) -> Bool {
        guard let publishing = self.publishing, publishing.isBehind(now: now) else { return false }
        return now - self.lastReceivedAt < self.limits.backlogTime
    }

    /// Sends what the session has to say, if it may be said.
    func takeAnswers() { if !self.isQuiet(now: self.loop.now) { self.takeOutput() } }
}
