import Primitives
import RTMPIngest
import Testing

/// Commands one by one, and the words for each end.
@Suite("Commands")
struct CommandTests {
    private static let start = ["control 0 1", "onStatus 0 NetStream.Publish.Start on 1"]
    private static let publishArguments: [AMFValue] = [.string("key"), .string("live")]

    private func connected(_ more: [AMFProperty] = []) -> Conversation {
        var conversation = Conversation.greeted()
        conversation.say { $0.connectLive(more) }
        return conversation
    }

    @Test(
        "item 12: every transaction but zero is answered, unknown commands too",
        arguments: [
            "releaseStream", "FCPublish", "FCUnpublish", "_checkbw", "createStream", "deleteStream", "closeStream",
            "getStreamLength", "receiveAudio", "receiveVideo", "pause", "seek", "neverHeardOf", "", "\u{0}", "é",
        ])
    func answered(name: String) {
        var conversation = self.connected()
        let answers = conversation.answers { $0.say { $0.command(name, 7, .null, [.string("key")]) } }
        #expect(answers.filter { $0.hasPrefix("_result 7") }.count == 1)
        #expect(conversation.answers { $0.say { $0.command(name, 0, .null, [.string("key")]) } } == [])
    }

    @Test("answers to commands are not answered", arguments: ["_result", "_error", "onStatus"])
    func answersUnanswered(name: String) {
        var conversation = self.connected()
        #expect(conversation.answers { $0.say { $0.command(name, 5) } } == [])
    }

    @Test("before connect is an error in words, and publish ends the connection")
    func beforeConnect() {
        var conversation = Conversation.greeted()
        let early = conversation.answers { $0.say { $0.command("createStream", 2) } }
        #expect(early == ["_error 2 NetConnection.Call.Failed"])
        let answers = conversation.answers { conversation in
            conversation.say { $0.command("publish", 3, .null, Self.publishArguments, stream: 1) }
        }
        #expect(answers == ["onStatus 0 NetStream.Publish.Denied on 1"])
        #expect(conversation.error?.label.description == "publish-before-connect")
    }

    @Test("connect without its properties is refused in words")
    func badConnect() {
        var conversation = Conversation.greeted()
        let answers = conversation.answers { $0.say { $0.command("connect", 1) } }
        #expect(answers == ["_error 1 NetConnection.Connect.Rejected"])
        #expect(conversation.error?.label.description == "connect-invalid")
    }

    @Test("connect once more is refused, the connection stays")
    func connectTwice() {
        var conversation = self.connected()
        let answers = conversation.answers { $0.say { $0.connect() } }
        #expect(answers == ["_error 1 NetConnection.Connect.Rejected"])
        #expect(conversation.error == nil)
    }

    @Test("createStream counts from 1, up to 32 open ones")
    func streams() {
        var conversation = self.connected()
        let answers = conversation.answers { conversation in
            for transaction in 1...33 { conversation.say { $0.command("createStream", Double(transaction)) } }
        }
        #expect(answers.first == "_result 1 1" && answers[31] == "_result 32 32")
        #expect(answers.last == "_error 33 NetConnection.Call.Failed")
        let more = conversation.answers { conversation in
            conversation.say { $0.command("deleteStream", 0, .null, [.number(3)]) }
            conversation.say { $0.command("createStream", 9) }
        }
        #expect(more == ["_result 9 33"])
    }

    @Test("play fails: nothing is played here (S-38)", arguments: ["play", "play2"])
    func play(name: String) {
        var conversation = self.connected()
        let answers = conversation.answers { $0.say { $0.command(name, 0, .null, [.string("key")], stream: 1) } }
        #expect(answers == ["onStatus 0 NetStream.Play.Failed on 1"])
        #expect(conversation.steps == [])
    }

    @Test("publish waits for its answer, and the media behind it for both")
    func deciding() throws {
        var conversation = self.connected()
        var client = ClientBytes()
        client.command("publish", 3, .null, Self.publishArguments, stream: 1)
        client.message(8, ClientScripts.audio, stream: 1)
        var offset = 0
        let step = try conversation.session.next(client.bytes.span.bytes, &offset, now: conversation.now)
        guard case .publishRequested = step else {
            Issue.record("\(step)")
            return
        }
        #expect(conversation.session.phase == .deciding && conversation.session.output.isEmpty)
        conversation.session.acceptPublish()
        #expect(conversation.session.phase == .publishing)
        guard case .media = try conversation.session.next(client.bytes.span.bytes, &offset, now: conversation.now)
        else {
            Issue.record("no media")
            return
        }
    }

    @Test("a refused publish is told why, of level error, on its stream", arguments: [0, 1, 2])
    func refused(index: Int) {
        let refusals: [(PublishRefusal.Code, String)] = [
            (.badName, "onStatus 0 NetStream.Publish.BadName on 1"),
            (.denied, "onStatus 0 NetStream.Publish.Denied on 1"),
            (.closed, "onStatus 0 NetConnection.Connect.Closed"),
        ]
        var conversation = self.connected()
        conversation.refusal = PublishRefusal(refusals[index].0, label: "word", "The key is unknown.")
        let answers = conversation.answers { conversation in
            conversation.say { $0.command("publish", 3, .null, Self.publishArguments, stream: 1) }
        }
        #expect(answers == [refusals[index].1])
        let status = conversation.commands.last?.arguments.first
        #expect(status?["level"]?.string == "error" && status?["description"]?.string == "The key is unknown.")
        #expect(conversation.session.phase == .connected)
    }

