import Primitives
import Testing

struct BigEndianTests {
    private static let bytes: [UInt8] = [0x01, 0x82, 0x03, 0xF4, 0x05]

    @Test("Loads put the first byte highest, at any alignment")
    func loads() {
        let span = Self.bytes.span.bytes
        #expect(span.byte(at: 3) == 0xF4)
        #expect(span.bigEndianUInt16(at: 1) == 0x8203)
        #expect(span.bigEndianUInt24(at: 1) == 0x8203F4)
        #expect(span.bigEndianUInt32(at: 0) == 0x0182_03F4)
        #expect(span.bigEndianUInt32(at: 1) == 0x8203_F405)
        let nine: [UInt8] = [0, 1, 2, 3, 4, 5, 6, 7, 8]
        #expect(nine.span.bytes.bigEndianUInt64(at: 1) == 0x0102_0304_0506_0708)
        #expect(nine.span.bytes.bigEndianUInt64(at: 2) == nil)
        #expect(nine.span.bytes.bigEndianUInt64(at: -1) == nil)
    }

    @Test("A load that does not lie within the bytes is nil", arguments: [-1, Int.min, 5, Int.max])
    func outside(offset: Int) {
        let span = Self.bytes.span.bytes
        #expect(span.byte(at: offset) == nil)
        #expect(span.bigEndianUInt16(at: offset) == nil)
        #expect(span.bigEndianUInt24(at: offset) == nil)
        #expect(span.bigEndianUInt32(at: offset) == nil)
    }

    @Test("A load may end with the last byte and not after it")
    func lastByte() {
        let span = Self.bytes.span.bytes
        #expect(span.byte(at: 4) != nil)
        #expect(span.bigEndianUInt16(at: 3) != nil && span.bigEndianUInt16(at: 4) == nil)
        #expect(span.bigEndianUInt24(at: 2) != nil && span.bigEndianUInt24(at: 3) == nil)
        #expect(span.bigEndianUInt32(at: 1) != nil && span.bigEndianUInt32(at: 2) == nil)
        let none: [UInt8] = []
        #expect(none.span.bytes.byte(at: 0) == nil)
        #expect(none.span.bytes.bigEndianUInt32(at: 0) == nil)
    }
}
