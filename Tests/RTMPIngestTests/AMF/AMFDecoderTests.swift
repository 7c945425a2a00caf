import RTMPIngest
import Testing

/// Values are read of whole messages, which the chunk decoder has put together: how input was cut is tested there, what
/// is cut off is tested here.
@Suite("AMF")
struct AMFDecoderTests {
    private static let tiny: [UInt8] = [0, 1, 0x61]

    /// Bytes, what they say, and why reading ends if it does.
    static let values: [(name: String, bytes: [UInt8], values: [AMFValue], failure: AMFError?)] = [
        ("0 number", [0, 0x3F, 0xF0, 0, 0, 0, 0, 0, 0], [.number(1)], nil),
        ("1 boolean", [1, 2, 1, 0], [.boolean(true), .boolean(false)], nil),
        ("2 string", [2, 0, 2, 0xC3, 0xA9], [.string("é")], nil),
        ("2 string that is not UTF-8", [2, 0, 1, 0xFF], [.string("\u{FFFD}")], nil),
        ("3 object", [3] + tiny + [5] + [0, 0, 9], [.object([AMFProperty("a", .null)])], nil),
        ("3 object whose end is missing", [3] + tiny + [5], [.object([AMFProperty("a", .null)])], .truncated),
        ("3 object with an empty name", [3, 0, 0, 5, 0, 0, 9], [.object([AMFProperty("", .null)])], nil),
        ("4 movie clip is reserved", [5, 4], [.null], .markerUnknown(4)),
        ("5 null, 6 undefined", [5, 6], [.null, .undefined], nil),
        ("7 reference is not put in", [7, 1, 2], [.reference(258)], nil),
        (
            "8 ECMA array whose count is too large", [8, 0xFF, 0xFF, 0xFF, 0xFF] + tiny + [1, 1, 0, 0, 9],
            [.ecmaArray([AMFProperty("a", .boolean(true))])], nil
        ),
        (
            "8 ECMA array whose count is too small", [8, 0, 0, 0, 0] + tiny + [1, 1, 0, 0, 9, 5],
            [.ecmaArray([AMFProperty("a", .boolean(true))]), .null], nil
        ),
        ("9 object end alone is passed over", [9, 2, 0, 1, 0x61, 9], [.string("a")], nil),
        ("10 strict array", [10, 0, 0, 0, 2, 5, 6], [.strictArray([.null, .undefined])], nil),
        ("10 strict array that is cut off", [10, 0xFF, 0xFF, 0xFF, 0xFF, 5], [.strictArray([.null])], .truncated),
        (
            "11 date", [11, 0x3F, 0xF0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF], [.date(milliseconds: 1, zoneMinutes: -1)], nil
        ),
        ("12 long string", [12, 0, 0, 0, 1, 0x61], [.string("a")], nil),
        ("12 long string that lies", [5, 12, 0xFF, 0xFF, 0xFF, 0xFF, 0x61], [.null], .truncated),
        ("13 unsupported", [13], [.unsupported], nil),
        ("15 XML", [15, 0, 0, 0, 1, 0x61], [.xml("a")], nil),
        (
            "16 typed object", [16] + tiny + tiny + [5, 0, 0, 9],
            [.typedObject(className: "a", [AMFProperty("a", .null)])], nil
        ),
        ("17 switch to AMF3 for one value", [17, 4, 5, 5], [.number(5), .null], nil),
        ("trailing garbage", [1, 1, 0xEE, 1, 1], [.boolean(true)], .markerUnknown(0xEE)),
        (
            "garbage within an object", [3] + tiny + [5] + tiny + [0xEE], [.object([AMFProperty("a", .null)])],
            .markerUnknown(0xEE)
        ),
        ("nothing", [], [], nil),
    ]

    @Test("0 is read in every type", arguments: values.indices)
    func types(index: Int) {
        let row = Self.values[index]
        var decoder = AMFDecoder(limits: RTMPLimits())
        #expect(decoder.all(row.bytes.span.bytes, from: 0) == row.values, "\(row.name)")
        #expect(decoder.failure == row.failure, "\(row.name)")
    }

