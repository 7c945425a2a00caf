package import Primitives
package import Reactor

/// Somebody who is told of requests when their answers have left whole. Called on the loop of the connection: it must
/// not wait for anything.
package protocol HTTPRequestObserver: Sendable {
    /// Asked once for each route, by its label: what it does not want to hear of costs nothing.
    func observes(_ routeLabel: String) -> Bool

    func answered(_ answer: HTTPAnsweredRequest)
}

/// A request that was answered. It names its route, and nothing that a client wrote.
package struct HTTPAnsweredRequest: Sendable {
    package let routeLabel: String
    package let status: HTTPStatus
    package let bodyByteCount: Int
    package let time: TimeAmount
    /// Nil on routes that ask nobody who he is.
    package let memberID: Int64?
    package let client: SocketAddress
    package let traceID: String
    /// The number of the loop that it was answered on.
    package let loop: Int

    package init(
        routeLabel: String, status: HTTPStatus, bodyByteCount: Int, time: TimeAmount, memberID: Int64?,
        client: SocketAddress, traceID: String, loop: Int
    ) {
        self.routeLabel = routeLabel
        self.status = status
        self.bodyByteCount = bodyByteCount
        self.time = time
        self.memberID = memberID
        self.client = client
        self.traceID = traceID
        self.loop = loop
    }
}
