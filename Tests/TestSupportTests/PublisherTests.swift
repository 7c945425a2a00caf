internal import TestSupport
internal import Testing

/// The test publisher itself: its bytes against hand-made ones, for an error in it would be looked for elsewhere.
@Suite("The test publisher")
struct PublisherTests {
    @Test("headers are the shortest that the specification allows")
    func headers() {
        var writer = PublisherChunkWriter()
        func message(_ time: UInt32, _ payload: [UInt8]) -> PublisherMessage {
            PublisherMessage(type: 9, timestamp: time, streamID: 1, chunkStreamID: 6, payload: payload)
        }
        #expect(writer.bytes(of: message(1000, [7])) == [0x06, 0, 3, 0xe8, 0, 0, 1, 9, 1, 0, 0, 0, 7])
        #expect(writer.bytes(of: message(1040, [7, 8])) == [0x46, 0, 0, 40, 0, 0, 2, 9, 7, 8])
        #expect(writer.bytes(of: message(1060, [7, 8])) == [0x86, 0, 0, 20, 7, 8])
        #expect(writer.bytes(of: message(1080, [7, 8])) == [0xc6, 7, 8])
        #expect(writer.bytes(of: message(1070, [7, 8])) == [0x06, 0, 4, 0x2e, 0, 0, 2, 9, 1, 0, 0, 0, 7, 8])
    }

    @Test("an extended delta may go back, and is repeated or not")
    func extendedTimestamps() {
        var wire = PublisherWire()
        wire.backwards = .negativeDelta
        for (repetition, tail) in [
            (PublisherWire.Repetition.field, [0xff, 0xff, 0xff, 0xf6] as [UInt8]), (.absent, []),
            (.absolute, [0, 0, 3, 0xde]),
        ] {
            wire.repetition = repetition
            var writer = PublisherChunkWriter(wire: wire)
            _ = writer.bytes(
                of: PublisherMessage(type: 9, timestamp: 1000, streamID: 1, chunkStreamID: 4, payload: [7]))
            let bytes = writer.bytes(
                of: PublisherMessage(
                    type: 8, timestamp: 990, streamID: 1, chunkStreamID: 4, payload: [UInt8](repeating: 1, count: 129)))
            let head: [UInt8] = [0x44, 0xff, 0xff, 0xff, 0, 0, 129, 8, 0xff, 0xff, 0xff, 0xf6]
            #expect(bytes == head + [UInt8](repeating: 1, count: 128) + [0xc4] + tail + [1])
        }
    }

    @Test(
        "chunk stream numbers are written in one, two and three bytes",
        arguments: [
            (63, [0x3f]), (64, [0, 0]), (319, [0, 255]), (320, [1, 0, 1]), (65_599, [1, 255, 255]),
        ] as [(Int, [UInt8])])
    func basicHeaders(number: Int, bytes: [UInt8]) {
        var writer = PublisherChunkWriter()
        let written = writer.bytes(of: PublisherMessage(type: 9, chunkStreamID: number, payload: []))
        #expect(Array(written.prefix(bytes.count)) == bytes)
    }

    @Test("values of AMF0 are read back")
    func values() throws {
        let values: [PublisherAMF] = [
            .string("connect"), .number(1), .null, .boolean(true), .undefined,
            .object([.init("app", .string("live")), .init("inner", .object([.init("n", .number(-2.5))]))]),
            .ecmaArray([.init("a", .number(1))], count: 7), .strictArray([.string("hvc1"), .number(2)]),
            .longString("long"),
        ]
        #expect(try PublisherAMF.values(in: PublisherAMF.encoded(values)) == values)
    }

    @Test(
        "the digest of C1 is where its layout has it", arguments: [PublisherHandshake.Kind.digestFirst, .digestSecond])
    func digests(kind: PublisherHandshake.Kind) {
        let handshake = PublisherHandshake(kind)
        #expect(handshake.start.count == 1537)
        #expect(handshake.start[0] == 3)
        // A server that only echoes is told apart from one that signs.
        #expect(handshake.fault(in: handshake.start + handshake.start[1...]) != nil)
        let simple = PublisherHandshake(.simple)
        #expect(simple.fault(in: simple.start + simple.start[1...]) == nil)
    }

    @Test("every profile says connect, createStream and publish in that order", arguments: PublisherProfile.all)
    func profiles(_ profile: PublisherProfile) throws {
        var publisher = RTMPPublisher(profile, key: "secret")
        let text = String(decoding: publisher.preamble()[3073...], as: UTF8.self)
        let places = try ["connect", "createStream", "publish"].map { try #require(text.firstRange(of: $0)).lowerBound }
        #expect(places == places.sorted())
        #expect(text.contains("secret"))
    }
}
