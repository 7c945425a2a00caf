internal import CNGHTTP2
internal import Primitives
internal import Reactor

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
        stream.bodyDeadline = self.clock + self.context.limits.bodyGraceTime
        self.deadlines.body = HTTP2Deadlines.earlier(self.deadlines.body, stream.bodyDeadline)
    }

    /// Every byte earns the body time, up to a bound: what came long ago does not keep it for ever.
    func prolongBody(_ stream: HTTP2Stream, byteCount: Int) {
        let limits = self.context.limits
        let earned = Int64(byteCount) &* 1_000_000_000 / Int64(limits.bodyBytesPerSecondMin)
        stream.bodyDeadline = min(stream.bodyDeadline + .nanoseconds(earned), self.clock + limits.bodyLeadTimeMax)
    }

    /// Refuses the bodies that are behind, ends those that nobody wants, and finds the next one that may be due.
    private func judgeBodies() {
        var next: MonotonicTime?
        for stream in self.streams {
            switch stream.phase {
            case .head, .handling, .responding: continue
            case .body, .answered: break
            }
            if stream.bodyDeadline > self.clock {
                next = HTTP2Deadlines.earlier(next, stream.bodyDeadline)
            } else if case .answered = stream.phase {
                self.reset(stream, NGHTTP2_NO_ERROR)
            } else {
                self.refuse(stream, HTTP2Refusal(status: .requestTimeout, reason: "body-too-slow"))
            }
        }
        self.deadlines.body = next
    }

    // MARK: Window

    /// Begins to wait for the client to let the answer out. What is queued already has its own time to be read in:
    /// the client cannot open the window for what it has not seen.
    func awaitWindow(_ stream: HTTP2Stream) {
        self.updateClock()
        let limits = self.context.limits
        let reading = Int64(self.context.output.byteCount) &* 1_000_000_000 / Int64(limits.bodyBytesPerSecondMin)
        stream.windowDeadline = self.clock + limits.writeStallTime + .nanoseconds(reading)
        stream.sentByteCountBefore = stream.sentBodyByteCount
        stream.sentByteCountOfConnectionBefore = self.sentBodyByteCount
        self.deadlines.stall = HTTP2Deadlines.earlier(self.deadlines.stall, stream.windowDeadline)
    }

    /// Resets the answers whose wait is over, without touching the others. Ends the connection when there are no
    /// others, or when it is the connection's window that is shut.
    private func judgeStall() {
        self.deadlines.stall = nil
        var stalled: [HTTP2Stream] = []
        for stream in self.streams {
            // An answer that waits for its producer is waited for again when it goes on.
            guard case .responding = stream.phase, !stream.isDeferred else { continue }
            if stream.windowDeadline > self.clock {
                self.deadlines.stall = HTTP2Deadlines.earlier(self.deadlines.stall, stream.windowDeadline)
            } else if self.isConnectionStalled(stream) {
                self.fail(.windowStalled, NGHTTP2_ENHANCE_YOUR_CALM)
                return
            } else if self.isStalled(stream) {
                stalled.append(stream)
            } else {
                self.awaitWindow(stream)
            }
        }
        guard !stalled.isEmpty else { return }
        if stalled.count == self.streams.count {
            self.fail(.windowStalled, NGHTTP2_ENHANCE_YOUR_CALM)
            return
        }
        for stream in stalled {
            self.delegate.sessionRefusedRequest("h2-stream-stalled")
            // Waiting has bounded how often this can happen: it is no part of a flood of resets.
            stream.isAborted = true
            self.reset(stream, NGHTTP2_ENHANCE_YOUR_CALM)
        }
    }

    /// The stream's own window is used up, and was hardly opened.
    private func isStalled(_ stream: HTTP2Stream) -> Bool {
        nghttp2_session_get_stream_remote_window_size(self.handle, stream.id) <= 0
            && self.isLittle(stream.sentBodyByteCount &- stream.sentByteCountBefore)
    }

    private func isConnectionStalled(_ stream: HTTP2Stream) -> Bool {
        nghttp2_session_get_remote_window_size(self.handle) <= 0
            && self.isLittle(self.sentBodyByteCount &- stream.sentByteCountOfConnectionBefore)
    }

    /// A window opened byte by byte is as good as closed: what counts is a rate, the same as for request bodies.
    private func isLittle(_ byteCount: Int) -> Bool {
        let limits = self.context.limits
        return Double(byteCount) < Double(limits.bodyBytesPerSecondMin) * limits.writeStallTime.seconds
    }
}
