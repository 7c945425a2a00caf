package import Primitives

/// Every bound on what a publisher, or whoever pretends to be one, can make the server hold or do. Each refusal is
/// counted by reason.
package struct RTMPLimits: Sendable {
    // Before anybody has proved to be a publisher.
    package var handshakeTime = TimeAmount.seconds(5)
    /// From the accepted connection to an accepted publish.
    package var publishTime = TimeAmount.seconds(10)
    /// What unfinished messages may hold before a publish is accepted.
    package var unprovenByteCountMax = 64 * 1024

    // What chunks and messages may hold.
    package var messageByteCountMax = 16 * 1024 * 1024
    /// What all unfinished messages of a connection may hold together.
    package var partialByteCountMax = 16 * 1024 * 1024
    package var chunkStreamCountMax = 64
    /// Buffers that are kept for the messages to come; larger ones are given back to the system.
    package var spareBufferCountMax = 2
    package var spareBufferByteCountMax = 128 * 1024
    package var messageStreamCountMax = 32
    /// The size of the chunks we send, and so of those that a publisher which mirrors it sends.
    package var sentChunkByteCount = 65_536

    // What AMF values may hold.
    package var amfDepthMax = 16
    package var amfNodeCountMax = 1024
    package var amfStringByteCountMax = 64 * 1024

    // What a peer can make us do.
    /// After how many bytes each side tells the other that they came.
    package var windowByteCount: UInt32 = 2_500_000
    /// Messages that are no media of an accepted publish: control, commands, what is ignored.
    package var spareMessagesPerSecondMax = 50
    package var spareMessageBurstMax = 256
    package var unprovenCommandCountMax = 64
    /// What may be waiting in a session's `output` after one input.
    package var answerByteCountMax = 64 * 1024

    package var media = MediaLimits()

    // How long silence is borne.
    package var pingTime = TimeAmount.seconds(15)
    package var silenceTime = TimeAmount.seconds(20)
    package var idleTime = TimeAmount.seconds(60)

    // How many may come at once.
    package var connectionCountMax = 10_000
    package var connectionCountPerAddressMax = 1000
    /// After our last words a peer has this long to close.
    package var drainTime = TimeAmount.seconds(30)

    package init() {}
}
