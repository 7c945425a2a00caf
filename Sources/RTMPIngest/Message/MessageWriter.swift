/// Writes our own few messages as chunks: every header whole, every timestamp zero.
package struct MessageWriter: Sendable {
    /// The chunk streams that clients expect: 2 for control, 3 for the connection's commands, 5 for a stream's.
    private static let controlChunkStreamID: UInt8 = 2
    private static let commandChunkStreamID: UInt8 = 3
    private static let statusChunkStreamID: UInt8 = 5

    /// 128 until we announce another.
    private var chunkByteCount = 128

    package init() {}

    /// Announces the size, and keeps to it from then on.
    package mutating func appendSetChunkSize(_ byteCount: Int, to output: inout [UInt8]) {
        self.appendControl(.setChunkSize, UInt32(clamping: byteCount), to: &output)
        self.chunkByteCount = byteCount
    }

    package func appendAcknowledgement(_ sequenceNumber: UInt32, to output: inout [UInt8]) {
        self.appendControl(.acknowledgement, sequenceNumber, to: &output)
    }

    package func appendWindow(_ byteCount: UInt32, to output: inout [UInt8]) {
        self.appendControl(.windowAcknowledgementSize, byteCount, to: &output)
    }

    /// The limit is dynamic: hard or soft, as the peer likes.
    package func appendPeerBandwidth(_ byteCount: UInt32, to output: inout [UInt8]) {
        let dynamic: UInt8 = 2
        self.append(.setPeerBandwidth, on: Self.controlChunkStreamID, Self.bytes(byteCount) + [dynamic], to: &output)
    }

    package func appendUserControl(_ event: UInt16, _ value: UInt32, to output: inout [UInt8]) {
        let payload = [UInt8(truncatingIfNeeded: event >> 8), UInt8(truncatingIfNeeded: event)] + Self.bytes(value)
        self.append(.userControl, on: Self.controlChunkStreamID, payload, to: &output)
    }

    /// A command about the connection, or about a stream when `streamID` is not zero.
    package func append(_ command: RTMPCommand, streamID: UInt32 = 0, to output: inout [UInt8]) {
        var payload: [UInt8] = []
        command.append(to: &payload)
        let chunkStreamID = streamID == 0 ? Self.commandChunkStreamID : Self.statusChunkStreamID
        self.append(.commandAMF0, on: chunkStreamID, streamID: streamID, payload, to: &output)
    }

    private func appendControl(_ type: MessageType, _ value: UInt32, to output: inout [UInt8]) {
        self.append(type, on: Self.controlChunkStreamID, Self.bytes(value), to: &output)
    }

    private func append(
        _ type: MessageType, on chunkStreamID: UInt8, streamID: UInt32 = 0, _ payload: [UInt8],
        to output: inout [UInt8]
    ) {
        let noTimestamp: [UInt8] = [0, 0, 0]
        output.append(chunkStreamID)
        output += noTimestamp
        output += Self.bytes(UInt32(clamping: payload.count)).dropFirst()
        output.append(type.rawValue)
        output += Self.bytes(streamID).reversed()
        var rest = payload[...]
        output += rest.prefix(self.chunkByteCount)
        rest = rest.dropFirst(self.chunkByteCount)
        while !rest.isEmpty {
            let continuation: UInt8 = 0xC0
            output.append(continuation | chunkStreamID)
            output += rest.prefix(self.chunkByteCount)
            rest = rest.dropFirst(self.chunkByteCount)
        }
    }

    private static func bytes(_ value: UInt32) -> [UInt8] {
        [
            UInt8(truncatingIfNeeded: value >> 24), UInt8(truncatingIfNeeded: value >> 16),
            UInt8(truncatingIfNeeded: value >> 8), UInt8(truncatingIfNeeded: value),
        ]
    }
}
