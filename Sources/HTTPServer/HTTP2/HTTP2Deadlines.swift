internal import Primitives

/// What an HTTP/2 connection may be waited for, each with the moment when the wait is over.
struct HTTP2Deadlines: Sendable {
    /// The preface, or the rest of a header block.
    var head: MonotonicTime?
    /// The body that is due first. May be too early, never too late: bodies that have grown are noticed when it comes.
    var body: MonotonicTime?
    /// Window to send in. `sentByteCount` is what was sent since the wait began.
    var stall: MonotonicTime?
    var sentByteCount = 0
    /// The client's answer to the notice that begins a drain.
    var drainNotice: MonotonicTime?
    /// A request. Holds only while there is no stream.
    var idle: MonotonicTime?

    func earliest(isIdle: Bool) -> MonotonicTime? {
        var earliest = isIdle ? self.idle : nil
        for deadline in [self.head, self.body, self.stall, self.drainNotice] {
            guard let deadline else { continue }
            earliest = min(earliest ?? deadline, deadline)
        }
        return earliest
    }
}
