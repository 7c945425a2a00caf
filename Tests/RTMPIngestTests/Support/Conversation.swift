import Observability
import Primitives
import RTMPIngest

/// A session and what came of it, in short lines: what its owner was told, and what the peer was.
struct Conversation {
    var session: RTMPSession
    private(set) var steps: [String] = []
    /// Steps and answers, in the order in which they came.
    private(set) var events: [String] = []
    private var reader = AnswerReader()
    /// Everything that was sent, from the first byte of the handshake on.
    private(set) var sent: [UInt8] = []
    /// All bytes that were given, the handshake's too.
    private(set) var givenByteCount = 0
    private(set) var error: RTMPError?
    /// Nil accepts every publish.
    var refusal: PublishRefusal?
    var now = MonotonicTime(nanoseconds: 1_000_000_000)

    init(limits: RTMPLimits = RTMPLimits()) {
        self.session = RTMPSession(limits: limits, random: FastRandom(seed: 1))
    }

    /// Ready for what comes after the handshake.
    static func greeted(limits: RTMPLimits = RTMPLimits()) -> Conversation {
        var conversation = Conversation(limits: limits)
        conversation.give(ClientBytes.handshake)
        return conversation
    }

    /// Publishes `key` on stream 1.
    static func publishing(limits: RTMPLimits = RTMPLimits(), _ more: [AMFProperty] = []) -> Conversation {
        var conversation = Conversation.greeted(limits: limits)
        conversation.say { client in
            client.connectLive(more)
            client.command("createStream", 2)
            client.command("publish", 3, .null, [.string("key"), .string("live")], stream: 1)
        }
        return conversation
    }

    mutating func say(_ build: (inout ClientBytes) -> Void) {
        var client = ClientBytes()
        build(&client)
        self.give(client.bytes)
    }

    /// As one input; after an error nothing more is taken.
    mutating func give(_ input: [UInt8]) {
        guard self.error == nil else { return }
        self.givenByteCount += input.count
        let bytes = input.span.bytes
        var offset = 0
        do throws(RTMPError) {
            while true {
                let step = try self.session.next(bytes, &offset, now: self.now)
                self.take()
                guard step != .needsInput else { break }
                self.note(step, of: input)
            }
            if offset != input.count { self.note("\(input.count - offset) bytes are left unread") }
        } catch {
            self.error = error
            self.take()
            self.note("error \(error.label)")
        }
        self.take()
    }

    private mutating func note(_ step: RTMPSession.Step, of input: [UInt8]) {
        switch step {
        case .needsInput: break
        case .publishRequested(let address):
            self.note("publish \(address.application) \(address.keys.map { $0.reveal() })")
            if let refusal = self.refusal {
                self.session.refusePublish(refusal)
            } else {
                self.session.acceptPublish()
            }
        case .media(let header, let payload):
            self.note(Self.line(header, payload, of: input))
            if case .assembled(let assembled) = payload { self.session.recycle(assembled) }
        case .unpublished: self.note("unpublished")
        }
    }

    private mutating func note(_ step: String) {
        self.steps.append(step)
        self.events.append(step)
    }

    /// What the owner does after it called the session.
    mutating func take() {
        let before = self.reader.lines.count
        self.reader.read(self.session.output)
        self.events += self.reader.lines[before...]
        self.sent += self.session.output
        self.session.output.removeAll()
    }

    /// The lines of what was said since the handshake.
    var answers: [String] { self.reader.lines }
    var commands: [RTMPCommand] { self.reader.commands }

    /// Gives what was said from here on.
    mutating func answers(to action: (inout Conversation) -> Void) -> [String] {
        let before = self.answers.count
        action(&self)
        self.take()
        return Array(self.answers.dropFirst(before))
    }

    private static func line(_ header: MessageHeader, _ payload: MessagePayload, of input: [UInt8]) -> String {
        let bytes: [UInt8]
        switch payload {
        case .input(let range): bytes = Array(input[range])
        case .assembled(let assembled): bytes = assembled
        }
        let sum = bytes.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF }
        return "media \(header.type.rawValue) at \(header.timestamp): \(bytes.count) bytes, \(sum)"
    }
}
