import RTMPIngest
import Testing

/// Each row of publishing programs that the field has, as it was recorded or as its source has it.
@Suite("A session talks to the field's clients")
struct ClientConversationTests {
    private static let welcome = ["window 2500000", "bandwidth 2500000 2"]
    private static let start = ["control 0 1", "onStatus 0 NetStream.Publish.Start on 1"]
    private static let unpublished = "onStatus 0 NetStream.Unpublish.Success on 1"
    private static let noted = "onFCPublish 0 NetStream.Publish.Start"
    private static let videoLine = Self.line(9, ClientScripts.video)
    private static let audioLine = Self.line(8, ClientScripts.audio)

    private static func line(_ type: Int, _ bytes: [UInt8]) -> String {
        let sum = bytes.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF }
        return "media \(type) at TIME: \(bytes.count) bytes, \(sum)"
    }

    private func line(_ line: String, at time: Int) -> String {
        line.split(separator: "TIME").joined(separator: String(time))
    }

    private func talk(_ script: [UInt8]) -> Conversation {
        var conversation = Conversation.greeted()
        conversation.give(script)
        #expect(conversation.error == nil)
        return conversation
    }

    @Test("OBS: every command answered, publish started, ended once by FCUnpublish and deleteStream")
    func obs() {
        let talk = self.talk(ClientScripts.obs)
        let connected = Self.welcome + ["_result 1 NetConnection.Connect.Success"]
        let opened = ["_result 2", Self.noted, "_result 3", "_result 4 1"]
        let ended = ["onFCUnpublish 0 NetStream.Unpublish.Success", "_result 6", Self.unpublished, "_result 7"]
        #expect(talk.answers == connected + opened + Self.start + ended)
        let metadata = self.line(Self.line(18, ClientBytes.metadata), at: 0)
        #expect(
            talk.steps == [#"publish live ["key"]"#, metadata, self.line(Self.videoLine, at: 40), "unpublished"])
    }

    @Test("ffmpeg: pipelined commands, a mirrored chunk size, the key with its query")
    func ffmpeg() {
        let talk = self.talk(ClientScripts.ffmpeg)
        #expect(talk.steps.first == ##"publish live ["key", "key?tok=a%26b&x=1"]"##)
        #expect(talk.steps.last == "unpublished")
        #expect(talk.steps.count == 5)
        #expect(talk.answers.contains("_result 5"))
    }

    @Test("rtmpsink: commands and media on one chunk stream")
    func rtmpsink() {
        let talk = self.talk(ClientScripts.rtmpsink)
        #expect(talk.steps.suffix(2) == [self.line(Self.videoLine, at: 20), self.line(Self.audioLine, at: 5)])
    }

    @Test("rtmp2sink: transaction 0 is answered by onStatus alone, deleteStream may hold the key")
    func rtmp2sink() {
        let talk = self.talk(ClientScripts.rtmp2sink)
        let connected = Self.welcome + ["_result 1 NetConnection.Connect.Success"]
        #expect(talk.answers == connected + ["_result 2 1"] + Self.start + [Self.unpublished])
        #expect(talk.steps.count == 5)
    }

    @Test("rtmp2sink: metadata ten times a second costs no budget")
    func metadataRepeated() {
        var conversation = Conversation.publishing()
        for _ in 0..<2000 { conversation.say { $0.message(18, ClientBytes.metadata, chunkStream: 4, stream: 1) } }
        #expect(conversation.error == nil)
        #expect(conversation.steps.count == 2001)
    }

    @Test("rtmp2sink: deleteStream with the key ends a publish by itself")
    func deleteStreamWithKey() {
        var conversation = Conversation.publishing()
        conversation.say { $0.command("deleteStream", 0, .null, [ClientScripts.key]) }
        #expect(conversation.steps.last == "unpublished")
    }

    @Test("FMLE, Wirecast, vMix: _checkbw answered, record is live, three endings are one")
    func fmle() {
        let talk = self.talk(ClientScripts.fmle)
        #expect(talk.answers.contains("_result 5"))
        #expect(talk.steps.filter { $0 == "unpublished" }.count == 1)
        #expect(talk.answers.filter { $0 == Self.unpublished }.count == 1)
    }

    @Test("Flash: AMF3 commands without FCPublish, objectEncoding as asked for")
    func flash() throws {
        let talk = self.talk(ClientScripts.flash)
        #expect(talk.steps.count == 4)
        #expect(talk.steps.last == "unpublished")
        let result = try #require(talk.commands.first)
        #expect(result.arguments.first?["objectEncoding"] == .number(3))
    }

    @Test("Larix: codecs and capabilities of Enhanced RTMP are answered")
    func larix() throws {
        let talk = self.talk(ClientScripts.larix)
        let result = try #require(talk.commands.first)
        // Some clients look into the properties, some into the information.
        for object in [result.object, try #require(result.arguments.first)] {
            guard case .strictArray(let codes)? = object["fourCcList"] else {
                Issue.record("no fourCcList")
                continue
            }
            #expect(codes.contains(.string("hvc1")) && codes.contains(.string("ec-3")))
            #expect(object["videoFourCcInfoMap"]?["av01"] == .number(4))
            #expect(object["audioFourCcInfoMap"]?["Opus"] == .number(4))
            #expect(object["capsEx"] == .number(15))
        }
        #expect(talk.steps.count == 2)
    }

    @Test("a client that does not speak Enhanced RTMP is not told of it")
    func plain() throws {
        let talk = self.talk(ClientScripts.obs)
        let result = try #require(talk.commands.first)
        let information = try #require(result.arguments.first)
        #expect(information["fourCcList"] == nil && information["capsEx"] == nil)
        #expect(result.object["fourCcList"] == nil && result.object["capsEx"] == nil)
        #expect(information["objectEncoding"] == .number(0))
    }

    @Test("HaishinKit: pipelined commands in any order of transactions")
    func haishinKit() {
        let talk = self.talk(ClientScripts.haishinKit)
        for transaction in 1...4 {
            #expect(talk.answers.contains { $0.hasPrefix("_result \(transaction)") })
        }
        #expect(talk.steps.last == "unpublished")
    }

    @Test("Haivision: publish on a stream of its own number, media on stream 0")
    func haivision() {
        let talk = self.talk(ClientScripts.haivision)
        #expect(talk.answers.suffix(2) == ["control 0 5", "onStatus 0 NetStream.Publish.Start on 5"])
        #expect(talk.steps.last == self.line(Self.videoLine, at: 0))
    }

    @Test("XSplit: metadata right behind publish, before it was answered, is kept")
    func metadataBeforeAnswer() {
        var conversation = Conversation.greeted()
        conversation.say { client in
            client.connect()
            client.command("publish", 3, .null, [ClientScripts.key, ClientScripts.live], stream: 1)
            client.message(18, ClientBytes.metadata, stream: 1)
        }
        #expect(conversation.steps.count == 2)
    }
}
