package import Reactor

/// Decides who may publish what. Implemented outside: by configured keys, later by stream keys of performances.
package protocol PublishAuthorizer: Sendable {
    /// Called on the connection's loop. Keys are compared in constant time and never logged.
    func authorize(_ address: PublishAddress, from peer: SocketAddress) async -> PublishDecision

    /// Why whoever publishes by a grant has to end, if anything has come up since; nil while it may go on. Called about
    /// once a second on the loop of the publisher, and answers at once.
    func revocation(of grant: PublishGrant) -> PublishRefusal?
}

package enum PublishDecision: Sendable {
    case accepted(PublishGrant)
    case refused(PublishRefusal)
}

/// What an accepted publisher may do.
package struct PublishGrant: Sendable {
    /// The name of the stream, for logs, events and metrics; not the key.
    package var stream: String
    /// What the authorizer knows the key by, if it may be taken back; not the key.
    package var keyMark: [UInt8]?
    /// Nil for no bound of its own.
    package var bitsPerSecondMax: Int?
    package var framesPerSecondMax: Int?

    package init(
        stream: String, keyMark: [UInt8]? = nil, bitsPerSecondMax: Int? = nil, framesPerSecondMax: Int? = nil
    ) {
        self.stream = stream
        self.keyMark = keyMark
        self.bitsPerSecondMax = bitsPerSecondMax
        self.framesPerSecondMax = framesPerSecondMax
    }
}
