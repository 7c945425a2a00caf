package import Primitives

/// Why a connection ended, as a metric label and for the log.
package enum ConnectionCloseReason: Equatable, Sendable {
    /// Both sides had finished.
    case finished
    /// The peer reset the connection or went away in the middle.
    case peerGone
    /// The peer took too little of what was queued for too long.
    case writeStalled
    /// The handler ended it; the reason is the handler's.
    case aborted(String)
    case failed(SystemError)
    case secureTransport(String)
}

/// The protocol side of a connection. All calls come on the connection's loop.
package protocol ConnectionHandler: AnyObject {
    /// The connection can carry bytes; with TLS, after the handshake and with the protocol it agreed on.
    func connectionOpened(applicationProtocol: String?)
    /// The bytes are valid during the call only.
    func connectionReceived(_ bytes: borrowing RawSpan)
    /// The peer will send no more. It may still read.
    func connectionReceivedEnd()
    /// There is room in the output queue; put more into it if there is more.
    func connectionOutputDrained()
    /// The last call, once.
    func connectionClosed(_ reason: ConnectionCloseReason)
    /// When `connectionDeadlineReached` is to be called, unless this moves meanwhile; nil for never.
    var connectionDeadline: MonotonicTime? { get }
    func connectionDeadlineReached()
}
