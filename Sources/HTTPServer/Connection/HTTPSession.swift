package import Primitives
package import Reactor

/// Names one request on its connection: the stream id of HTTP/2, a running number in HTTP/1.
package typealias HTTPStreamID = Int32

/// What the router says of a request when only its head is known.
package enum HTTPHeadDecision: Sendable {
    /// Take the body up to this size; `.sessionReceivedRequest` follows when it is complete.
    case accept(bodyByteCountMax: Int)
    /// Answer at once; the body, if any, is not wanted.
    case refuse(HTTPResponse)
}

/// Why a session ended its connection, as a metric label.
package struct HTTPSessionError: Error, Equatable, Sendable {
    /// One word per cause, kebab-case, from a fixed set.
    package let reason: StaticString

    package init(_ reason: StaticString) { self.reason = reason }

    package static func == (left: HTTPSessionError, right: HTTPSessionError) -> Bool {
        left.reason.description == right.reason.description
    }
}

/// What a session tells its connection. Everything happens on the connection's loop; every call may come back into
/// the session (`respond` from within `sessionReceivedRequest` is the usual case).
package protocol HTTPSessionDelegate: AnyObject {
    /// The delegate may add to the request what the session cannot know.
    func sessionReceivedHead(_ request: inout HTTPRequest, stream: HTTPStreamID) -> HTTPHeadDecision
    func sessionReceivedRequest(_ request: HTTPRequest, stream: HTTPStreamID)
    /// The peer reset the stream, or the connection is going: work for it should stop. Not called for streams that
    /// were answered whole.
    func sessionStreamCancelled(_ stream: HTTPStreamID)
    /// A stream was reset (HTTP/2), by the client or by us.
    func sessionReset(_ stream: HTTPStreamID, byPeer: Bool)
    /// A request was refused by the session itself (HTTP/2), which answers it; `reason` is a word of a fixed set.
    func sessionRefusedRequest(_ reason: StaticString)
    /// One response left whole; for the access log and metrics.
    func sessionFinishedResponse(_ stream: HTTPStreamID, status: HTTPStatus, bodyByteCount: Int)
}

/// One protocol version over one connection: plaintext bytes in, requests out to the delegate, response bytes into
/// the connection's `OutputQueue`. Knows no socket and no clock but what it is given.
package protocol HTTPSession: AnyObject {
    /// Takes bytes from the peer; none at all means to go on with what was held back. A thrown error is final: what
    /// is in the output queue is flushed, then the connection closes.
    func receive(_ bytes: borrowing RawSpan, now: MonotonicTime) throws(HTTPSessionError)
    /// The peer sent its last byte (half-close). What it asked for before is still answered; a thrown error is final,
    /// as it is with `receive`.
    func receivedEnd() throws(HTTPSessionError)
    /// Answers a request. An unknown stream (it was reset meanwhile) is ignored.
    func respond(to stream: HTTPStreamID, with response: HTTPResponse)
    /// The output queue fell below its low-water mark: put more into it if there is more, and go on with what was
    /// held back. A thrown error is final, as it is with `receive`.
    func outputDrained() throws(HTTPSessionError)
    /// The server is stopping: finish what has begun, take nothing new (`connection: close`; GOAWAY).
    func beginDrain()
    /// The connection is gone; streams still open are cancelled.
    func connectionClosed()
    /// True once nothing more will be received or sent: the connection closes when the output queue is empty.
    var isFinished: Bool { get }
    /// Nothing of a request has come that is not answered.
    var isBetweenRequests: Bool { get }
    /// False while more input would only pile up: the connection stops reading until this turns true again.
    var wantsInput: Bool { get }
    /// When the session wants to be woken by `deadlineReached` if nothing else happens; nil for never.
    var deadline: MonotonicTime? { get }
    /// The deadline passed: either it moves, or this throws why the connection ends (slow head, slow body, idle).
    func deadlineReached(now: MonotonicTime) throws(HTTPSessionError)
}

/// What every session is made with.
package struct HTTPSessionContext {
    package let output: OutputQueue
    package let limits: HTTPLimits
    package let loop: EventLoop
    package let date: HTTPDateCache
    package let isSecure: Bool
    package let peer: SocketAddress?
    /// Sends what was queued outside of a call from the connection, and lets it look at the session again.
    package let requestFlush: () -> Void
    /// Cuts the connection off, so that the client cannot take what it has for the whole.
    package let requestAbort: () -> Void

    package init(
        output: OutputQueue, limits: HTTPLimits, loop: EventLoop, date: HTTPDateCache, isSecure: Bool,
        peer: SocketAddress?, requestFlush: @escaping () -> Void = {}, requestAbort: @escaping () -> Void = {}
    ) {
        self.output = output
        self.limits = limits
        self.loop = loop
        self.date = date
        self.isSecure = isSecure
        self.peer = peer
        self.requestFlush = requestFlush
        self.requestAbort = requestAbort
    }
}
