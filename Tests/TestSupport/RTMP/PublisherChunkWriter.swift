/// Cuts messages into chunks by the options of a wire.
///
/// A message is begun and then written chunk by chunk, so that a test can put anything between two chunks, or leave a
/// message unfinished.
package struct PublisherChunkWriter: Sendable {
    package var wire: PublisherWire
    /// Bytes of payload in a chunk from here on; change it with `setChunkSize`.
    package private(set) var chunkByteCount = 128
    private var previous: [Int: Previous] = [:]

    package init(wire: PublisherWire = PublisherWire()) { self.wire = wire }

    /// A message under way.
    package struct Pending: Sendable {
        fileprivate let message: PublisherMessage
        fileprivate var offset = 0
        fileprivate var isBegun = false

        package init(_ message: PublisherMessage) { self.message = message }

        package var chunkStreamID: Int { self.message.chunkStreamID }
        package var isFinished: Bool { self.isBegun && self.offset == self.message.payload.count }
    }

    /// All chunks of a message.
    package mutating func bytes(of message: PublisherMessage) -> [UInt8] {
        var pending = Pending(message)
        var bytes: [UInt8] = []
        while let chunk = self.next(&pending) { bytes += chunk }
        return bytes
    }

    /// The chunks of several messages in turn, one of each; they need different chunk streams.
    package mutating func bytes(interleaving messages: [PublisherMessage]) -> [UInt8] {
        var pending = messages.map(Pending.init)
        var bytes: [UInt8] = []
        while pending.contains(where: { !$0.isFinished }) {
            for index in pending.indices { bytes += self.next(&pending[index]) ?? [] }
        }
        return bytes
    }

    /// Announces a chunk size and uses it from the next chunk on.
    package mutating func setChunkSize(_ count: Int, chunkStreamID: Int = 2, format: UInt8? = nil) -> [UInt8] {
        var message = PublisherMessage.setChunkSize(UInt32(count))
        message.chunkStreamID = chunkStreamID
        message.format = format
        let bytes = self.bytes(of: message)
        self.chunkByteCount = count
        return bytes
    }

    /// The next chunk, nil when the message is finished.
    package mutating func next(_ pending: inout Pending) -> [UInt8]? {
        guard !pending.isFinished else { return nil }
        let message = pending.message
        var bytes = pending.isBegun ? self.continuationHeader(message) : self.header(message)
        let end = min(pending.offset + self.chunkByteCount, message.payload.count)
        bytes += message.payload[pending.offset..<end]
        pending.offset = end
        pending.isBegun = true
        return bytes
    }

    // MARK: Headers

    /// What the last header on a chunk stream said.
    private struct Previous {
        var message: (type: UInt8, count: Int, streamID: UInt32)
        var timestamp: UInt32
        /// What stood, or would have stood, in the timestamp field: absolute after format 0, else a delta.
        var field: UInt32
        var isExtended: Bool
    }

    private mutating func header(_ message: PublisherMessage) -> [UInt8] {
        let known = self.previous[message.chunkStreamID]
        let timestamp = self.wire.neverExtends ? min(message.timestamp & 0xff_ffff, 0xff_fffe) : message.timestamp
        let format = message.format ?? self.format(message, timestamp, known)
        var field = format == 0 ? timestamp : timestamp &- (known?.timestamp ?? 0)
        if format == 3, let known { field = known.field }
        if self.wire.neverExtends { field &= 0xff_ffff }
        let isExtended = field >= 0xff_ffff
        self.previous[message.chunkStreamID] = Previous(
            message: (message.type, message.payload.count, message.streamID), timestamp: timestamp, field: field,
            isExtended: isExtended)

        var bytes = self.basicHeader(format, message.chunkStreamID)
        if format == 3 { return bytes + self.repeated(message.chunkStreamID) }
        bytes += bigEndian24(isExtended ? 0xff_ffff : Int(field))
        if format < 2 { bytes += bigEndian24(message.payload.count) + [message.type] }
        if format == 0 { bytes += bigEndian(message.streamID).reversed() }
        return isExtended ? bytes + bigEndian(field) : bytes
    }

    private mutating func continuationHeader(_ message: PublisherMessage) -> [UInt8] {
        self.basicHeader(3, message.chunkStreamID) + self.repeated(message.chunkStreamID)
    }

    private func repeated(_ chunkStreamID: Int) -> [UInt8] {
        guard let previous = self.previous[chunkStreamID], previous.isExtended else { return [] }
        switch self.wire.repetition {
        case .field: return bigEndian(previous.field)
        case .absolute: return bigEndian(previous.timestamp)
        case .absent: return []
        }
    }

    private func format(_ message: PublisherMessage, _ timestamp: UInt32, _ known: Previous?) -> UInt8 {
        guard let known else { return self.wire.formats == .beginsWithOne ? 1 : 0 }
        guard self.wire.formats != .full, known.message.streamID == message.streamID else { return 0 }
        let delta = timestamp &- known.timestamp
        if delta >= 0x8000_0000, self.wire.backwards == .fullHeader { return 0 }
        let isSameShape = known.message.type == message.type && known.message.count == message.payload.count
        guard isSameShape else { return 1 }
        let repeats = self.wire.formats == .librtmp ? delta == 0 : delta == known.field
        return repeats ? 3 : 2
    }

    private func basicHeader(_ format: UInt8, _ chunkStreamID: Int) -> [UInt8] {
        let top = format << 6
        if chunkStreamID < 64 { return [top | UInt8(chunkStreamID)] }
        let rest = chunkStreamID - 64
        if rest < 256, self.wire.basicHeader == .shortest { return [top, UInt8(rest)] }
        return [top | 1, UInt8(rest & 0xff), UInt8(rest >> 8)]
    }
}
