import Primitives
import RTMPIngest
import Testing

/// The control messages of the protocol, row by row.
@Suite("Control messages")
struct ControlMessageTests {
    @Test("1 Set Chunk Size is announced before the connect result, which comes in one chunk of it")
    func chunkSize() throws {
        var conversation = Conversation.greeted()
        conversation.say { $0.connect() }
        let announced: [UInt8] = [2, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0, 0, 1, 0, 0]
        let start = 3073 + 16 + 17
        #expect(Array(conversation.sent[start..<(start + 16)]) == announced)
        let result = conversation.sent[(start + 16)...]
        #expect(result.count > 200)
        #expect(result.count == 12 + Int(result[start + 16 + 5]) << 8 + Int(result[start + 16 + 6]))
    }

    @Test("1 Set Chunk Size is obeyed on any chunk stream", arguments: [2, 3, 4, 5])
    func chunkSizeAnywhere(chunkStream: UInt8) {
        var conversation = Conversation.publishing()
        conversation.say { client in
            client.setChunkSize(300, chunkStream: chunkStream)
            client.message(9, ClientScripts.video, chunkStream: 6, stream: 1)
        }
        #expect(conversation.steps.count == 2)
    }

    @Test("2 Abort lets go of a message that was begun")
    func abort() {
        var conversation = Conversation.publishing()
        conversation.say { client in
            client.raw([4, 0, 0, 0, 0, 1, 0, 9, 1, 0, 0, 0] + [UInt8](repeating: 1, count: 128))
            client.control(2, 4)
            client.message(8, ClientScripts.audio, chunkStream: 4, stream: 1)
        }
        #expect(conversation.steps.count == 2)
        #expect(conversation.steps.last?.hasPrefix("media 8") == true)
    }

    @Test("3 Acknowledgements of the peer are taken without a word")
    func peerAcknowledges() {
        var conversation = Conversation.publishing()
        #expect(conversation.answers { $0.say { $0.control(3, 0xFFFF_FFF0) } } == [])
        #expect(conversation.error == nil)
    }

    @Test("3 we acknowledge each time our announced window is full, without a window of the peer's")
    func announcedWindow() {
        var conversation = Conversation.publishing()
        let answers = conversation.answers { conversation in
            for _ in 0..<600 {
                conversation.say { $0.message(9, [UInt8](repeating: 1, count: 10_000), chunkStream: 6, stream: 1) }
            }
        }
        #expect(answers.count == 2)
        #expect(answers.allSatisfy { $0.hasPrefix("acknowledged") })
    }

    @Test("5 the peer's window is kept to, zero is ignored")
    func peerWindow() {
        var conversation = Conversation.publishing()
        let answers = conversation.answers { conversation in
            conversation.say { $0.control(5, 10_000) }
            conversation.say { $0.control(5, 0) }
            for _ in 0..<10 {
                conversation.say { $0.message(9, [UInt8](repeating: 1, count: 5000), chunkStream: 6, stream: 1) }
            }
        }
        #expect(answers.count == 5)
        #expect(conversation.error == nil)
    }

    @Test("5 a window of one byte gets one acknowledgement an input, with the count of bytes since the beginning")
    func tinyWindow() {
        var conversation = Conversation.publishing()
        let answers = conversation.answers { conversation in
            conversation.say { client in
                client.control(5, 1)
                for _ in 0..<100 { client.message(8, ClientScripts.audio, chunkStream: 4, stream: 1) }
            }
        }
        #expect(answers == ["acknowledged \(conversation.givenByteCount)"])
        let more = conversation.answers { $0.say { $0.message(8, ClientScripts.audio, chunkStream: 4, stream: 1) } }
        #expect(more == ["acknowledged \(conversation.givenByteCount)"])
    }

    @Test("3 and 5: the count of bytes wraps at 32 bits, whatever the window", arguments: [2_500_000, 0xFFFF_FFFF])
    func countWraps(window: UInt32) {
        var conversation = Conversation.publishing()
        conversation.say { client in
            client.control(5, window)
            client.setChunkSize(0xFF_FFFF)
        }
        // Media of another stream is not looked at, which makes these four gigabytes quick.
        let ignored = [6, 0, 0, 0, 0xFF, 0xFF, 0xFF, 9, 2, 0, 0, 0] + [UInt8](repeating: 1, count: 0xFF_FFFF)
        let answers = conversation.answers { conversation in
            for _ in 0..<260 {
                conversation.now = conversation.now + .seconds(1)
                conversation.give(ignored)
            }
        }
        let total = UInt32(truncatingIfNeeded: conversation.givenByteCount)
        #expect(conversation.error == nil)
        #expect(total < 0x0800_0000, "it has wrapped")
        if window == 2_500_000 {
            #expect(answers.count == 260 && answers.last == "acknowledged \(total)")
        } else {
            #expect(answers.count == 2, "a window that is wider than the count can tell is kept to all the same")
        }
    }

