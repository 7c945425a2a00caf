/// Entity tags, `"abc"` and `W/"abc"`, and the lists of them in conditional requests (RFC 9110 §8.8.3).
package enum HTTPEntityTag {
    /// Whether a list names `tag`, or is `*`. A list that does not parse names nothing from there on.
    ///
    /// Weakly, for `if-none-match`: `W/` makes no difference. Strongly, for `if-match` and `if-range`: a weak tag
    /// equals nothing.
    package static func list(_ list: ArraySlice<UInt8>, names tag: ArraySlice<UInt8>, weakly: Bool) -> Bool {
        let list = HTTPText.trimmed(list)
        if list.elementsEqual([UInt8(ascii: "*")]) { return true }
        let isWeak = self.isWeak(tag)
        if isWeak && !weakly { return false }
        let opaque = isWeak ? tag.dropFirst(2) : tag
        var rest = list
        while !rest.isEmpty {
            guard let next = self.next(&rest) else { return false }
            if (weakly || !next.isWeak) && next.opaque.elementsEqual(opaque) { return true }
        }
        return false
    }

    static func isWeak(_ tag: ArraySlice<UInt8>) -> Bool { tag.starts(with: "W/".utf8) }

    /// Takes one tag and the comma behind it off the front.
    private static func next(_ rest: inout ArraySlice<UInt8>) -> (opaque: ArraySlice<UInt8>, isWeak: Bool)? {
        let isWeak = self.isWeak(rest)
        if isWeak { rest = rest.dropFirst(2) }
        let quote = UInt8(ascii: "\"")
        guard rest.first == quote, let end = rest.dropFirst().firstIndex(of: quote) else { return nil }
        let opaque = rest[...end]
        rest = HTTPText.trimmed(rest[(end + 1)...])
        guard rest.isEmpty || rest.first == UInt8(ascii: ",") else { return nil }
        rest = HTTPText.trimmed(rest.dropFirst())
        return (opaque, isWeak)
    }
}
