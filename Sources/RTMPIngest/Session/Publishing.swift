internal import Observability

/// The publish of a connection, which has one at a time.
struct Publishing: Sendable {
    var streamID: UInt32 = 0
    /// As the client wrote it, to tell a repeated publish from another.
    var name = Secret("")
}
