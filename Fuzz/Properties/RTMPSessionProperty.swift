internal import Observability
internal import Primitives
internal import RTMPIngest

/// A session: the same steps and answers however its input was cut, in a sensible order, within its bounds.
///
/// The first byte chooses how it begins: with bit 0 the handshake is part of the input; with bit 1 a publish has been
/// accepted; with bit 2 publishes are refused.
package enum RTMPSessionProperty: FuzzProperty {
    package static let name = "rtmp-session"

    package static func violation(of bytes: [UInt8]) -> String? {
        guard let flags = bytes.first else { return nil }
        let input = Array(bytes.dropFirst())
        var cutter = InputCutter(seed: bytes)
        let whole = Run(flags, [input])
        let cut = Run(flags, cutter.cut(input))
        if let violation = whole.violation ?? cut.violation { return violation }
        if whole.steps != cut.steps { return "whole: \(whole.steps), cut: \(cut.steps)" }
        if whole.answers != cut.answers { return "whole answers: \(whole.answers), cut: \(cut.answers)" }
        return nil
    }

    /// Who says hello, connects and publishes as the beginning of other inputs.
    private static let greeting = [3] + [UInt8](repeating: 0, count: 8) + [UInt8](repeating: 7, count: 1528 + 1536)

    private static let publish = {
        var bytes: [UInt8] = []
        for (name, object, arguments) in [
            ("connect", AMFValue.object([AMFProperty("app", .string("live"))]), []),
            ("publish", .null, [.string("key")]),
        ] as [(String, AMFValue, [AMFValue])] {
            var payload: [UInt8] = []
            let command = RTMPCommand(name: name, transaction: 1, object: object, arguments: arguments)
            command.append(to: &payload)
            bytes += [3, 0, 0, 0, 0, 0, UInt8(payload.count), 20, 1, 0, 0, 0] + payload
        }
        return bytes
    }()

    private struct Run {
        private(set) var steps: [String] = []
        private(set) var violation: String?
        /// Messages, without acknowledgements: when those come depends on the cuts.
        private(set) var answers: [String] = []
        private var session: RTMPSession
        private var sent: [UInt8] = []
        private let refuses: Bool

        init(_ flags: UInt8, _ pieces: [[UInt8]]) {
            var limits = RTMPLimits()
            // The bound on what one input asks for depends on the cuts too.
            limits.answerByteCountMax = 1 << 20
            self.session = RTMPSession(limits: limits, random: FastRandom(seed: 1))
            self.refuses = flags & 4 != 0
            var isGoing = true
            if flags & 1 == 0 { isGoing = self.give(RTMPSessionProperty.greeting) }
            if flags & 3 == 2 { isGoing = isGoing && self.give(RTMPSessionProperty.publish) }
            for piece in pieces where isGoing { isGoing = self.give(piece) }
            self.readAnswers()
        }

        private mutating func give(_ piece: [UInt8]) -> Bool {
            var offset = 0
            do throws(RTMPError) {
                while true {
                    let before = (offset: offset, phase: self.session.phase)
                    let step = try self.session.next(
                        piece.span.bytes, &offset, now: MonotonicTime(nanoseconds: 1_000_000_000))
                    self.take()
                    if offset < before.offset || offset > piece.count { self.violation = "the offset is \(offset)" }
                    guard step != .needsInput else { break }
                    self.note(step, in: piece)
                }
                if offset != piece.count { self.violation = "\(piece.count - offset) bytes are left unread" }
            } catch {
                self.take()
                self.steps.append("error \(error.label)")
                return false
            }
            return true
        }

        private mutating func note(_ step: RTMPSession.Step, in piece: [UInt8]) {
            switch step {
            case .needsInput: break
            case .publishRequested(let address):
                self.steps.append("publish \(address.application) \(address.keys.map { $0.reveal().utf8.count })")
                if self.session.phase != .deciding { self.violation = "a publish in \(self.session.phase)" }
                if address.keys.count > PublishAddress.keyCountMax { self.violation = "\(address.keys.count) keys" }
                if self.refuses {
                    self.session.refusePublish(PublishRefusal(.badName, label: "unknown", "The key is unknown."))
                } else {
                    self.session.acceptPublish()
                }
            case .media(let header, let payload):
                if self.session.phase != .publishing { self.violation = "media in \(self.session.phase)" }
                switch payload {
                case .input(let range): self.note(header, Array(piece[range]))
                case .assembled(let assembled):
                    self.note(header, assembled)
                    self.session.recycle(assembled)
                }
            case .unpublished:
                self.steps.append("unpublished")
                if self.session.phase != .connected { self.violation = "unpublished in \(self.session.phase)" }
            }
        }

        private mutating func note(_ header: MessageHeader, _ payload: [UInt8]) {
            if header.byteCount != payload.count { self.violation = "\(header), but \(payload.count) bytes" }
            self.steps.append("\(header) \(payload.hashValue)")
        }

        private mutating func take() {
            self.sent += self.session.output
            self.session.output.removeAll(keepingCapacity: true)
        }

        private mutating func readAnswers() {
            let handshakeByteCount = 1 + 1536 + 1536
            if self.session.phase == .handshaking { return self.answers.append("\(self.sent)") }
            var decoder = ChunkDecoder(limits: RTMPLimits())
            decoder.isProven = true
            var offset = handshakeByteCount
            do throws(ChunkError) {
                while case .message(let header, let payload) = try decoder.next(self.sent.span.bytes, &offset) {
                    guard header.type != .acknowledgement else { continue }
                    switch payload {
                    case .input(let range): self.answers.append("\(header) \(self.sent[range])")
                    case .assembled(let assembled): self.answers.append("\(header) \(assembled[...])")
                    }
                }
            } catch {
                self.violation = "our chunks cannot be read: \(error)"
            }
        }
    }
}
