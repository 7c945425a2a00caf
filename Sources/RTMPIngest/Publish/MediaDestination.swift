package import MediaTypes
package import Reactor

/// Where the media of accepted publishers goes. Implemented outside, by the packager.
package protocol MediaDestination: Sendable {
    /// Called on the publisher's loop, where the receiver is then used.
    func receiver(for stream: String, on loop: EventLoop) -> any MediaReceiver
}
