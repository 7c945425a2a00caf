package import Primitives

/// One connection's side of the protocol: handshake, control messages and commands. Knows no socket and no clock.
///
/// Give it input and do what each step says, until it needs more input; then send what is in `output`. Steps and
/// output are the same however the input was cut, but for acknowledgements, of which each input causes one at most.
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

    package enum Phase: Equatable, Sendable {
        case handshaking
        case connecting
        case connected
        /// A publish waits for its answer.
        case deciding
        case publishing
    }

    /// Of wider windows the count of bytes, which wraps, could miss the end.
    private static let windowByteCountMax = UInt32.max / 2

    /// Bytes to send to the peer; the owner takes them away.
    package var output: [UInt8] = []
    package internal(set) var phase = Phase.handshaking

    let limits: RTMPLimits
    private var handshake: RTMPHandshake?
    var decoder: ChunkDecoder
    var writer = MessageWriter()
    /// Who connected to what, once `connect` was accepted.
    var connection = ConnectRequest()
    /// The publish that waits for its answer or goes on.
    var publishing = Publishing()
    var createdStreamID: UInt32 = 0
    var openStreamCount = 0
    var unprovenCommandCount = 0
    private var budget: WorkBudget
    private var receivedByteCount: UInt32 = 0
    private var acknowledgedByteCount: UInt32 = 0
    /// After how many bytes the peer wants to hear that they came.
    private var peerWindowByteCount: UInt32

    package init(limits: RTMPLimits, random: FastRandom) {
        self.limits = limits
        self.handshake = RTMPHandshake(random: random)
        self.decoder = ChunkDecoder(limits: limits)
        self.budget = WorkBudget(
            perSecondMax: limits.spareMessagesPerSecondMax, burstMax: limits.spareMessageBurstMax)
        self.peerWindowByteCount = limits.windowByteCount
    }

    package var hasSeenExtendedTimestamp: Bool { self.decoder.hasSeenExtendedTimestamp }

    /// Messages and small chunks taken in this connection's life.
    var workCount: Int { Int(truncatingIfNeeded: self.decoder.smallChunkCount &+ self.decoder.messageCount) }

    /// Goes on reading `input` from `offset`. After an error `output` holds the last words for the peer.
    package mutating func next(
        _ input: borrowing RawSpan, _ offset: inout Int, now: MonotonicTime
    ) throws(RTMPError) -> Step {
        let start = offset
        let step = try self.step(input, &offset, now)
        self.receivedByteCount &+= UInt32(truncatingIfNeeded: offset &- start)
        if case .needsInput = step { self.acknowledge() }
        return step
    }

    /// Takes back the bytes of a message, so that the next one needs no new memory.
    package mutating func recycle(_ bytes: consuming [UInt8]) { self.decoder.recycle(bytes) }

    /// A ping request, to find out whether anyone is there.
    package mutating func ping(now: MonotonicTime) {
        guard self.phase != .handshaking else { return }
        let milliseconds = UInt32(truncatingIfNeeded: now.nanoseconds / 1_000_000)
        self.writer.appendUserControl(UserControl.pingRequestEvent, milliseconds, to: &self.output)
    }

    private mutating func step(
        _ input: borrowing RawSpan, _ offset: inout Int, _ now: MonotonicTime
    ) throws(RTMPError) -> Step {
        if self.phase == .handshaking, !(try self.shakeHands(input, &offset)) { return .needsInput }
        while true {
            let decoded: ChunkDecoder.Step
            do throws(ChunkError) { decoded = try self.decoder.next(input, &offset) } catch { throw RTMPError(error) }
            guard case .message(let header, let payload) = decoded else { return .needsInput }
            if self.takesMedia(header) { return .media(header, payload) }
            if let step = try self.handle(header, payload, of: input, now) { return step }
        }
    }

    /// Publishers send on the stream they publish, or on none.
    private func takesMedia(_ header: MessageHeader) -> Bool {
        self.phase == .publishing && header.type.isMedia
            && (header.streamID == self.publishing.streamID || header.streamID == 0)
    }

    private mutating func shakeHands(
        _ input: borrowing RawSpan, _ offset: inout Int
    ) throws(RTMPError) -> Bool {
        let isDone: Bool?
        do throws(HandshakeError) { isDone = try self.handshake?.next(input, &offset, &self.output) } catch {
            throw RTMPError(error)
        }
        guard isDone == true else { return false }
        self.handshake = nil
        self.phase = .connecting
        return true
    }

    private mutating func handle(
        _ header: MessageHeader, _ payload: consuming MessagePayload, of input: borrowing RawSpan, _ now: MonotonicTime
    ) throws(RTMPError) -> Step? {
        guard self.budget.take(now: now) else { throw .tooManyMessages }
        let step: Step?
        switch payload {
        case .input(let range): step = try self.handle(header, input.extracting(range))
        case .assembled(let bytes):
            step = try self.handle(header, bytes.span.bytes)
            self.decoder.recycle(bytes)
        }
        guard self.output.count <= self.limits.answerByteCountMax else { throw .tooManyAnswers }
        return step
    }

    /// A message that is no accepted media. Those that mean nothing here are ignored: unknown types, shared objects,
    /// media of nobody's publish.
    private mutating func handle(
        _ header: MessageHeader, _ payload: borrowing RawSpan
    ) throws(RTMPError) -> Step? {
        switch header.type {
        case .commandAMF0, .commandAMF3:
            guard let command = RTMPCommand(header.type, payload, limits: self.limits) else { return nil }
            return try self.handle(command, on: header.streamID)
        case .userControl:
            if let value = UserControl.pingRequest(payload) {
                self.writer.appendUserControl(UserControl.pingResponseEvent, value, to: &self.output)
            }
        case .windowAcknowledgementSize:
            if let window = payload.bigEndianUInt32(at: 0), window > 0 {
                self.peerWindowByteCount = min(window, Self.windowByteCountMax)
            }
        case .setPeerBandwidth:
            if let window = payload.bigEndianUInt32(at: 0), window != self.limits.windowByteCount {
                self.writer.appendWindow(self.limits.windowByteCount, to: &self.output)
            }
        default: break
        }
        return nil
    }

    /// Some encoders stop sending when they do not hear that their bytes came.
    private mutating func acknowledge() {
        guard self.phase != .handshaking,
            self.receivedByteCount &- self.acknowledgedByteCount >= self.peerWindowByteCount
        else { return }
        self.acknowledgedByteCount = self.receivedByteCount
        self.writer.appendAcknowledgement(self.receivedByteCount, to: &self.output)
    }
}
