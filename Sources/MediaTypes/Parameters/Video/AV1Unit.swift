internal import Primitives

/// One OBU of an AV1 stream (AV1 §5.3): where it lies in the bytes that hold it.
package struct AV1Unit: Equatable, Sendable {
    package static let sequenceHeader: UInt8 = 1
    package static let temporalDelimiter: UInt8 = 2
    package static let frameHeader: UInt8 = 3
    package static let tileGroup: UInt8 = 4
    package static let metadata: UInt8 = 5
    package static let frame: UInt8 = 6

    package let type: UInt8
    /// Header and payload.
    package let range: Range<Int>
    package let payload: Range<Int>

    /// The unit that begins at `start`. One without a size reaches to the end. Nil where it is cut off.
    package init?(in bytes: borrowing RawSpan, at start: Int) {
        guard start >= 0, let head = bytes.byte(at: start), head & 0x80 == 0 else { return nil }
        var position = start &+ (head & 0x04 != 0 ? 2 : 1)
        var byteCount = UInt64(max(bytes.byteCount &- position, 0))
        if head & 0x02 != 0 {
            guard let size = Self.size(bytes, &position) else { return nil }
            byteCount = size
        }
        guard position <= bytes.byteCount, byteCount <= UInt64(bytes.byteCount &- position) else { return nil }
        self.type = head >> 3 & 0x0f
        self.payload = position..<(position &+ Int(byteCount))
        self.range = start..<self.payload.upperBound
    }

    /// leb128 (AV1 §4.10.5): at most eight bytes.
    private static func size(_ bytes: borrowing RawSpan, _ position: inout Int) -> UInt64? {
        var size: UInt64 = 0
        for index in 0..<8 {
            guard let byte = bytes.byte(at: position) else { return nil }
            position &+= 1
            size |= UInt64(byte & 0x7f) << UInt64(index &* 7)
            if byte & 0x80 == 0 { return size }
        }
        return nil
    }
}
