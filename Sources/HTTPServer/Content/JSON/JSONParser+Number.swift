/// Numbers: `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?`
extension JSONParser {
    mutating func number() throws(JSONError) -> JSONValue {
        let start = self.index
        _ = self.take(UInt8(ascii: "-"))
        if !self.take(UInt8(ascii: "0")) { try self.digits() }
        var isInteger = true
        if self.take(UInt8(ascii: ".")) {
            isInteger = false
            try self.digits()
        }
        if self.take(UInt8(ascii: "e")) || self.take(UInt8(ascii: "E")) {
            isInteger = false
            if !self.take(UInt8(ascii: "+")) { _ = self.take(UInt8(ascii: "-")) }
            try self.digits()
        }
        if let next = self.peek, HTTPCharacter.isDigit(next) { throw self.error(.invalidNumber) }
        guard self.index - start <= self.limits.numberByteCountMax else {
            throw JSONError(code: .invalidNumber, offset: start)
        }
        let text = String(decoding: self.bytes[start..<self.index], as: UTF8.self)
        if isInteger, let value = Int64(text) { return .integer(value) }
        guard !isInteger, let value = Double(text), value.isFinite else {
            throw JSONError(code: .numberOutOfRange, offset: start)
        }
        return .number(value)
    }

    /// At least one.
    private mutating func digits() throws(JSONError) {
        let start = self.index
        while let byte = self.peek, HTTPCharacter.isDigit(byte) { self.index += 1 }
        guard self.index > start else { throw self.error(self.peek == nil ? .unexpectedEnd : .invalidNumber) }
    }
}
