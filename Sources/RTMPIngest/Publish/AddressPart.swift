/// A path and its query, out of one of the strings that a publisher sends. Each is looked at once from end to end.
struct AddressPart {
    static let slash = UInt8(ascii: "/")

    /// Without the quotes and blanks around it that a configuration left there.
    let whole: [UInt8]
    let path: ArraySlice<UInt8>
    let query: ArraySlice<UInt8>

    init(path text: String) { self.init(Self.unquoted(Array(text.utf8))) }

    /// Without scheme, user, host and port. A host in brackets needs no care: the path begins at a slash in any case.
    init(url text: String) {
        let bytes = Array(Self.unquoted(Array(text.utf8)))
        var start = bytes.startIndex
        if let scheme = Self.firstIndex(of: "://", in: bytes) { start = scheme + 3 }
        let path = bytes[start...].firstIndex { $0 == Self.slash || $0 == UInt8(ascii: "?") } ?? bytes.endIndex
        self.init(bytes[path...])
    }

    private init(_ bytes: ArraySlice<UInt8>) {
        self.whole = Array(bytes)
        let whole = self.whole
        if let mark = whole.firstIndex(of: UInt8(ascii: "?")) {
            self.path = whole[..<mark]
            self.query = whole[(mark + 1)...]
        } else if let mark = Self.firstIndex(of: "%3F", in: whole) ?? Self.firstIndex(of: "%3f", in: whole) {
            self.path = whole[..<mark]
            self.query = whole[(mark + 3)...]
        } else {
            self.path = whole[...]
            self.query = []
        }
    }

    /// What stands between the slashes, without the names that stand for none: `_definst_`, and a virtual host that is
    /// written behind three dots.
    var folders: [ArraySlice<UInt8>] {
        let end = Self.firstIndex(of: "...", in: Array(self.path)) ?? self.path.count
        return self.path.prefix(end).split(separator: Self.slash)
            .filter { !$0.elementsEqual("_definst_".utf8) }
    }

    /// Without slashes at its ends.
    var trimmedPath: [UInt8] { Array(Self.trimmed(self.path) { $0 == Self.slash }) }

    /// The value of the first of these names in a query; nil without one.
    static func value(of names: [String], in query: ArraySlice<UInt8>) -> [UInt8]? {
        // A query that was appended to another keeps its own mark.
        for pair in query.split(whereSeparator: { $0 == UInt8(ascii: "&") || $0 == UInt8(ascii: "?") }) {
            guard let equals = pair.firstIndex(of: UInt8(ascii: "=")) else { continue }
            if names.contains(where: { pair[..<equals].elementsEqual($0.utf8) }) {
                return self.decoded(Array(pair[(equals + 1)...]))
            }
        }
        return nil
    }

    /// With escapes resolved, where they are right; a plus stays a plus, since keys may have one.
    static func decoded(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.contains(UInt8(ascii: "%")) else { return bytes }
        var decoded: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
                let high = self.digit(bytes[index + 1]), let low = self.digit(bytes[index + 2])
            {
                decoded.append(high << 4 | low)
                index += 3
            } else {
                decoded.append(bytes[index])
                index += 1
            }
        }
        return decoded
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// Quotes and blanks come from configurations that were pasted together.
    private static func unquoted(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
        self.trimmed(bytes[...]) { $0 <= 0x20 && $0 != 0 || $0 == UInt8(ascii: "'") || $0 == UInt8(ascii: "\"") }
    }

    private static func trimmed(
        _ bytes: ArraySlice<UInt8>, _ isTrimmed: (UInt8) -> Bool
    ) -> ArraySlice<UInt8> {
        let front = bytes.drop(while: isTrimmed)
        let end = front.lastIndex { !isTrimmed($0) } ?? front.startIndex - 1
        return front[..<(end + 1)]
    }

    private static func firstIndex(of text: StaticString, in bytes: [UInt8]) -> Int? {
        text.withUTF8Buffer { wanted in
            guard bytes.count >= wanted.count else { return nil }
            return (0...(bytes.count - wanted.count)).first { start in
                wanted.indices.allSatisfy { bytes[start + $0] == wanted[$0] }
            }
        }
    }
}
