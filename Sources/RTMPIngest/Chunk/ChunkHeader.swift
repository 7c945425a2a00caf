internal import Primitives

/// What is written before the payload of a chunk: the basic header and, by its format, the message header and the
/// extended timestamp (RTMP 1.0 §5.3.1). Whether format 3 carries an extended timestamp is not told by the header
/// itself: `ChunkStream` knows.
struct ChunkHeader {
    /// Three bytes of basic header, eleven of message header, four of extended timestamp.
    static let byteCountMax = 18
    /// In the field of 24 bits: the timestamp follows in 32.
    private static let extendedMark: UInt32 = 0xFF_FFFF

    let format: UInt8
    let chunkStreamID: Int
    /// How many bytes the header has on the wire.
    let byteCount: Int
    /// Absolute in format 0, a difference modulo 2³² in formats 1 and 2.
    private(set) var timestamp: UInt32 = 0
    private(set) var isExtended = false
    private(set) var messageByteCount = 0
    private(set) var type: UInt8 = 0
    private(set) var streamID: UInt32 = 0

    /// Nil when the bytes end before the header does.
    @inline(__always)
    init?(_ bytes: borrowing RawSpan, at start: Int) {
        guard let first = bytes.byte(at: start) else { return nil }
        self.format = first >> 6
        var offset = start &+ 1
        switch first & 0x3F {
        case 0:
            guard let low = bytes.byte(at: offset) else { return nil }
            self.chunkStreamID = 64 &+ Int(low)
            offset &+= 1
        case 1:
            guard let low = bytes.byte(at: offset), let high = bytes.byte(at: offset &+ 1) else { return nil }
            self.chunkStreamID = 64 &+ Int(low) &+ Int(high) &* 256
            offset &+= 2
        case let id: self.chunkStreamID = Int(id)
        }
        if self.format < 3 {
            guard let timestamp = bytes.bigEndianUInt24(at: offset) else { return nil }
            self.timestamp = timestamp
            offset &+= 3
        }
        if self.format < 2 {
            guard let count = bytes.bigEndianUInt24(at: offset), let type = bytes.byte(at: offset &+ 3) else {
                return nil
            }
            self.messageByteCount = Int(count)
            self.type = type
            offset &+= 4
        }
        if self.format == 0 {
            guard let streamID = bytes.bigEndianUInt32(at: offset) else { return nil }
            // The one number in the protocol that is little-endian.
            self.streamID = streamID.byteSwapped
            offset &+= 4
        }
        if self.format < 3, self.timestamp == Self.extendedMark {
            guard let timestamp = bytes.bigEndianUInt32(at: offset) else { return nil }
            self.timestamp = timestamp
            self.isExtended = true
            offset &+= 4
        }
        self.byteCount = offset &- start
    }
}
