import Primitives
import Testing

@testable import RTMPIngest

/// What a peer can make a session do is bounded (S-31).
@Suite("A session's work is bounded")
struct SessionBudgetTests {
    @Test("commands without an accepted publish: the 65th ends the connection")
    func commands() {
        var conversation = Conversation.greeted()
        conversation.say { $0.connect() }
        for _ in 0..<63 { conversation.say { $0.command("_checkbw", 0) } }
        #expect(conversation.error == nil)
        conversation.say { $0.command("_checkbw", 0) }
        #expect(conversation.error?.label.description == "too-many-commands")
    }

    @Test("media of no publish in the long run: a flood ends, fifty a second do not")
    func ignoredMedia() {
        var flood = Conversation.greeted()
        var steady = Conversation.greeted()
        flood.say { $0.connect() }
        steady.say { $0.connect() }
        for index in 0..<2000 {
            flood.say { $0.message(8, [], chunkStream: 4, stream: 1) }
            steady.now = MonotonicTime(nanoseconds: 1_000_000_000 + Int64(index) * 20_000_000)
            steady.say { $0.message(8, [], chunkStream: 4, stream: 1) }
        }
        #expect(flood.error?.label.description == "too-many-messages")
        #expect(steady.error == nil)
    }

    @Test("control messages of an accepted publisher: a flood ends, its media does not count")
    func control() {
        var conversation = Conversation.publishing()
        for _ in 0..<5000 { conversation.say { $0.message(8, ClientScripts.audio, chunkStream: 4, stream: 1) } }
        #expect(conversation.error == nil)
        for _ in 0..<300 { conversation.say { $0.userControl(6, 1) } }
        #expect(conversation.error?.label.description == "too-many-messages")
    }

    @Test("a clock that stands or goes back is no trap")
    func clock() {
        var conversation = Conversation.publishing()
        for nanoseconds in [Int64.max, 0, Int64.min, 5] {
            conversation.now = MonotonicTime(nanoseconds: nanoseconds)
            conversation.say { $0.userControl(6, 1) }
        }
        #expect(conversation.error == nil)
    }

    @Test("answers to one input: no more than the limit waits")
    func answers() {
        var limits = RTMPLimits()
        limits.answerByteCountMax = 4096
        var conversation = Conversation.greeted(limits: limits)
        conversation.say { client in
            client.connect()
            for transaction in 2..<60 { client.command("FCPublish", Double(transaction)) }
        }
        #expect(conversation.error?.label.description == "too-many-answers")
        #expect(conversation.sent.count < 3073 + 8192)
    }

    @Test("until a publish is accepted an unfinished message holds little, afterwards what media needs")
    func unfinished() {
        let large = [UInt8](repeating: 1, count: 300_000)
        var proven = Conversation.publishing()
        proven.say { $0.message(9, large, chunkStream: 6, stream: 1) }
        #expect(proven.error == nil && proven.steps.count == 2)
        var unproven = Conversation.greeted()
        unproven.say { client in
            client.connect()
            client.message(9, large, chunkStream: 6, stream: 1)
        }
        #expect(unproven.error != nil)
    }

    @Test("media right behind publish, before it was answered, may come in chunks of any size")
    func pipelinedMedia() {
        var conversation = Conversation.greeted()
        conversation.say { client in
            client.setChunkSize(1 << 20)
            client.connect()
            client.command("publish", 3, .null, [.string("key"), .string("live")], stream: 1)
            client.message(9, [UInt8](repeating: 1, count: 300_000), chunkStream: 6, stream: 1)
        }
        #expect(conversation.error == nil && conversation.steps.count == 2)
    }

    @Test("S-31: work is counted by messages and small chunks, not by chunks of the size that all begin with")
    func work() {
        var conversation = Conversation.publishing()
        let before = conversation.session.workCount
        conversation.say { $0.message(9, [UInt8](repeating: 1, count: 128_000), chunkStream: 6, stream: 1) }
        #expect(conversation.session.workCount - before == 1)
        conversation.say { client in
            client.setChunkSize(127)
            client.message(9, [UInt8](repeating: 1, count: 12_700), chunkStream: 6, stream: 1)
        }
        #expect(conversation.session.workCount - before == 1 + 2 + 101)
        conversation.say { client in
            for _ in 0..<50 { client.control(2, 9) }
            for _ in 0..<50 { client.setChunkSize(1) }
            for _ in 0..<50 { client.message(8, [], chunkStream: 4, stream: 1) }
        }
        #expect(conversation.session.workCount - before > 104 + 300, "Abort, Set Chunk Size and empty messages count")
    }

    @Test("who speaks TLS or HTTP to the port is told apart in the log", arguments: [0, 1, 2])
    func otherProtocols(index: Int) {
        let rows: [([UInt8], String)] = [
            ([0x16, 3, 1, 2, 0], "tls-on-plain-port"), (Array("GET / HTTP/1.1\r\n\r\n".utf8), "http-on-rtmp-port"),
            ([0x80, 1, 2, 3], "handshake-version"),
        ]
        var conversation = Conversation()
        conversation.give(rows[index].0)
        #expect(conversation.error?.label.description == rows[index].1)
    }

    @Test("broken chunks end the connection by name")
    func brokenChunks() {
        var conversation = Conversation.publishing()
        conversation.say { $0.control(1, 0) }
        #expect(conversation.error?.label.description == "chunk-size")
    }
}
