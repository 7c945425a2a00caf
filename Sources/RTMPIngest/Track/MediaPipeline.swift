package import MediaTypes
package import Primitives

/// From the media messages of one publishing to access units of its tracks. Used on one loop.
package final class MediaPipeline {
    private let receiver: any MediaReceiver

    package init(receiver: any MediaReceiver, limits: RTMPLimits, now: MonotonicTime) {
        self.receiver = receiver
    }

    /// Takes an audio, video, data or aggregate message. What cannot be used is dropped and counted; nothing a
    /// publisher sends as media ends its connection.
    package func receive(
        _ header: MessageHeader, payload: borrowing RawSpan, hasSeenExtendedTimestamp: Bool, now: MonotonicTime
    ) {}

    /// Called about once a second.
    package func advice(now: MonotonicTime) -> [StreamAdvice] { [] }

    package func health(now: MonotonicTime) -> StreamHealth { StreamHealth() }

    package func end(_ end: MediaEnd) { self.receiver.publishingEnded(end) }
}
