internal import Primitives

/// What an HTTP/2 connection may be waited for, each with the moment when the wait is over.
struct HTTP2Deadlines: Sendable {
    /// The preface, or the rest of a header block.
    var head: MonotonicTime?
    /// The body that is due first. May be too early, never too late: bodies that have grown are noticed when it comes.
    var body: MonotonicTime?
    /// The answer whose wait for window is over first. Like `body`, may be too early.
    var stall: MonotonicTime?
    /// The client's answer to the notice that begins a drain.
    var drainNotice: MonotonicTime?
    /// A request. Holds only while there is no stream.
    var idle: MonotonicTime?

    func earliest(isIdle: Bool) -> MonotonicTime? {
        let first = Self.earlier(self.head, self.body)
        let second = Self.earlier(self.stall, self.drainNotice)
        return Self.earlier(Self.earlier(first, second), isIdle ? self.idle : nil)
    }

    static func earlier(_ left: MonotonicTime?, _ right: MonotonicTime?) -> MonotonicTime? {
        guard let left, let right else { return left ?? right }
        return min(left, right)
    }
}
