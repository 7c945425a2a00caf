/// The lines of the chunked coding (RFC 9112 §7.1), read strictly: hexadecimal digits, then well-formed extensions.
enum HTTP1Chunk {
    /// 15 hexadecimal digits are below `Int.max`; no client has a larger chunk.
    private static let sizeDigitCountMax = 15

    /// The chunk's size. Extensions are checked and ignored.
    static func size(_ line: Span<UInt8>) throws(HTTP1Error) -> Int {
        var size = 0
        var index = 0
        while index < line.count, let digit = HTTPCharacter.hexadecimalValue(line[index]) {
            guard index < self.sizeDigitCountMax else { throw HTTP1Error(.badRequest, "chunk-size-invalid") }
            size = size << 4 | digit
            index += 1
        }
        guard index > 0 else { throw HTTP1Error(.badRequest, "chunk-size-invalid") }
        while index < line.count { try self.skipExtension(line, &index) }
        return size
    }

    /// `;name`, `;name=token` or `;name="quoted"`, without white space anywhere.
    private static func skipExtension(_ line: Span<UInt8>, _ index: inout Int) throws(HTTP1Error) {
        let malformed = HTTP1Error(.badRequest, "chunk-extension-invalid")
        guard line[index] == UInt8(ascii: ";") else { throw malformed }
        index += 1
        guard self.skipToken(line, &index) else { throw malformed }
        guard index < line.count, line[index] == UInt8(ascii: "=") else { return }
        index += 1
        guard index < line.count, line[index] == UInt8(ascii: "\"") else {
            guard self.skipToken(line, &index) else { throw malformed }
            return
        }
        index += 1
        while index < line.count, line[index] != UInt8(ascii: "\"") {
            if line[index] == UInt8(ascii: "\\") { index += 1 }
            guard index < line.count, HTTPCharacter.isFieldValueByte(line[index]) else { throw malformed }
            index += 1
        }
        guard index < line.count else { throw malformed }
        index += 1
    }

    private static func skipToken(_ line: Span<UInt8>, _ index: inout Int) -> Bool {
        let start = index
        while index < line.count, HTTPCharacter.isTokenByte(line[index]) { index += 1 }
        return index > start
    }

    /// Trailers are dropped; those that would change what was already decided are refused, for whoever does not
    /// drop them.
    static func checkTrailer(_ line: Span<UInt8>) throws(HTTP1Error) {
        let (name, value) = try HTTP1FieldLine.split(line)
        var scratch = HTTPFields()
        do throws(HTTPFieldError) {
            try scratch.append(name: line.extracting(name), value: line.extracting(value))
        } catch {
            throw HTTP1Error(.badRequest, "illegal-field")
        }
        let refused: [StaticString] = [
            "host", "content-length", "transfer-encoding", "authorization", "connection", "cookie", "expect",
            "content-encoding", "content-type", "content-range", "trailer", "te",
        ]
        for word in refused where line.extracting(name).equalsIgnoringCase(word) {
            throw HTTP1Error(.badRequest, "trailer-forbidden")
        }
    }
}
