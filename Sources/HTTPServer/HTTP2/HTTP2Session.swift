package import Primitives

/// HTTP/2 over one connection, framed by nghttp2.
package final class HTTP2Session: HTTPSession {
    private unowned let delegate: any HTTPSessionDelegate

    package init(context: HTTPSessionContext, delegate: any HTTPSessionDelegate) { self.delegate = delegate }

    package func receive(_ bytes: borrowing RawSpan, now: MonotonicTime) throws(HTTPSessionError) {}
    package func receivedEnd() {}
    package func respond(to stream: HTTPStreamID, with response: HTTPResponse) {}
    package func outputDrained() {}
    package func beginDrain() {}
    package func connectionClosed() {}
    package var isFinished: Bool { true }
    package var wantsInput: Bool { true }
    package var deadline: MonotonicTime? { nil }
    package func deadlineReached(now: MonotonicTime) throws(HTTPSessionError) {}
}
