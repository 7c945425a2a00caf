/// Which paths are looked up at all. Nothing is normalised: two spellings of one resource would let a check made
/// on one spelling be passed by the other. What is not in order is 400:
///
/// - an empty segment (`//`), except the last one;
/// - a segment `.` or `..`, spelled plainly or with `%2e`;
/// - a backslash, a control, a byte above ASCII; a broken percent escape;
/// - an escape of a slash, a backslash, NUL or another control; escapes that are together not UTF-8;
/// - a path of 64 KiB or more.
///
/// Static segments are compared byte for byte, so `/%61pi` does not meet a route `/api`.
enum HTTPPathRule {
    static let byteCountMax = Int(UInt16.max)

    /// Whether the path may be looked up. One pass; a second one only when there is an escape.
    static func accepts(_ path: Span<UInt8>) -> Bool {
        let count = path.count
        guard count > 0, count <= self.byteCountMax, path[0] == UInt8(ascii: "/") else { return false }
        var segmentStart = 1
        var hasEscape = false
        for index in 1..<count {
            let byte = path[index]
            if byte == UInt8(ascii: "/") {
                guard index > segmentStart, !self.isDots(path, segmentStart, index) else { return false }
                segmentStart = index + 1
            } else if byte == PercentDecoding.percent {
                hasEscape = true
            } else if byte <= 0x20 || byte >= 0x7f || byte == UInt8(ascii: "\\") {
                return false
            }
        }
        if self.isDots(path, segmentStart, count) { return false }
        return hasEscape ? self.acceptsEscapes(path) : true
    }

    private static func isDots(_ path: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
        guard end > start, end - start <= 2, path[start] == UInt8(ascii: ".") else { return false }
        return end - start == 1 || path[start + 1] == UInt8(ascii: ".")
    }

    private static func acceptsEscapes(_ path: Span<UInt8>) -> Bool {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(path.count)
        for index in path.indices { bytes.append(path[index]) }
        for index in bytes.indices where bytes[index] == PercentDecoding.percent {
            guard let byte = PercentDecoding.escapedByte(in: bytes[...], at: index) else { return false }
            guard byte >= 0x20, byte != 0x7f, byte != UInt8(ascii: "/"), byte != UInt8(ascii: "\\") else {
                return false
            }
        }
        let decoded = PercentDecoding.decode(bytes[...])
        let segments = decoded.split(separator: UInt8(ascii: "/"))
        let dots = UInt8(ascii: ".")
        guard !segments.contains(where: { $0.elementsEqual([dots]) || $0.elementsEqual([dots, dots]) }) else {
            return false
        }
        return String(validating: decoded, as: UTF8.self) != nil
    }
}
