/// What is known of a message besides its payload.
package struct MessageHeader: Equatable, Sendable {
    package var type: MessageType
    /// Milliseconds modulo 2³²; deltas are already added.
    package var timestamp: UInt32
    package var streamID: UInt32
    package var chunkStreamID: Int
    package var byteCount: Int

    package init(
        type: MessageType, timestamp: UInt32, streamID: UInt32, chunkStreamID: Int, byteCount: Int
    ) {
        self.type = type
        self.timestamp = timestamp
        self.streamID = streamID
        self.chunkStreamID = chunkStreamID
        self.byteCount = byteCount
    }
}
