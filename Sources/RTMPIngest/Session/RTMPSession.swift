package import Primitives

/// One connection's side of the protocol: handshake, control messages and commands. Knows no socket and no clock.
///
/// Give it input and do what each step says, until it needs more input; then send what is in `output`.
package struct RTMPSession: Sendable {
    package enum Step: Equatable, Sendable {
        /// All input is used up.
        case needsInput
        /// Answer with `acceptPublish` or `refusePublish` before giving more input.
        case publishRequested(PublishAddress)
        /// Audio, video, data or aggregate of the accepted publish.
        case media(MessageHeader, MessagePayload)
        /// The publisher ended the publish; the connection stays and may publish again.
        case unpublished
    }

    /// Bytes to send to the peer; the owner takes them away.
    package var output: [UInt8] = []
    private let limits: RTMPLimits

    package init(limits: RTMPLimits, random: FastRandom) { self.limits = limits }

    /// Goes on reading `input` from `offset`. After an error `output` holds the last words for the peer.
    package mutating func next(
        _ input: borrowing RawSpan, _ offset: inout Int, now: MonotonicTime
    ) throws(RTMPError) -> Step {
        offset = input.byteCount
        return .needsInput
    }

    /// Takes back the bytes of a message, so that the next one needs no new memory.
    package mutating func recycle(_ bytes: consuming [UInt8]) {}

    package var hasSeenExtendedTimestamp: Bool { false }

    /// Messages and chunks taken in this connection's life.
    package var workCount: Int { 0 }

    /// NetStream.Publish.Start: media may come.
    package mutating func acceptPublish() {}

    /// Puts the refusal in words the publisher's program shows; the owner then finishes the connection.
    package mutating func refusePublish(_ refusal: PublishRefusal) {}

    /// Tells the publisher why its publish ends here (replaced, over its limits, server stops), before closing.
    package mutating func endPublish(_ refusal: PublishRefusal) {}

    /// Asks a client that said it can (capsEx) to connect again elsewhere or later; false when it cannot.
    package mutating func requestReconnect() -> Bool { false }

    /// A ping request, to find out whether anyone is there.
    package mutating func ping(now: MonotonicTime) {}

    package var phase: Phase { .handshaking }

    package enum Phase: Equatable, Sendable {
        case handshaking
        case connecting
        case connected
        /// A publish waits for its answer.
        case deciding
        case publishing
    }
}
