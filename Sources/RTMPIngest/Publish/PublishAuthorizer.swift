package import Reactor

/// Decides who may publish what. Implemented outside: by configured keys, later by stream keys of performances.
package protocol PublishAuthorizer: Sendable {
    /// Called on the connection's loop. Keys are compared in constant time and never logged.
    func authorize(_ address: PublishAddress, from peer: SocketAddress) async -> PublishDecision
}

package enum PublishDecision: Sendable {
    case accepted(PublishGrant)
    case refused(PublishRefusal)
}

/// What an accepted publisher may do.
package struct PublishGrant: Sendable {
    /// The name of the stream, for logs, events and metrics; not the key.
    package var stream: String
    /// Nil for no bound of its own.
    package var bitsPerSecondMax: Int?
    package var framesPerSecondMax: Int?

    package init(stream: String, bitsPerSecondMax: Int? = nil, framesPerSecondMax: Int? = nil) {
        self.stream = stream
        self.bitsPerSecondMax = bitsPerSecondMax
        self.framesPerSecondMax = framesPerSecondMax
    }
}
