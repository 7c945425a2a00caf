import Primitives
import TestSupport
import Testing

@testable import Postgres

@Suite("Values in PostgreSQL's binary format") struct CodecTests {
    private func bytes(_ value: some PostgresEncodable) -> [UInt8]? {
        var bytes: [UInt8] = []
        return value.encode(to: &bytes) ? bytes : nil
    }

    private func expectRoundTrip<Value: PostgresEncodable & PostgresDecodable & Equatable>(
        _ values: [Value], type: PostgresType? = nil
    ) throws {
        for value in values {
            let bytes = try #require(self.bytes(value))
            let decoded = try Value.decode(bytes.span.bytes, type: type ?? Value.postgresType)
            #expect(decoded == value)
            if !bytes.isEmpty, Value.self != String.self, Value.self != [UInt8].self {
                let short = Array(bytes.dropLast())
                #expect(throws: PostgresError.self) {
                    try Value.decode(short.span.bytes, type: type ?? Value.postgresType)
                }
                let long = bytes + [0]
                #expect(throws: PostgresError.self) {
                    try Value.decode(long.span.bytes, type: type ?? Value.postgresType)
                }
            }
        }
    }

    @Test("come back as they went, at their limits")
    func roundTrips() throws {
        try self.expectRoundTrip([true, false])
        try self.expectRoundTrip([Int16.min, -1, 0, .max])
        try self.expectRoundTrip([Int32.min, -1, 0, .max])
        try self.expectRoundTrip([Int64.min, -1, 0, .max])
        try self.expectRoundTrip([Int.min, -1, 0, .max])
        try self.expectRoundTrip([-Double.infinity, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude])
        try self.expectRoundTrip(["", "포도", "a\u{0}b"], type: .text)
        try self.expectRoundTrip([[UInt8](), [0, 255]])
        try self.expectRoundTrip([PostgresTimestamp(microseconds: .min), PostgresTimestamp(microseconds: .max)])
        try self.expectRoundTrip([PostgresUUID(high: 0, low: .max), PostgresUUID(high: .max, low: 0)])
        try self.expectRoundTrip([[Int64](), [.min, .max]])
        try self.expectRoundTrip([["", "포도"]])
        try self.expectRoundTrip([[[UInt8](), [1, 2]]])
        try self.expectRoundTrip([[PostgresUUID(high: 1, low: 2)]])
    }

    @Test("are big-endian, as the server wants them")
    func wire() {
        #expect(self.bytes(Int32(-2)) == [0xFF, 0xFF, 0xFF, 0xFE])
        #expect(self.bytes(Int64(0x0102_0304_0506_0708)) == [1, 2, 3, 4, 5, 6, 7, 8])
        #expect(self.bytes(1.0) == [0x3F, 0xF0, 0, 0, 0, 0, 0, 0])
        #expect(self.bytes([Int32(7)]) == [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 23, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 7])
        #expect(self.bytes([String]()) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 25])
        #expect(self.bytes(String?.none) == nil)
    }

    @Test("of one integer type are read as another as long as they fit")
    func widths() throws {
        let small: [UInt8] = [0xFF, 0xFE]
        #expect(try Int.decode(small.span.bytes, type: .int2) == -2)
        #expect(try Int32.decode(small.span.bytes, type: .int2) == -2)
        let large: [UInt8] = [0, 0, 0, 1, 0, 0, 0, 0]
        #expect(try Int64.decode(large.span.bytes, type: .int8) == 1 << 32)
        #expect(throws: PostgresError.self) { try Int32.decode(large.span.bytes, type: .int8) }
        let beyond: [UInt8] = [0, 1, 0, 0]
        #expect(throws: PostgresError.self) { try Int16.decode(beyond.span.bytes, type: .int4) }
    }

    @Test("of another type are an error, and so are bytes that are no text")
    func types() throws {
        let eight = [UInt8](repeating: 65, count: 8)
        for type in [PostgresType.text, .float8, .timestamptz, .bytea, PostgresType(0)] {
            #expect(throws: PostgresError.self) { try Int64.decode(eight.span.bytes, type: type) }
        }
        for type in [PostgresType.int8, .float8, .timestamptz, .bytea, .numeric] {
            #expect(throws: PostgresError.self) { try String.decode(eight.span.bytes, type: type) }
        }
        #expect(throws: PostgresError.self) { try Double.decode(eight.span.bytes, type: .int8) }
        #expect(throws: PostgresError.self) { try PostgresTimestamp.decode(eight.span.bytes, type: .int8) }
        let two: [UInt8] = [2]
        #expect(throws: PostgresError.self) { try Bool.decode(two.span.bytes, type: .bool) }
        let broken: [UInt8] = [0xC3, 0x28]
        #expect(throws: PostgresError.self) { try String.decode(broken.span.bytes, type: .text) }
        let json: [UInt8] = [1, 0x7B, 0x7D]
        #expect(try String.decode(json.span.bytes, type: .jsonb) == "{}")
        #expect(throws: PostgresError.self) { try String.decode([UInt8]().span.bytes, type: .jsonb) }
    }

    @Test("that are NULL are nil, or an error")
    func null() throws {
        #expect(try Int?.decodeNull() == nil)
        #expect(throws: PostgresError.self) { try Int.decodeNull() }
        #expect(throws: PostgresError.self) { try [UInt8].decodeNull() }
    }

    @Test("with lengths that lie are errors, never traps")
    func hostileArrays() throws {
        var good: [UInt8] = []
        _ = [Int64(1), 2].encode(to: &good)
        // Every 32-bit field is overwritten by numbers that a trap could lie in wait for.
        for offset in stride(from: 0, through: good.count - 4, by: 4) {
            let evils: [UInt32] = [.max, .max - 1, 0x8000_0000, 0x7FFF_FFFF, 0x4000_0000, 3, 2, 1, 0]
            for evil in evils {
                var field: [UInt8] = []
                evil.appendBigEndian(to: &field)
                var bytes = good
                bytes.replaceSubrange(offset..<(offset + 4), with: field)
                _ = try? [Int64].decode(bytes.span.bytes, type: .int8Array)  // Any error will do, or other values.
                _ = try? [String].decode(bytes.span.bytes, type: .textArray)
            }
        }
        for count in 0..<good.count {
            let cut = Array(good[..<count])
            #expect(throws: PostgresError.self) { try [Int64].decode(cut.span.bytes, type: .int8Array) }
        }
        var random = SplitMix(seed: 7)
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0..<40, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
            _ = try? [[UInt8]].decode(bytes.span.bytes, type: .byteaArray)  // As above.
        }
    }

    @Test("that are UUIDs have one spelling")
    func uuids() {
        let text = "01234567-89ab-cdef-0123-456789abcdef"
        #expect(PostgresUUID(text)?.description == text)
        for wrong in ["", text.uppercased(), text + "0", "0123456789abcdef0123456789abcdef", "01234567-89ab-cdef-0123_456789abcdef"] {
            #expect(PostgresUUID(wrong) == nil)
        }
        let made = PostgresUUID.random().description
        #expect(Array(made)[14] == "4" && "89ab".contains(Array(made)[19]))
    }

    @Test("that are times are rounded down to the millisecond, and saturate")
    func times() {
        let time = WallClock(unixMilliseconds: 1_769_904_000_123)
        #expect(PostgresTimestamp(time).wallClock == time)
        #expect(PostgresTimestamp(WallClock(unixMilliseconds: 946_684_800_000)).microseconds == 0)
        #expect(PostgresTimestamp(microseconds: -1).wallClock.unixMilliseconds == 946_684_799_999)
        #expect(PostgresTimestamp(microseconds: 999).wallClock.unixMilliseconds == 946_684_800_000)
        #expect(PostgresTimestamp(WallClock(unixMilliseconds: .max)).microseconds == .max)
        #expect(PostgresTimestamp(WallClock(unixMilliseconds: .min)).microseconds == .min)
        _ = PostgresTimestamp(microseconds: .min).wallClock
        _ = PostgresTimestamp(microseconds: .max).wallClock
    }

    @Test("as parameters lie one behind the other; NULL has no pointer, and nothing has one")
    func parameters() {
        let parameters = PostgresParameters([Int32(1), String?.none, "", "ab"])
        #expect(parameters.types == [23, 0, 0, 0])
        parameters.withPointers { values, lengths, formats in
            #expect(values?[0] != nil && values?[1] == nil && values?[2] != nil && values?[3] != nil)
            #expect(lengths?[0] == 4 && lengths?[2] == 0 && lengths?[3] == 2)
            #expect(formats?[0] == 1 && formats?[3] == 1)
        }
        PostgresParameters([""]).withPointers { values, _, _ in #expect(values?[0] != nil) }
        PostgresParameters([]).withPointers { values, _, _ in #expect(values == nil) }
        #expect(PostgresParameters([1]).signature != PostgresParameters([Int32(1)]).signature)
        #expect(PostgresParameters([1]).signature == PostgresParameters([2]).signature)
    }
}