    @Test("5 a window is acknowledged in the middle of a message that is larger")
    func windowWithinMessage() {
        var conversation = Conversation.publishing()
        let answers = conversation.answers { conversation in
            conversation.say { client in
                client.control(5, 1000)
                client.setChunkSize(65_536)
            }
            conversation.give([6, 0, 0, 0, 1, 0, 0, 9, 1, 0, 0, 0] + [UInt8](repeating: 1, count: 5000))
        }
        #expect(answers.count == 2)
    }

    @Test("6 Set Peer Bandwidth is answered with our window where it differs")
    func peerBandwidth() {
        var conversation = Conversation.publishing()
        #expect(conversation.answers { $0.say { $0.message(6, ClientBytes.number(9) + [2]) } } == ["window 2500000"])
        #expect(conversation.answers { $0.say { $0.message(6, ClientBytes.number(2_500_000) + [2]) } } == [])
    }

    @Test("4 a ping request is answered with its own four bytes, on any chunk stream", arguments: [2, 3, 6])
    func ping(chunkStream: UInt8) {
        var conversation = Conversation.greeted()
        let answers = conversation.answers { $0.say { $0.userControl(6, 0xDEAD_BEEF, chunkStream: chunkStream) } }
        #expect(answers == ["control 7 3735928559"])
    }

    @Test("4 our ping goes out with the time, and the answer to it is taken without a word")
    func ourPing() {
        var conversation = Conversation.publishing()
        #expect(conversation.answers { $0.session.ping(now: $0.now) } == ["control 6 1000"])
        #expect(conversation.answers { $0.say { $0.userControl(7, 1000) } } == [])
        #expect(conversation.error == nil)
    }

    @Test("4 nothing is sent into a handshake")
    func pingInHandshake() {
        var conversation = Conversation()
        conversation.session.ping(now: conversation.now)
        conversation.session.endPublish(PublishRefusal(.closed, label: "x", "x"))
        #expect(conversation.session.requestReconnect() == false)
        #expect(conversation.session.output == [])
    }

    @Test("item 8: a ping answer that begins a chunk stream without a whole header is understood")
    func pingAnswerWithShortHeader() {
        var conversation = Conversation.publishing()
        let format1OnFreshStream: [UInt8] = [0x40 | 9, 0, 0, 0, 0, 0, 6, 4, 0, 7, 0, 0, 3, 0xE8]
        conversation.give(format1OnFreshStream)
        conversation.say { $0.message(8, ClientScripts.audio, chunkStream: 4, stream: 1) }
        #expect(conversation.error == nil && conversation.steps.count == 2)
    }

    @Test("item 9: unknown user control and unknown messages are ignored")
    func unknown() {
        var conversation = Conversation.publishing()
        let answers = conversation.answers { conversation in
            conversation.say { client in
                for event in [0, 1, 2, 3, 4, 5, 0x1A, 0x1B, 31, 32, 255] as [UInt8] { client.userControl(event, 1) }
                for length in 0..<6 { client.message(4, [UInt8](repeating: 0, count: length), chunkStream: 2) }
                client.message(4, [0, 6, 1], chunkStream: 2)
                client.message(4, [0, 3, 0, 0, 0, 1, 0, 0, 11, 184], chunkStream: 2)
                for type in [7, 10, 16, 19, 21, 23, 255] as [UInt8] {
                    client.message(type, [UInt8](repeating: 2, count: 200), stream: 1)
                }
                for type in [3, 5, 6] as [UInt8] { client.message(type, [1]) }
                client.message(8, ClientScripts.audio, chunkStream: 4, stream: 1)
            }
        }
        #expect(answers == [])
        #expect(conversation.error == nil)
        #expect(conversation.steps.count == 2)
    }

    @Test("media of other streams and of nobody's publish is ignored, as long as there is little of it")
    func mediaOfNobody() {
        var conversation = Conversation.greeted()
        conversation.say { client in
            client.connect()
            client.message(9, ClientScripts.video, chunkStream: 6, stream: 1)
            client.message(18, ClientBytes.metadata, stream: 1)
        }
        #expect(conversation.steps == [] && conversation.error == nil)
        var publishing = Conversation.publishing()
        publishing.say { $0.message(9, ClientScripts.video, chunkStream: 6, stream: 9) }
        #expect(publishing.steps.count == 1 && publishing.error == nil)
    }
}
