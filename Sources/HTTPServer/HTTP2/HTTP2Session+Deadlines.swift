internal import CNGHTTP2
internal import Primitives

/// What happens when a client is too slow.
extension HTTP2Session {
    func applyDeadlines() {
        let now = self.clock
        func isOver(_ deadline: MonotonicTime?) -> Bool { deadline.map { $0 <= now } ?? false }

        if isOver(self.deadlines.head) { self.fail(.headTooSlow, NGHTTP2_ENHANCE_YOUR_CALM) }
        if isOver(self.deadlines.stall) { self.judgeStall() }
        if isOver(self.deadlines.body) { self.judgeBodies() }
        if isOver(self.deadlines.drainNotice) { self.finishDrainNotice() }
        // Idle: nobody is waiting; the client learns that no request of its was lost.
        if self.streams.isEmpty, isOver(self.deadlines.idle) {
            self.deadlines.idle = nil
            nghttp2_session_terminate_session(self.handle, NGHTTP2_NO_ERROR.rawValue)
        }
    }

    // MARK: Bodies

    func expectBody(_ stream: HTTP2Stream) {
        stream.bodyStartedAt = self.clock
        let deadline = self.clock + self.context.limits.bodyGraceTime
        self.deadlines.body = min(self.deadlines.body ?? deadline, deadline)
    }

    /// When a body with this many bytes has to have more.
    private func bodyDeadline(_ stream: HTTP2Stream, byteCount: Int) -> MonotonicTime {
        let earned = Int64(byteCount) &* 1_000_000_000 / Int64(self.context.limits.bodyBytesPerSecondMin)
        return stream.bodyStartedAt + self.context.limits.bodyGraceTime + .nanoseconds(earned)
    }

    /// Refuses the bodies that are behind and finds the next one that may be.
    private func judgeBodies() {
        var next: MonotonicTime?
        for stream in self.streams {
            guard case .body(let request, _) = stream.phase else { continue }
            let deadline = self.bodyDeadline(stream, byteCount: request.body.count)
            if deadline <= self.clock {
                self.refuse(stream, HTTP2Refusal(status: .requestTimeout, reason: "body-too-slow"))
            } else {
                next = min(next ?? deadline, deadline)
            }
        }
        self.deadlines.body = next
    }

    // MARK: Window

    /// Called when nghttp2 has nothing more that it may send: if answers are left, they wait for window.
    func updateStall() {
        let isStalled = self.respondingCount > self.deferredCount && !self.isOutputFull
        if !isStalled {
            self.deadlines.stall = nil
        } else if self.deadlines.stall == nil {
            self.deadlines.stall = self.clock + self.context.limits.writeStallTime
            self.deadlines.sentByteCount = 0
        }
    }

    /// A window opened byte by byte is as good as closed: what counts is a rate, the same as for request bodies.
    private func judgeStall() {
        let limits = self.context.limits
        let due = Double(limits.bodyBytesPerSecondMin) * limits.writeStallTime.seconds
        if Double(self.deadlines.sentByteCount) < due {
            self.fail(.windowStalled, NGHTTP2_ENHANCE_YOUR_CALM)
        } else {
            self.deadlines.stall = self.clock + limits.writeStallTime
            self.deadlines.sentByteCount = 0
        }
    }
}
