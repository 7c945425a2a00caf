internal import Primitives

/// The times at which a connection's patience ends.
extension Connection {
    /// Moves the timer when a deadline has come nearer; one that has moved away is noticed when the timer fires.
    package func updateTimer() {
        guard !self.isClosed, let deadline = self.earliestDeadline, deadline < self.timerTime else { return }
        if let timer = self.timer { self.loop.cancel(timer) }
        self.timerTime = deadline
        // The wheel drops the closure when the timer is cancelled, which closing does.
        self.timer = self.loop.schedule(at: deadline) { [unowned self] in self.timerFired() }
    }

    private var earliestDeadline: MonotonicTime? {
        if self.state == .securing { return self.handshakeEnd }
        var earliest = self.state == .open ? self.handler?.connectionDeadline : nil
        if let end = self.stallWindowEnd { earliest = min(earliest ?? end, end) }
        if let end = self.lingerEnd { earliest = min(earliest ?? end, end) }
        return earliest
    }

    private func timerFired() {
        self.timer = nil
        self.timerTime = MonotonicTime(nanoseconds: .max)
        let now = self.loop.now
        if let end = self.handshakeEnd, end <= now {
            self.abort(.secureTransport(.timeout))
        } else if let end = self.lingerEnd, end <= now {
            self.abort(.finished)
        } else if let end = self.stallWindowEnd, end <= now, self.sentInStallWindow < self.limits.writeByteCountMin {
            self.abort(.writeStalled)
        } else {
            if let end = self.stallWindowEnd, end <= now {
                self.stallWindowEnd = now + self.limits.writeStallTime
                self.sentInStallWindow = 0
            }
            if self.state == .open, let handler = self.handler, let deadline = handler.connectionDeadline,
                deadline <= now
            {
                handler.connectionDeadlineReached()
            }
        }
        self.updateTimer()
    }
}
