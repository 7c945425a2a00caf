package import Reactor

/// What happens to a stream, for the rest of Podo: its page, its organizer, its log.
package struct PublishEvent: Sendable {
    package enum What: Sendable {
        case started
        /// Connected, but nothing has come for a while.
        case stalled
        case resumed
        /// Ended; the word says why.
        case stopped(StaticString)
        case refused(PublishRefusal)
        /// Something the organizer should know, in plain words.
        case advice(StreamAdvice)
    }

    /// Nil where a refused key names no stream.
    package let stream: String?
    package let peer: SocketAddress
    package let what: What

    package init(stream: String?, peer: SocketAddress, what: What) {
        self.stream = stream
        self.peer = peer
        self.what = what
    }
}

package protocol PublishObserver: Sendable {
    /// Called on the publisher's loop; returns at once.
    func observe(_ event: PublishEvent)
}
