/// A message as a publisher hands it to its chunk writer.
package struct PublisherMessage: Equatable, Sendable {
    package var type: UInt8
    /// Absolute, milliseconds modulo 2³².
    package var timestamp: UInt32
    package var streamID: UInt32
    package var chunkStreamID: Int
    package var payload: [UInt8]
    /// Overrides the writer's choice for the first chunk's header.
    package var format: UInt8?

    package init(
        type: UInt8, timestamp: UInt32 = 0, streamID: UInt32 = 0, chunkStreamID: Int = 2, payload: [UInt8],
        format: UInt8? = nil
    ) {
        self.type = type
        self.timestamp = timestamp
        self.streamID = streamID
        self.chunkStreamID = chunkStreamID
        self.payload = payload
        self.format = format
    }

    package static func setChunkSize(_ count: UInt32) -> PublisherMessage {
        PublisherMessage(type: 1, payload: bigEndian(count))
    }

    /// Drops the unfinished message on a chunk stream.
    package static func abort(_ chunkStreamID: Int) -> PublisherMessage {
        PublisherMessage(type: 2, payload: bigEndian(UInt32(chunkStreamID)))
    }

    package static func acknowledgement(_ count: UInt32) -> PublisherMessage {
        PublisherMessage(type: 3, payload: bigEndian(count))
    }

    package static func userControl(_ event: UInt16, _ values: UInt32...) -> PublisherMessage {
        PublisherMessage(type: 4, payload: bigEndian(event) + values.flatMap { bigEndian($0) })
    }

    package static func windowAcknowledgementSize(_ count: UInt32) -> PublisherMessage {
        PublisherMessage(type: 5, payload: bigEndian(count))
    }

    /// Media tags in one message of type 22; every one is followed by its size, which a reader may not need.
    package static func aggregate(_ tags: [PublisherTag], timestamp: UInt32, streamID: UInt32) -> PublisherMessage {
        let payload = tags.flatMap { tag in
            [tag.kind.rawValue] + bigEndian24(tag.payload.count) + bigEndian24(Int(tag.timestamp & 0xff_ffff))
                + [UInt8(tag.timestamp >> 24), 0, 0, 0] + tag.payload + bigEndian(UInt32(11 + tag.payload.count))
        }
        return PublisherMessage(type: 22, timestamp: timestamp, streamID: streamID, chunkStreamID: 4, payload: payload)
    }
}
