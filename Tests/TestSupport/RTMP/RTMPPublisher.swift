/// The byte stream of a publisher, from its hello to its end, without a socket.
package struct RTMPPublisher: Sendable {
    package let profile: PublisherProfile
    package let handshake: PublisherHandshake
    package let application: String
    package let key: String
    package let address: String
    package var chunks: PublisherChunkWriter
    /// The message stream that the server made for us.
    package var streamID: UInt32 = 1

    /// The wire is the profile's when none is given.
    package init(
        _ profile: PublisherProfile = .ffmpeg, application: String = "live", key: String = "key",
        address: String? = nil, wire: PublisherWire? = nil, handshake: PublisherHandshake? = nil
    ) {
        self.profile = profile
        self.handshake = handshake ?? PublisherHandshake(profile.handshake)
        self.application = application
        self.key = key
        self.address = address ?? "rtmp://127.0.0.1:1935/\(application)"
        self.chunks = PublisherChunkWriter(wire: wire ?? profile.wire)
    }

    // MARK: Everything at once

    /// A whole publishing in one piece, waiting for nothing: C2 answers a hello of zeros.
    package mutating func whole(_ tags: [PublisherTag], ends: Bool = true) -> [UInt8] {
        self.preamble() + tags.flatMap { self.media($0) } + (ends ? self.end() : [])
    }

    /// All that comes before media, waiting for nothing.
    package mutating func preamble() -> [UInt8] {
        var bytes = self.handshake.start + [UInt8](repeating: 0, count: 1536) + self.announcement()
        for step in self.profile.steps { bytes += self.bytes(for: step) }
        return bytes
    }

    // MARK: Piece by piece

    /// Announces the wire's chunk size, where it has one.
    package mutating func announcement() -> [UInt8] {
        self.chunks.wire.chunkByteCount.map { self.chunks.setChunkSize($0) } ?? []
    }

    /// Nothing for a step that waits.
    package mutating func bytes(for step: PublisherProfile.Step) -> [UInt8] {
        switch step {
        case .setChunkSize(let count, let format):
            guard self.chunks.wire.chunkByteCount == nil else { return [] }
            return self.chunks.setChunkSize(count, format: format)
        case .windowAcknowledgementSize(let count):
            return self.chunks.bytes(of: .windowAcknowledgementSize(count))
        case .connect: return self.connect()
        case .withKey(let name, let transaction):
            return self.command([.string(name), .number(transaction), .null, .string(self.key)])
        case .bare(let name, let transaction): return self.command([.string(name), .number(transaction), .null])
        case .createStream(let transaction):
            return self.command([.string("createStream"), .number(transaction), .null])
        case .publish(let transaction): return self.publish(transaction: transaction)
        case .awaitConnect, .awaitStream, .awaitPublish: return []
        }
    }

    package mutating func publish(transaction: Double = 5) -> [UInt8] {
        self.command(
            [.string("publish"), .number(transaction), .null, .string(self.key), .string("live")],
            chunkStreamID: self.chunks.wire.chunkStreams.publish, streamID: self.streamID)
    }

    package mutating func media(_ tag: PublisherTag) -> [UInt8] { self.chunks.bytes(of: self.message(tag)) }

    /// The message that carries a tag.
    package func message(_ tag: PublisherTag) -> PublisherMessage {
        let streams = self.chunks.wire.chunkStreams
        let chunkStreamID =
            switch tag.kind {
            case .audio: streams.audio
            case .video: streams.video
            case .data: streams.data
            }
        return PublisherMessage(
            type: tag.kind.rawValue, timestamp: tag.timestamp, streamID: self.streamID, chunkStreamID: chunkStreamID,
            payload: tag.payload)
    }

    /// The commands with which the program ends a publish.
    package mutating func end() -> [UInt8] {
        let number = PublisherAMF.number(Double(self.streamID))
        switch self.profile.end {
        case .unpublishAndDelete(let transactions):
            return self.command(
                [.string("FCUnpublish"), .number(transactions.first ?? 0), .null, .string(self.key)])
                + self.command([.string("deleteStream"), .number(transactions.last ?? 0), .null, number])
        case .deleteByKey:
            return self.command([.string("FCUnpublish"), .number(0), .null, .string(self.key)])
                + self.command([.string("deleteStream"), .number(0), .null, .string(self.key)])
        case .closeStream:
            return self.command(
                [.string("closeStream"), .number(0), .null], chunkStreamID: self.chunks.wire.chunkStreams.publish,
                streamID: self.streamID)
        case .silent: return []
        }
    }

    /// Any command, in the encoding of the profile.
    package mutating func command(
        _ values: [PublisherAMF], chunkStreamID: Int? = nil, streamID: UInt32 = 0
    ) -> [UInt8] {
        let isAMF3 = self.profile.encoding != .amf0
        return self.chunks.bytes(
            of: PublisherMessage(
                type: isAMF3 ? 17 : 20, streamID: streamID,
                chunkStreamID: chunkStreamID ?? self.chunks.wire.chunkStreams.command,
                payload: (isAMF3 ? [0] : []) + PublisherAMF.encoded(values)))
    }

    private mutating func connect() -> [UInt8] {
        let properties =
            [
                .init("app", .string(self.application)), .init("tcUrl", .string(self.address)),
            ] + self.profile.connectProperties
        if self.profile.encoding == .amf3 {
            return self.command([.string("connect"), .number(1), .avmplus(.object(properties))])
        }
        return self.chunks.bytes(
            of: PublisherMessage(
                type: 20, chunkStreamID: self.chunks.wire.chunkStreams.command,
                payload: PublisherAMF.encoded([.string("connect"), .number(1), .object(properties)])))
    }
}
