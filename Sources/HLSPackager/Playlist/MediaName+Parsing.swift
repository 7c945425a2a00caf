internal import Primitives

extension MediaName {
    /// Longer than any name: what is longer is refused unread.
    static let byteCountMax = 64

    /// The name that is spelled so, exactly as `append` does; nil for anything else, whatever it is. Escapes are not
    /// decoded: no name needs any.
    package init?(_ path: ArraySlice<UInt8>) {
        guard path.count <= Self.byteCountMax else { return nil }
        let slash = path.firstIndex(of: UInt8(ascii: "/")) ?? path.endIndex
        let words = path[(slash < path.endIndex ? slash + 1 : path.startIndex)...].split(
            separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false)
        guard (2...3).contains(words.count), let last = words.last else { return nil }
        let name: MediaName?
        if slash == path.endIndex {
            guard Self.equals(last, "m3u8") else { return nil }
            name = Self.playlist(stem: words[0], label: words.count == 3 ? words[1] : nil)
        } else {
            guard let id = RenditionID(path[..<slash]) else { return nil }
            name = Self.media(of: id, words)
        }
        guard let name else { return nil }
        self = name
    }

    private static func playlist(stem: ArraySlice<UInt8>, label: ArraySlice<UInt8>?) -> MediaName? {
        let form = PlaylistForm.allCases.first { form in
            guard let known = form.label else { return label == nil }
            return label.map { self.equals($0, known) } ?? false
        }
        guard let form else { return nil }
        if self.equals(stem, "index") { return .multivariant(form) }
        return RenditionID(stem).map { .playlist($0, form) }
    }

    /// `words` are two or three.
    private static func media(of id: RenditionID, _ words: [ArraySlice<UInt8>]) -> MediaName? {
        let suffix = words[words.count - 1]
        if words.count == 3 {
            guard let second = self.number(words[1]) else { return nil }
            if self.equals(words[0], "init"), self.equals(suffix, "mp4") {
                return .initialisation(id, number: second)
            }
            guard self.equals(suffix, "m4s"), let sequence = self.number(words[0]) else { return nil }
            return .part(id, sequence: sequence, part: second)
        }
        guard let sequence = self.number(words[0]) else { return nil }
        if self.equals(suffix, "m4s") { return .segment(id, sequence: sequence, .fragmentedMP4) }
        if self.equals(suffix, "ts") { return .segment(id, sequence: sequence, .transportStream) }
        return nil
    }

    /// Digits without a leading zero.
    static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        if digits.count > 1, digits.first == UInt8(ascii: "0") { return nil }
        return DecimalText.parse(digits)
    }

    static func equals(_ bytes: ArraySlice<UInt8>, _ text: StaticString) -> Bool {
        text.withUTF8Buffer { $0.elementsEqual(bytes) }
    }
}
