import RTMPIngest

/// The conversations of the field's publishing programs, from the first byte behind the handshake to the last.
enum ClientScripts {
    static let key: AMFValue = .string("key")
    static let live: AMFValue = .string("live")
    static let audio: [UInt8] = [0xAF, 1, 0x21, 0x10]
    static let video: [UInt8] = [0x27, 1, 0, 0, 0] + [UInt8](repeating: 9, count: 300)

    /// librtmp with its own chunk size, everything of the stream on chunk stream 4.
    static let obs = Self.script { client in
        client.setChunkSize(4096)
        client.connectLive(
            [
                AMFProperty("type", .string("nonprivate")),
                AMFProperty("flashVer", .string("FMLE/3.0 (compatible; FMSc/1.0)")),
                AMFProperty("swfUrl", .string("rtmp://host/live")),
            ])
        client.command("releaseStream", 2, .null, [Self.key])
        client.command("FCPublish", 3, .null, [Self.key])
        client.command("createStream", 4)
        client.command("publish", 5, .null, [Self.key, Self.live], chunkStream: 4, stream: 1)
        client.message(18, ClientBytes.metadata, chunkStream: 4, stream: 1)
        client.message(9, Self.video, chunkStream: 4, stream: 1, timestamp: 40)
        client.command("FCUnpublish", 6, .null, [Self.key])
        client.command("deleteStream", 7, .null, [.number(1)])
    }

    /// Commands pipelined, publish on chunk stream 8, audio on 4, video on 6; mirrors our chunk size.
    static let ffmpeg = Self.script { client in
        client.connectLive(
            [
                AMFProperty("type", .string("nonprivate")),
                AMFProperty("flashVer", .string("FMLE/3.0 (compatible; Lavf59.27.100)")),
            ])
        client.command("releaseStream", 2, .null, [.string("key?tok=a%26b&x=1")])
        client.command("FCPublish", 3, .null, [.string("key?tok=a%26b&x=1")])
        client.command("createStream", 4)
        client.setChunkSize(65_536)
        client.command("_checkbw", 5)
        client.command(
            "publish", 6, .null, [.string("key?tok=a%26b&x=1"), Self.live], chunkStream: 8, stream: 1)
        client.message(18, ClientBytes.metadata, chunkStream: 4, stream: 1)
        client.message(9, Self.video, chunkStream: 6, stream: 1)
        client.message(8, Self.audio, chunkStream: 4, stream: 1, timestamp: 10)
        client.command("FCUnpublish", 7, .null, [.string("key?tok=a%26b&x=1")])
        client.command("deleteStream", 8, .null, [.number(1)])
    }

    /// librtmp of GStreamer: even publish is on chunk stream 4, no flashVer.
    static let rtmpsink = Self.script { client in
        client.connect()
        client.command("releaseStream", 2, .null, [Self.key], chunkStream: 4)
        client.command("FCPublish", 3, .null, [Self.key], chunkStream: 4)
        client.command("createStream", 4, chunkStream: 4)
        client.command("publish", 5, .null, [Self.key, Self.live], chunkStream: 4, stream: 1)
        client.message(9, Self.video, chunkStream: 4, stream: 1, timestamp: 20)
        client.message(8, Self.audio, chunkStream: 4, stream: 1, timestamp: 5)
    }

    /// Transaction 0, deleteStream with the key, metadata over and over.
    static let rtmp2sink = Self.script { client in
        client.connect()
        client.control(5, 2_500_000)
        client.command("releaseStream", 0, .null, [Self.key])
        client.command("FCPublish", 0, .null, [Self.key])
        client.command("createStream", 2)
        client.command("publish", 0, .null, [Self.key, Self.live], stream: 1)
        client.setChunkSize(128)
        client.message(18, ClientBytes.metadata, chunkStream: 4, stream: 1)
        client.message(8, Self.audio, chunkStream: 5, stream: 1)
        client.message(9, Self.video, chunkStream: 6, stream: 1)
        client.command("FCUnpublish", 0, .null, [Self.key])
        client.command("deleteStream", 0, .null, [Self.key])
    }

    /// FMLE, Wirecast, vMix: `_checkbw`, publish "record".
    static let fmle = Self.script { client in
        client.connect()
        client.command("releaseStream", 2, .null, [Self.key])
        client.command("FCPublish", 3, .null, [Self.key])
        client.command("createStream", 4)
        client.command("_checkbw", 5)
        client.command("publish", 6, .null, [Self.key, .string("record")], stream: 1)
        client.message(9, Self.video, chunkStream: 6, stream: 1, timestamp: 99)
        client.command("FCUnpublish", 7, .null, [Self.key])
        client.command("closeStream", 0, stream: 1)
        client.command("deleteStream", 8, .null, [.number(1)])
    }

    /// No FCPublish; commands of type 17 with their leading zero; AMF3 asked for; ends with `publish(false)`.
    static let flash = Self.script { client in
        client.connectLive([AMFProperty("objectEncoding", .number(3))])
        client.message(17, [0] + ClientBytes.payload("createStream", 2))
        client.message(17, [0] + ClientBytes.payload("publish", 3, .null, [Self.key, Self.live]), stream: 1)
        client.message(15, [0] + ClientBytes.metadata, stream: 1)
        client.message(8, Self.audio, stream: 1)
        client.message(17, [0] + ClientBytes.payload("publish", 4, .null, [.boolean(false)]), stream: 1)
    }

    static let enhanced: [AMFProperty] = [
        AMFProperty("fourCcList", .strictArray([.string("hvc1"), .string("av01")])),
        AMFProperty("videoFourCcInfoMap", .object([AMFProperty("*", .number(2))])),
        AMFProperty("capsEx", .number(15)),
    ]

    static let larix = Self.script { client in
        client.connectLive(Self.enhanced)
        client.command("releaseStream", 2, .null, [Self.key])
        client.command("FCPublish", 3, .null, [Self.key])
        client.command("createStream", 4)
        client.command("publish", 5, .null, [Self.key, Self.live], stream: 1)
        client.message(9, [0x90] + Array("hvc1".utf8), chunkStream: 6, stream: 1)
    }

    /// createStream before the others, all of them pipelined, transactions in no order.
    static let haishinKit = Self.script { client in
        client.connectLive(Self.enhanced)
        client.command("createStream", 4)
        client.command("releaseStream", 3, .null, [Self.key])
        client.command("FCPublish", 2, .null, [Self.key])
        client.command("publish", 9, .null, [Self.key, Self.live], stream: 1)
        client.message(8, Self.audio, chunkStream: 4, stream: 1)
        client.command("closeStream", 0, stream: 1)
    }

    /// No releaseStream; publishes on a stream of its own number, sends media on stream 0.
    static let haivision = Self.script { client in
        client.connect()
        client.command("FCPublish", 2, .null, [Self.key])
        client.command("createStream", 3)
        client.command("publish", 4, .null, [Self.key, Self.live], stream: 5)
        client.message(9, Self.video, chunkStream: 6, stream: 0)
    }

    static let all = [obs, ffmpeg, rtmpsink, rtmp2sink, fmle, flash, larix, haishinKit, haivision]

    private static func script(_ build: (inout ClientBytes) -> Void) -> [UInt8] {
        var client = ClientBytes()
        build(&client)
        return client.bytes
    }
}

extension ClientBytes {
    mutating func connectLive(_ more: [AMFProperty]) { self.connect("live", url: "rtmp://host/live", more) }
}
