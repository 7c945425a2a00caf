/// How one program publishes: what it says, in which order and how it is cut (reference §4.6).
package struct PublisherProfile: Sendable {
    /// What is sent without waiting in between; a wait is a step of its own.
    package enum Step: Equatable, Sendable {
        case setChunkSize(Int, format: UInt8? = nil)
        case windowAcknowledgementSize(UInt32)
        case connect
        /// A command that names the key.
        case withKey(String, transaction: Double)
        /// A command without arguments.
        case bare(String, transaction: Double)
        case createStream(transaction: Double)
        case publish(transaction: Double)
        case awaitConnect
        case awaitStream
        case awaitPublish
    }

    package enum Encoding: Sendable {
        case amf0
        /// As Flash after it asked for AMF3: commands behind connect are messages of type 17, a zero and AMF0.
        case amf3AfterConnect
        /// connect is such a message as well, and its object is written in AMF3.
        case amf3
    }

    /// How the commands of the end name the stream.
    package enum End: Sendable {
        case unpublishAndDelete(transactions: [Double])
        /// rtmp2sink: `deleteStream` with the key in place of the number.
        case deleteByKey
        case closeStream
        /// Nothing at all.
        case silent
    }

    package let name: String
    package var handshake = PublisherHandshake.Kind.simple
    package var wire = PublisherWire()
    package var steps: [Step]
    /// Members of connect's object besides app and tcUrl.
    package var connectProperties: [PublisherAMF.Property] = []
    package var encoding = Encoding.amf0
    /// Announces the server's chunk size back and uses it.
    package var mirrorsChunkSize = false
    package var end = End.unpublishAndDelete(transactions: [6, 7])

    package static let all: [PublisherProfile] = [
        obs, ffmpeg, rtmpsink, rtmp2sink, fmle, flash, flashAMF3, larix, haishinkit,
    ]

    package static func named(_ name: String) -> PublisherProfile? { self.all.first { $0.name == name } }

    private static let usual: [Step] = [
        .connect, .awaitConnect, .withKey("releaseStream", transaction: 2), .withKey("FCPublish", transaction: 3),
        .createStream(transaction: 4), .awaitStream, .publish(transaction: 5), .awaitPublish,
    ]

    package static let obs: PublisherProfile = {
        var wire = PublisherWire()
        wire.formats = .librtmp
        wire.backwards = .negativeDelta
        wire.chunkStreams = .shared(4)
        return PublisherProfile(
            name: "obs", wire: wire, steps: [.setChunkSize(4096)] + usual,
            connectProperties: [
                .init("type", .string("nonprivate")),
                .init("flashVer", .string("FMLE/3.0 (compatible; FMSc/1.0)")),
                .init("swfUrl", .string("rtmp://127.0.0.1/live")),
            ])
    }()

    package static let ffmpeg: PublisherProfile = {
        var wire = PublisherWire()
        wire.chunkStreams = PublisherWire.ChunkStreams(publish: 8, data: 4, audio: 4, video: 6)
        return PublisherProfile(
            name: "ffmpeg", handshake: .digestFirst, wire: wire, steps: usual,
            connectProperties: [
                .init("type", .string("nonprivate")),
                .init("flashVer", .string("FMLE/3.0 (compatible; Lavf59.27.100)")),
            ], mirrorsChunkSize: true)
    }()

    package static let rtmpsink = PublisherProfile(
        name: "rtmpsink", wire: obs.wire, steps: usual, connectProperties: [.init("type", .string("nonprivate"))])

    package static let rtmp2sink: PublisherProfile = {
        var wire = PublisherWire()
        wire.chunkStreams = PublisherWire.ChunkStreams(publish: 3, data: 4, audio: 5, video: 6)
        return PublisherProfile(
            name: "rtmp2sink", wire: wire,
            steps: [
                .connect, .windowAcknowledgementSize(2_500_000), .awaitConnect,
                .withKey("releaseStream", transaction: 0), .withKey("FCPublish", transaction: 0),
                .createStream(transaction: 2), .awaitStream, .publish(transaction: 0),
                .setChunkSize(128, format: 1), .awaitPublish,
            ],
            connectProperties: [
                .init("type", .string("nonprivate")),
                .init("flashVer", .string("FMLE/3.0 (compatible; GStreamer/1.22)")),
            ], end: .deleteByKey)
    }()

    package static let fmle: PublisherProfile = {
        var wire = PublisherWire()
        wire.chunkStreams = PublisherWire.ChunkStreams(publish: 8, data: 8, audio: 8, video: 8)
        return PublisherProfile(
            name: "fmle", handshake: .digestSecond, wire: wire,
            steps: [
                .connect, .awaitConnect, .bare("_checkbw", transaction: 2),
                .withKey("releaseStream", transaction: 3), .withKey("FCPublish", transaction: 4),
                .createStream(transaction: 5), .awaitStream, .withKey("getStreamLength", transaction: 6),
                .publish(transaction: 7), .awaitPublish,
            ],
            connectProperties: [
                .init("flashVer", .string("FMLE/3.0 (compatible; FMSc/1.0)")), .init("fpad", .boolean(false)),
                .init("capabilities", .number(15)), .init("audioCodecs", .number(3191)),
                .init("videoCodecs", .number(252)), .init("videoFunction", .number(1)),
                .init("objectEncoding", .number(0)),
            ])
    }()

    package static let flash: PublisherProfile = {
        var wire = PublisherWire()
        wire.chunkStreams = .shared(8)
        return PublisherProfile(
            name: "flash", handshake: .digestSecond, wire: wire,
            steps: [
                .connect, .awaitConnect, .createStream(transaction: 2), .awaitStream, .publish(transaction: 0),
                .awaitPublish,
            ],
            connectProperties: [
                .init("flashVer", .string("LNX 9,0,124,2")), .init("capabilities", .number(239)),
                .init("objectEncoding", .number(3)),
            ], encoding: .amf3AfterConnect, end: .closeStream)
    }()

    package static let flashAMF3 = PublisherProfile(
        name: "flash-amf3", handshake: .digestSecond, wire: flash.wire, steps: flash.steps,
        connectProperties: flash.connectProperties, encoding: .amf3, end: .closeStream)

    package static let larix: PublisherProfile = {
        var wire = PublisherWire()
        wire.chunkStreams = .shared(4)
        return PublisherProfile(
            name: "larix", wire: wire, steps: [.setChunkSize(4096)] + usual,
            connectProperties: [
                .init("type", .string("nonprivate")),
                .init("flashVer", .string("FMLE/3.0 (compatible; Larix/1.3)")),
                .init("fourCcList", .strictArray([.string("hvc1"), .string("av01"), .string("Opus")])),
                .init("capsEx", .number(0)),
            ], end: .silent)
    }()

    package static let haishinkit: PublisherProfile = {
        var wire = PublisherWire()
        wire.chunkStreams = PublisherWire.ChunkStreams(publish: 8, data: 8, audio: 4, video: 6)
        return PublisherProfile(
            name: "haishinkit", wire: wire,
            steps: [
                .setChunkSize(8192), .connect, .awaitConnect, .withKey("releaseStream", transaction: 2),
                .withKey("FCPublish", transaction: 3), .createStream(transaction: 4), .awaitStream,
                .publish(transaction: 5), .awaitPublish,
            ],
            connectProperties: [
                .init("flashVer", .string("FMLE/3.0 (compatible; FMSc/1.0)")), .init("swfUrl", .null),
                .init("fpad", .boolean(false)), .init("capabilities", .number(239)),
                .init("objectEncoding", .number(0)), .init("fourCcList", .strictArray([.string("*")])),
                .init("capsEx", .number(15)),
                .init("videoFourCcInfoMap", .object([.init("hvc1", .number(1)), .init("av01", .number(1))])),
                .init("audioFourCcInfoMap", .object([.init("Opus", .number(1))])),
            ], end: .closeStream)
    }()
}
