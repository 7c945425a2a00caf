/// Reads one JSON text (RFC 8259), whole and strictly: no comments, no trailing commas, no byte order mark, no
/// duplicate names, nothing behind the value.
///
/// An integer must fit 64 bits and a number must be finite; a peer's larger one is refused instead of rounded to
/// something else. Escaped surrogates must come in pairs.
package struct JSONParser {
    let bytes: [UInt8]
    let limits: JSONLimits
    var index = 0
    private var valueCount = 0

    package static func parse(_ bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError) -> JSONValue {
        guard bytes.count <= limits.byteCountMax else { throw JSONError(code: .tooLong, offset: limits.byteCountMax) }
        var parser = JSONParser(bytes: bytes, limits: limits)
        parser.skipSpace()
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        guard parser.index == bytes.count else { throw parser.error(.trailingBytes) }
        return value
    }

    private init(bytes: [UInt8], limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    // MARK: Values

    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        self.valueCount += 1
        guard self.valueCount <= self.limits.valueCountMax else { throw self.error(.tooManyValues) }
        guard let byte = self.peek else { throw self.error(.unexpectedEnd) }
        switch byte {
        case UInt8(ascii: "{"): return try self.object(depth: depth + 1)
        case UInt8(ascii: "["): return try self.array(depth: depth + 1)
        case UInt8(ascii: "\""): return .string(try self.string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try self.number()
        case UInt8(ascii: "t"): return try self.word("true", .boolean(true))
        case UInt8(ascii: "f"): return try self.word("false", .boolean(false))
        case UInt8(ascii: "n"): return try self.word("null", .null)
        default: throw self.error(.unexpectedByte)
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        let end = self.index + word.utf8CodeUnitCount
        guard end <= self.bytes.count else { throw JSONError(code: .unexpectedEnd, offset: self.bytes.count) }
        let isEqual = word.withUTF8Buffer { $0.elementsEqual(self.bytes[self.index..<end]) }
        guard isEqual else { throw self.error(.unexpectedByte) }
        self.index = end
        return value
    }

    private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
        try self.enter(depth)
        var elements: [JSONValue] = []
        if self.take(UInt8(ascii: "]")) { return .array(elements) }
        repeat {
            self.skipSpace()
            elements.append(try self.value(depth: depth))
            self.skipSpace()
        } while self.take(UInt8(ascii: ","))
        try self.require(UInt8(ascii: "]"))
        return .array(elements)
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
        try self.enter(depth)
        var members: [JSONName: JSONValue] = [:]
        if self.take(UInt8(ascii: "}")) { return .object(members) }
        repeat {
            self.skipSpace()
            guard let byte = self.peek else { throw self.error(.unexpectedEnd) }
            guard byte == UInt8(ascii: "\"") else { throw self.error(.unexpectedByte) }
            let start = self.index
            let name = try self.string()
            self.skipSpace()
            try self.require(UInt8(ascii: ":"))
            self.skipSpace()
            let value = try self.value(depth: depth)
            guard members.updateValue(value, forKey: JSONName(name)) == nil else {
                throw JSONError(code: .duplicateName, offset: start)
            }
            self.skipSpace()
        } while self.take(UInt8(ascii: ","))
        try self.require(UInt8(ascii: "}"))
        return .object(members)
    }

    private mutating func enter(_ depth: Int) throws(JSONError) {
        guard depth <= self.limits.depthMax else { throw self.error(.tooDeep) }
        self.index += 1
        self.skipSpace()
    }

    // MARK: Bytes

    var peek: UInt8? { self.index < self.bytes.count ? self.bytes[self.index] : nil }

    func error(_ code: JSONError.Code) -> JSONError { JSONError(code: code, offset: self.index) }

    mutating func take(_ byte: UInt8) -> Bool {
        guard self.peek == byte else { return false }
        self.index += 1
        return true
    }

    private mutating func require(_ byte: UInt8) throws(JSONError) {
        guard let next = self.peek else { throw self.error(.unexpectedEnd) }
        guard next == byte else { throw self.error(.unexpectedByte) }
        self.index += 1
    }

    private mutating func skipSpace() {
        while let byte = self.peek, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { self.index += 1 }
    }
}
