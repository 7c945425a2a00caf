package import Primitives

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