    @Test("the publish of the same key on the same stream starts again quietly, another key is refused")
    func publishAgain() {
        var conversation = Conversation.publishing()
        let again = conversation.answers { conversation in
            conversation.say { $0.command("publish", 8, .null, Self.publishArguments, stream: 1) }
        }
        #expect(again == Self.start)
        let other = conversation.answers { conversation in
            conversation.say { $0.command("publish", 9, .null, [.string("other")], stream: 1) }
            conversation.say { $0.command("publish", 9, .null, [.string("key")], stream: 2) }
        }
        let refused = "onStatus 0 NetStream.Publish.BadName on "
        #expect(other == [refused + "1", refused + "2"])
        #expect(conversation.steps.count == 1 && conversation.session.phase == .publishing)
    }

    @Test("one connection may publish again and again", arguments: ["FCUnpublish", "closeStream", "deleteStream"])
    func republish(ending: String) {
        var conversation = self.connected()
        for round in 1...50 {
            // A round takes longer than its messages count.
            conversation.now = conversation.now + .seconds(1)
            conversation.say { client in
                client.command("createStream", 2)
                client.command("publish", 3, .null, Self.publishArguments, stream: UInt8(round))
                client.message(8, ClientScripts.audio, stream: UInt8(round))
                client.command(ending, 4, .null, ending == "deleteStream" ? [.number(Double(round))] : [])
                client.command("deleteStream", 5, .null, [.number(Double(round))])
            }
        }
        #expect(conversation.error == nil)
        #expect(conversation.steps.count == 150)
    }

    @Test("deleteStream of another stream ends nothing")
    func deleteOther() {
        var conversation = Conversation.publishing()
        conversation.say { $0.command("deleteStream", 0, .null, [.number(9)]) }
        #expect(conversation.session.phase == .publishing)
    }

    @Test("closeStream and publish(false) on another stream end nothing")
    func closeOther() {
        var conversation = Conversation.publishing()
        conversation.say { $0.command("closeStream", 0, stream: 2) }
        conversation.say { $0.command("publish", 0, .null, [.boolean(false)], stream: 2) }
        #expect(conversation.session.phase == .publishing && conversation.steps.count == 1)
    }

    @Test("closeStream and publish(false) on the stream, or on none, end the publish", arguments: [UInt8(0), 1])
    func close(stream: UInt8) {
        for arguments in [("closeStream", []), ("publish", [AMFValue.boolean(false)])] {
            var conversation = Conversation.publishing()
            conversation.say { $0.command(arguments.0, 0, .null, arguments.1, stream: stream) }
            #expect(conversation.steps.last == "unpublished")
        }
    }

    @Test("a publish without a name has no key, and is the owner's to refuse")
    func nameless() {
        var conversation = self.connected()
        conversation.say { $0.command("publish", 0, stream: 1) }
        #expect(conversation.steps == ["publish live []"])
    }

    @Test("a publish that we end is told why", arguments: [0, 1])
    func ended(index: Int) {
        let codes: [(PublishRefusal.Code, String)] = [
            (.closed, "onStatus 0 NetConnection.Connect.Closed"),
            (.badName, "onStatus 0 NetStream.Publish.BadName on 1"),
        ]
        var conversation = Conversation.publishing()
        let refusal = PublishRefusal(codes[index].0, label: "x", "The server stops.")
        #expect(conversation.answers { $0.session.endPublish(refusal) } == [codes[index].1])
        #expect(conversation.session.phase == .connected)
    }

    @Test("ReconnectRequest goes to those alone that said they can")
    func reconnect() {
        var able = Conversation.publishing([AMFProperty("capsEx", .number(1))])
        var isAsked = false
        let answers = able.answers { isAsked = $0.session.requestReconnect() }
        #expect(isAsked && answers == ["onStatus 0 NetConnection.Connect.ReconnectRequest"])
        #expect(able.commands.last?.arguments.first?["level"]?.string == "status")
        for capabilities in [0, 14, -1, .nan, .infinity, 1e300] as [Double] {
            var other = Conversation.publishing([AMFProperty("capsEx", .number(capabilities))])
            #expect(other.session.requestReconnect() == false)
        }
    }

    @Test("no answer repeats the key")
    func keyUnspoken() {
        var conversation = self.connected()
        let secret: [AMFValue] = [.string("s3cr3tkey"), .string("live")]
        conversation.say { client in
            client.command("FCPublish", 2, .null, secret)
            client.command("releaseStream", 3, .null, secret)
            client.command("publish", 4, .null, secret, stream: 1)
            client.command("FCUnpublish", 5, .null, secret)
        }
        #expect(!String(decoding: conversation.sent, as: UTF8.self).contains("s3cr3tkey"))
    }
}
