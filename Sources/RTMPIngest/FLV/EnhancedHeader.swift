internal import MediaTypes
internal import Primitives

/// The head of an Enhanced RTMP tag: what it says of all the packets that follow it.
struct EnhancedHeader: Equatable, Sendable {
    enum Tracks: UInt8, Sendable {
        /// One track with a number; without multitrack its number is 0 and not written.
        case one = 0
        /// Many of one codec, each with a number and a size.
        case many = 1
        /// Many, each with a codec, a number and a size.
        case manyCodecs = 2
    }

    let kind: MediaKind
    /// Of video; 5 is a command.
    var frameType: UInt8 = 0
    var packetType: UInt8
    var isMultitrack = false
    var tracks = Tracks.one
    /// The codec of all tracks.
    var code: UInt32 = 0
    var nanoseconds: Int32 = 0
    /// Where the first packet begins, and later the next.
    var offset = 1

    private static let modifierExtension: UInt8 = 7
    private static let nanosecondsMax: UInt32 = 999_999
    static let metadata: UInt8 = 4
    static let command: UInt8 = 5

    /// Reads up to the first packet. Nil with a reason where the tag ends before, or is of an unknown form.
    init?(_ kind: MediaKind, first: UInt8, _ tag: borrowing RawSpan, _ reason: inout StaticString) {
        self.kind = kind
        self.packetType = first & 0x0f
        if kind == .video { self.frameType = first >> 4 & 0x07 }
        reason = "tag-too-short"
        while self.packetType == Self.modifierExtension {
            guard self.skipExtension(tag) else { return nil }
        }
        if self.isCommand { return }
        if self.packetType == (kind == .video ? 6 : 5) {
            guard let shape = tag.byte(at: self.offset) else { return nil }
            self.offset &+= 1
            self.packetType = shape & 0x0f
            guard let tracks = Tracks(rawValue: shape >> 4) else {
                reason = "multitrack-type-unknown"
                return nil
            }
            self.isMultitrack = true
            self.tracks = tracks
            if tracks == .manyCodecs { return }
        }
        guard let code = tag.bigEndianUInt32(at: self.offset) else { return nil }
        self.code = code
        self.offset &+= 4
    }

    /// Seek start or end: there is no packet in the tag. The frame type of metadata does not count.
    var isCommand: Bool { self.frameType == Self.command && self.packetType != Self.metadata }

    /// ModEx: a size of one byte or of two, that many bytes, then what they are and what follows them. The only known
    /// kind is TimestampOffsetNano. Each takes three bytes or more, so that they end.
    private mutating func skipExtension(_ tag: borrowing RawSpan) -> Bool {
        guard let shortSize = tag.byte(at: self.offset) else { return false }
        var size = Int(shortSize) &+ 1
        self.offset &+= 1
        if size == 256 {
            guard let longSize = tag.bigEndianUInt16(at: self.offset) else { return false }
            size = Int(longSize) &+ 1
            self.offset &+= 2
        }
        let data = self.offset
        self.offset &+= size
        guard let types = tag.byte(at: self.offset) else { return false }
        self.offset &+= 1
        self.packetType = types & 0x0f
        if types >> 4 == 0, size >= 3, let value = tag.bigEndianUInt24(at: data) {
            self.nanoseconds = Int32(min(value, Self.nanosecondsMax))
        }
        return true
    }
}
