/// Field lines (RFC 9112 §5) and the comma lists in their values (RFC 9110 §5.6.1).
enum HTTP1FieldLine {
    /// Where name and value lie. No white space before the colon, none before the name (a folded line), and the
    /// spaces around the value are no part of it.
    static func split(_ line: Span<UInt8>) throws(HTTP1Error) -> (name: Range<Int>, value: Range<Int>) {
        guard !self.isSpace(line[0]) else { throw HTTP1Error(.badRequest, "folded-line") }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
            throw HTTP1Error(.badRequest, "field-malformed")
        }
        var start = colon + 1
        var end = line.count
        while start < end, self.isSpace(line[start]) { start += 1 }
        while end > start, self.isSpace(line[end - 1]) { end -= 1 }
        return (0..<colon, start..<end)
    }

    /// Calls `body` with every item that is not empty, without the spaces around it.
    static func forEachListItem(_ value: Span<UInt8>, _ body: (Span<UInt8>) -> Void) {
        var start = 0
        while start <= value.count {
            let comma = value.firstIndex(of: UInt8(ascii: ","), from: start) ?? value.count
            var first = start
            var end = comma
            while first < end, self.isSpace(value[first]) { first += 1 }
            while end > first, self.isSpace(value[end - 1]) { end -= 1 }
            if first < end { body(value.extracting(first..<end)) }
            start = comma + 1
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
}
