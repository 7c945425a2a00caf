package import Primitives

/// Every bound on what a client's requests can hold or do. A request beyond them is refused before it is sent; an
/// answer beyond them ends the request with an error.
package struct HTTPClientLimits: Sendable {
    /// Requests that are under way at once, each on a connection of its own; further ones wait.
    package var runningCountMax = 32
    /// Requests that wait; further ones are refused as `overloaded`. Waiting counts towards the deadline.
    package var waitingCountMax = 256
    /// Of a request's body.
    package var requestBodyByteCountMax = 1 << 20
    /// Of a request's fields, and how many.
    package var requestFieldByteCountMax = 16 * 1024
    package var requestFieldCountMax = 64
    /// Of an answer's head, interim answers and trailers included, and how many fields.
    package var headByteCountMax = 64 * 1024
    package var fieldCountMax = 128
    /// Of an answer's body; a request may ask for less.
    package var bodyByteCountMax = 1 << 20
    /// For the look-up of the name, TCP and TLS together.
    package var connectTime = TimeAmount.seconds(5)
    /// No deadline is further away than this.
    package var timeMax = TimeAmount.seconds(60)
    /// Connections kept open for the next request, and for how long one may have been idle to be used again.
    package var idleConnectionCountMax = 16
    package var idleTime = TimeAmount.seconds(30)

    package init() {}
}
