internal import Primitives

/// Takes an aggregate message (RTMP 1.0 §7.1.6) apart into the FLV tags that it holds.
///
/// A tag's time is the message's own plus the distance from the first tag. The sizes behind the tags and their stream
/// numbers are not believed and not needed.
struct AggregateReader: Sendable {
    enum Step: Equatable, Sendable {
        case tag(MessageType, timestamp: UInt32, body: Range<Int>)
        /// The message breaks off within a tag.
        case truncated
        case end
    }

    private static let headByteCount = 11
    private static let backPointerByteCount = 4

    private let timestamp: UInt32
    private var firstTimestamp: UInt32?
    private var offset = 0

    init(timestamp: UInt32) { self.timestamp = timestamp }

    mutating func next(_ message: borrowing RawSpan) -> Step {
        guard self.offset < message.byteCount else { return .end }
        guard let type = message.byte(at: self.offset),
            let size = message.bigEndianUInt24(at: self.offset &+ 1),
            let low = message.bigEndianUInt24(at: self.offset &+ 4),
            let high = message.byte(at: self.offset &+ 7),
            case let start = self.offset &+ Self.headByteCount,
            start <= message.byteCount, Int(size) <= message.byteCount &- start
        else {
            self.offset = message.byteCount
            return .truncated
        }
        let own = UInt32(high) << 24 | low
        let first = self.firstTimestamp ?? own
        self.firstTimestamp = first
        let body = start..<start &+ Int(size)
        self.offset = body.upperBound &+ Self.backPointerByteCount
        return .tag(MessageType(rawValue: type), timestamp: self.timestamp &+ (own &- first), body: body)
    }
}
