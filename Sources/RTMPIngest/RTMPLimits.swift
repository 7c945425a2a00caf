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
    /// A publisher is pinged this often.
    package var pingTime = TimeAmount.seconds(15)
    /// No byte since a ping this long ago: nobody is there any more.
    package var silenceTime = TimeAmount.seconds(20)
    /// Connected, and after a publish, without a new one.
    package var idleTime = TimeAmount.seconds(60)

    // How many may come at once.
    package var connectionCountMax = 10_000
    package var connectionCountPerAddressMax = 1000
    /// Connections of one loop that agree on TLS at the same time.
    package var handshakeCountMax = 1000

    // How a publish is decided.
    /// The authorizer has this long; then the publish is refused.
    package var decisionTime = TimeAmount.seconds(5)
    /// Authorizers asked at a time by one loop, those that were given up included.
    package var decisionCountMax = 1000
    /// Wrong keys from one address within `wrongKeyTime`; then whatever it sends is refused unseen until that is over.
    package var wrongKeyCountMax = 60
    package var wrongKeyTime = TimeAmount.seconds(60)
    /// Addresses whose wrong keys are remembered; beyond it, one of them is forgotten.
    package var wrongKeyAddressCountMax = 10_000
    /// A refusal is said this much later, so that guessing is slow.
    package var refusalDelayTime = TimeAmount.seconds(1)

    // How a publisher takes over from one that is gone without a word.
    /// A publisher that was silent for this long gives way at once.
    package var takeoverSilenceTime = TimeAmount.seconds(2)
    /// One that was heard since is asked, and has this long to answer with any byte.
    package var takeoverWaitTime = TimeAmount.seconds(1)

    // What one publisher may cost.
    /// Output that waits for a peer; nothing we say is long, so more means that it does not read.
    package var outputByteCountMax = 256 * 1024
    /// Reads, messages and small chunks of a second together: a hundred times what the busiest publisher needs.
    package var workCountPerSecondMax = 200_000
    /// How far media may be ahead of the clock; a publisher that sends faster has to wait. So it may begin with so much
    /// at once.
    package var mediaLeadTimeMax = TimeAmount.seconds(30)
    /// How much a publisher that was late may make up for without being held back.
    package var mediaLagTimeMax = TimeAmount.seconds(30)
    /// While a publisher is held back nothing is said to it, but no longer than this after its last byte arrived.
    package var backlogTime = TimeAmount.seconds(3600)
    /// What a publisher sends waits so long to be read together with what others send. Decision 9 has what that saves.
    package var gatherTime = TimeAmount.milliseconds(40)
    /// Connected, but without audio and video for this long: stalled.
    package var stallTime = TimeAmount.seconds(5)

    /// Publishers have this long to end when the server does.
    package var drainTime = TimeAmount.seconds(30)
    /// After our last words a peer has this long to close.
    package var lingerTime = TimeAmount.seconds(2)

    package init() {}
}
