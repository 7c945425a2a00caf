/// Strings, with their escapes.
extension JSONParser {
    /// Begins at the opening quote.
    mutating func string() throws(JSONError) -> String {
        let start = self.index
        self.index += 1
        var text: [UInt8] = []
        var runStart = self.index
        while true {
            guard let byte = self.peek else { throw self.error(.unexpectedEnd) }
            guard byte >= 0x20 else { throw self.error(.invalidString) }
            guard byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else {
                self.index += 1
                continue
            }
            text.append(contentsOf: self.bytes[runStart..<self.index])
            self.index += 1
            if byte == UInt8(ascii: "\"") { break }
            try self.escape(&text)
            runStart = self.index
        }
        guard let string = String(validating: text, as: UTF8.self) else {
            throw JSONError(code: .invalidUTF8, offset: start)
        }
        return string
    }

    /// What follows a backslash.
    private mutating func escape(_ text: inout [UInt8]) throws(JSONError) {
        guard let byte = self.peek else { throw self.error(.unexpectedEnd) }
        self.index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0c)
        case UInt8(ascii: "n"): text.append(0x0a)
        case UInt8(ascii: "r"): text.append(0x0d)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text.append(contentsOf: String(try self.scalar()).utf8)
        default: throw JSONError(code: .invalidString, offset: self.index - 1)
        }
    }

    /// Four hexadecimal digits, or twice four that are a surrogate pair. A half of a pair is nothing.
    private mutating func scalar() throws(JSONError) -> Unicode.Scalar {
        let start = self.index
        let first = try self.codeUnit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xdc00, self.take(UInt8(ascii: "\\")), self.take(UInt8(ascii: "u")) else {
            throw JSONError(code: .invalidString, offset: start)
        }
        let second = try self.codeUnit()
        guard second >= 0xdc00, second < 0xe000,
            let scalar = Unicode.Scalar(0x10000 + (first - 0xd800) << 10 + (second - 0xdc00))
        else { throw JSONError(code: .invalidString, offset: start) }
        return scalar
    }

    private mutating func codeUnit() throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = self.peek else { throw self.error(.unexpectedEnd) }
            guard let digit = HTTPCharacter.hexadecimalValue(byte) else { throw self.error(.invalidString) }
            value = value << 4 | UInt32(digit)
            self.index += 1
        }
        return value
    }
}