    static let amf3: [(name: String, bytes: [UInt8], value: AMFValue?, failure: AMFError?)] = [
        ("undefined", [0], .undefined, nil),
        ("null", [1], .null, nil),
        ("false", [2], .boolean(false), nil),
        ("true", [3], .boolean(true), nil),
        ("integer", [4, 0x81, 0x00], .number(128), nil),
        ("integer of four bytes below zero", [4, 0xFF, 0xFF, 0xFF, 0xFF], .number(-1), nil),
        ("double", [5, 0x3F, 0xF0, 0, 0, 0, 0, 0, 0], .number(1), nil),
        ("string", [6, 3, 0x61], .string("a"), nil),
        ("string by a number that is not there", [6, 0], nil, .referenceInvalid),
        ("XML", [7, 3, 0x61], .xml("a"), nil),
        ("date", [8, 1, 0x3F, 0xF0, 0, 0, 0, 0, 0, 0], .date(milliseconds: 1, zoneMinutes: 0), nil),
        ("array", [9, 5, 1, 1, 3], .strictArray([.null, .boolean(true)]), nil),
        (
            "array with names", [9, 3, 3, 0x61, 1, 1, 3],
            .ecmaArray([AMFProperty("a", .null), AMFProperty("0", .boolean(true))]), nil
        ),
        (
            "object with traits, the name once more by number", [10, 0x1B, 1, 3, 0x61, 1, 0, 3, 1],
            .object([AMFProperty("a", .null), AMFProperty("a", .boolean(true))]), nil
        ),
        (
            "class with a name", [10, 0x13, 3, 0x43, 3, 0x61, 1],
            .typedObject(className: "C", [AMFProperty("a", .null)]), nil
        ),
        (
            "traits by number", [9, 5, 1, 10, 0x13, 1, 3, 0x61, 1, 10, 1, 3],
            .strictArray([.object([AMFProperty("a", .null)]), .object([AMFProperty("a", .boolean(true))])]), nil
        ),
        ("traits by a number that is not there", [10, 1], nil, .referenceInvalid),
        ("class that writes itself", [10, 7, 3, 0x43], nil, .externalizable),
        ("object by number", [10, 4], .reference(2), nil),
        ("bytes", [12, 5, 1, 2], .bytes([1, 2]), nil),
        ("bytes that lie", [12, 0xFF, 0xFF, 0xFF, 0xFF], nil, .truncated),
        ("vector of integers", [13, 3, 0, 0xFF, 0xFF, 0xFF, 0xFF], .strictArray([.number(-1)]), nil),
        ("vector of unsigned", [14, 3, 0, 0xFF, 0xFF, 0xFF, 0xFF], .strictArray([.number(4_294_967_295)]), nil),
        ("vector of objects", [16, 3, 0, 1, 1], .strictArray([.null]), nil),
        ("dictionary", [17, 3, 0, 6, 3, 0x61, 1], .ecmaArray([AMFProperty("a", .null)]), nil),
        ("unknown", [0x12], nil, .markerUnknown(0x12)),
    ]

    @Test("3 is read in every type", arguments: amf3.indices)
    func typesOfThree(index: Int) {
        let row = Self.amf3[index]
        var decoder = AMFDecoder(limits: RTMPLimits())
        #expect(decoder.all(([17] + row.bytes).span.bytes, from: 0) == [row.value].compactMap { $0 }, "\(row.name)")
        #expect(decoder.failure == row.failure, "\(row.name)")
    }

    @Test("cut anywhere gives the whole values until then and no trap")
    func truncated() {
        for row in Self.values where row.failure == nil {
            for length in row.bytes.indices {
                var decoder = AMFDecoder(limits: RTMPLimits())
                let values = decoder.all(Array(row.bytes.prefix(length)).span.bytes, from: 0)
                #expect(values.count <= row.values.count)
                // The last one may be a part.
                #expect(row.values.starts(with: values.dropLast()), "\(row.name) cut to \(length)")
            }
        }
    }

    @Test("is refused beyond 16 levels, 1024 nodes and 64 KiB of text")
    func limits() {
        func failure(_ bytes: [UInt8]) -> AMFError? {
            var decoder = AMFDecoder(limits: RTMPLimits())
            _ = decoder.all(bytes.span.bytes, from: 0)
            return decoder.failure
        }
        func nested(_ count: Int) -> [UInt8] {
            [UInt8]([[UInt8]](repeating: [10, 0, 0, 0, 1], count: count).joined()) + [5]
        }
        #expect(failure(nested(16)) == nil)
        #expect(failure(nested(17)) == .tooDeep)
        #expect(failure(nested(100_000)) == .tooDeep)
        let inThree = [UInt8]([[UInt8]](repeating: [9, 3, 1], count: 100_000).joined())
        #expect(failure([17] + inThree) == .tooDeep)
        #expect(failure([UInt8](repeating: 5, count: 1024)) == nil)
        #expect(failure([UInt8](repeating: 5, count: 1025)) == .tooManyNodes)
        #expect(failure([17, 13, 0xFF, 0xFF, 0xFF, 0xFF, 0] + [UInt8](repeating: 0, count: 8192)) == .tooManyNodes)
        let half = [12, 0, 0, 0x80, 0] + [UInt8](repeating: 0x61, count: 0x8000)
        #expect(failure(half + half) == nil)
        #expect(failure(half + half + [2, 0, 1, 0x61]) == .tooMuchText)
    }

    @Test("3 text that is referred to counts each time")
    func noExpansion() {
        // One string of 8191 bytes, then named by number over and over.
        let text: [UInt8] = [17, 6, 0xFF, 0x7F] + [UInt8](repeating: 0x61, count: 8191)
        let again = [UInt8]([[UInt8]](repeating: [17, 6, 0], count: 8).joined())
        var decoder = AMFDecoder(limits: RTMPLimits())
        let values = decoder.all((text + again).span.bytes, from: 0)
        #expect(values.count == 8)
        #expect(decoder.failure == .tooMuchText)
    }

    @Test("0 is written as it is read")
    func written() {
        for row in Self.values {
            var bytes: [UInt8] = []
            AMF0Encoder.append(row.values, to: &bytes)
            var decoder = AMFDecoder(limits: RTMPLimits())
            #expect(decoder.all(bytes.span.bytes, from: 0) == row.values, "\(row.name)")
        }
        var bytes: [UInt8] = []
        AMF0Encoder.append(.string(String(repeating: "a", count: 65_536)), to: &bytes)
        #expect(bytes.prefix(5) == [12, 0, 1, 0, 0])
    }

    @Test("properties are found by name in either case")
    func lookUp() {
        let object: AMFValue = .object([AMFProperty("tcurl", .string("a")), AMFProperty("app", .string("b"))])
        #expect(object["tcUrl"]?.string == "a")
        #expect(object["App"]?.string == "b")
        #expect(object["ap"] == nil)
        #expect(AMFValue.null["app"] == nil)
    }
}
